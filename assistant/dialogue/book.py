"""The answer book: data/responses as it is on disk now, which variation is said, and its blanks filled.

No Rasa here: the channel reads the widget's own texts from the same book.
"""
from __future__ import annotations

import copy
import os
import re
from pathlib import Path
from typing import Any, Mapping, Optional

import structlog
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from assistant.answers.subjects import CONDITION, Subjects, subjects_of

logger = structlog.get_logger(__name__)

_BLANK = re.compile(r"{([a-z_]+)}")
Variation = dict[str, Any]


class Unfilled(LookupError):
    """A {word} of an answer has no value; the message names it."""


class AnswerBook:
    """All responses by name; a file edited on disk is read again before the next answer.

    Attributes:
        edition: counts up whenever a file was read again.
    """

    def __init__(self, folder: Path) -> None:
        """Reads every *.yml of a folder. Raises YAMLError when one cannot be read."""
        self._folder = folder
        self._seen: dict[str, int] = {}
        self._files: dict[str, dict[str, list[Variation]]] = {}
        self._responses: dict[str, list[Variation]] = {}
        self._subjects: dict[str, Subjects] = {}
        self.edition = 0
        self._reload(strict=True)

    def pick(self, name: str, values: Mapping[str, Any]) -> Optional[Variation]:
        """The first variation of a response whose conditions hold, as a copy; None when none does.

        Args:
            name: response name, e.g. "utter_faq_pain".
            values: slots, clinic settings and what is known of the message, by name; `asked`, the
                words of the question, decides the condition `subject`.
        """
        self._reload()
        known = self._subjects.get(name)
        if known:
            values = {**values, CONDITION: known.of(str(values.get("asked") or ""))}
        for variation in self._responses.get(name, ()):
            asked = variation.get("condition") or ()
            if all(values.get(part["name"]) == part["value"] for part in asked):
                return copy.deepcopy(variation)
        return None

    def metadata(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Metadata of the variation that would be said, {} when there is none."""
        return (self.pick(name, values) or {}).get("metadata") or {}

    def _reload(self, *, strict: bool = False) -> None:
        # looked at before every answer, hence not by way of a Path for every file
        stamps = {
            file.path: file.stat().st_mtime_ns for file in os.scandir(self._folder) if file.name.endswith(".yml")
        }
        if stamps == self._seen:
            return
        for gone in set(self._seen) - set(stamps):
            self._files.pop(gone, None)
        for path, stamp in stamps.items():
            if self._seen.get(path) == stamp:
                continue
            try:
                read = YAML(typ="safe").load(Path(path).read_text(encoding="utf-8")) or {}
                self._files[path] = dict(read["responses"])
            except (YAMLError, KeyError, TypeError, ValueError) as error:
                if strict:
                    raise
                # half-saved or broken: the answers read before stay in force
                logger.error("answers.unreadable", file=Path(path).name, why=type(error).__name__)
        self._seen = stamps
        self._responses = {
            name: answers for path in sorted(stamps) for name, answers in self._files.get(path, {}).items()
        }
        self._subjects = {
            name: subjects_of(answers)
            for name, answers in self._responses.items()
            if any(part["name"] == CONDITION for item in answers for part in item.get("condition") or ())
        }
        self.edition += 1


def fill(part: Any, values: Mapping[str, Any]) -> Any:
    """Puts values into the {blanks} of a text, or of every text in a list or mapping.

    Raises:
        Unfilled: a blank has no value.
    """
    if isinstance(part, str):
        return _BLANK.sub(lambda found: _value(found[1], values), part)
    if isinstance(part, list):
        return [fill(item, values) for item in part]
    if isinstance(part, dict):
        return {key: fill(item, values) for key, item in part.items()}
    return part


def _value(name: str, values: Mapping[str, Any]) -> str:
    value = values.get(name)
    if value is None or value == "":
        raise Unfilled(name)
    return str(value)
