"""Signatures under answers: who read a wording, when, until when, and which words exactly.

They live in `knowledge/signatures.yml` and are written by `sign` alone, after a person has seen
the whole text. The project ships without any.
"""

import datetime as dt
import hashlib
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Optional

from ruamel.yaml import YAML

from assistant.answers.records import Variant
from assistant.answers.yaml_lines import read_yaml

FILE = "knowledge/signatures.yml"
VALID_DAYS = 365
WARN_DAYS = 60
GRACE_DAYS = 30
# An emergency text, a refusal, the clinic's own data and booking never fall silent.
NEVER_WITHHELD = frozenset({"safety", "refusal", "clinic", "flow", "sorry"})
_HEAD = "# Written by `faq sign`. Editing an answer voids its signature; do not edit by hand.\n"

Status = Literal["unsigned", "signed", "expiring", "expired", "void"]


@dataclass(frozen=True)
class Signature:
    """One person's signature under one wording."""

    by: str
    on: dt.date
    until: dt.date
    text_sha: str


@dataclass(frozen=True)
class Signatures:
    """All signatures, by the `key` of the wording they stand under."""

    by_key: Mapping[str, Signature]

    def status(self, variant: Variant, today: dt.date) -> Status:
        """How a wording stands on a day.

        Args:
            variant: the wording.
            today: the day, on the clinic's calendar.

        Returns:
            "unsigned"; "void" when it was edited after signing; "expired" after the last day;
            "expiring" in the 60 days before; otherwise "signed".
        """
        signature = self.by_key.get(variant.key)
        if signature is None:
            return "unsigned"
        if signature.text_sha != text_sha(variant):
            return "void"
        left = (signature.until - today).days
        return "expired" if left < 0 else "expiring" if left <= WARN_DAYS else "signed"

    def withheld(self, variant: Variant, today: dt.date, *, grace_days: int = GRACE_DAYS) -> bool:
        """Whether a clinic in production must not show a wording any more.

        Args:
            variant: the wording.
            today: the day, on the clinic's calendar.
            grace_days: how long an expired wording is still shown, with its date.
        """
        if variant.kind in NEVER_WITHHELD:
            return False
        status = self.status(variant, today)
        if status == "expired":
            return (today - self.by_key[variant.key].until).days > grace_days
        return status in ("unsigned", "void")

    def last_reviewed(self, variant: Variant, today: dt.date) -> Optional[dt.date]:
        """The day a wording was last signed, when that signature has ended; visitors are told."""
        if variant.kind in NEVER_WITHHELD or self.status(variant, today) != "expired":
            return None
        return self.by_key[variant.key].on

    def unsigned(self, variants: Iterable[Variant], today: dt.date) -> list[Variant]:
        """The wordings that nobody has signed as they read now."""
        return [item for item in variants if self.status(item, today) in ("unsigned", "void")]


def reminders(
    signatures: Signatures, variants: Iterable[Variant], today: dt.date, *, grace_days: int = GRACE_DAYS
) -> list[str]:
    """What the clinic should know about signatures that end soon or have ended.

    Args:
        signatures: all of them.
        variants: the wordings as they read now.
        today: the day, on the clinic's calendar.
        grace_days: how long an expired wording is still shown, with its date.

    Returns:
        One plain sentence for each kind of trouble, none when all is well.
    """
    soon: list[Variant] = []
    ended: list[Variant] = []
    gone: list[Variant] = []
    for variant in variants:
        status = signatures.status(variant, today)
        if status == "expiring":
            soon.append(variant)
        elif status == "expired":
            withheld = signatures.withheld(variant, today, grace_days=grace_days)
            (gone if withheld else ended).append(variant)
    told = []
    if soon:
        first = min(signatures.by_key[item.key].until for item in soon)
        told.append(
            f"{_wordings(soon)} within {WARN_DAYS} days, the first on {first}: {_names(soon)}. {_RENEW}"
        )
    shown = [item for item in ended if item.kind not in NEVER_WITHHELD]
    if shown:
        last = min(signatures.by_key[item.key].until for item in shown) + dt.timedelta(days=grace_days)
        told.append(
            f"{_wordings(shown, ended=True)}: {_names(shown)}. Visitors now read the day of the last review "
            f"under them; after {last} the first is no longer shown. {_RENEW}"
        )
    kept = [item for item in ended if item.kind in NEVER_WITHHELD]
    if kept:
        told.append(
            f"{_wordings(kept, ended=True)}: {_names(kept)}. These stay on: safety, refusals, the clinic's own "
            f"data and booking never fall silent. {_RENEW}"
        )
    if gone:
        told.append(
            f"{_wordings(gone, ended=True)} more than {grace_days} days ago, so visitors of a clinic in "
            f"production no longer see them: {_names(gone)}. {_RENEW}"
        )
    return told


_RENEW = "Read each with `faq show TOPIC` and sign it with `faq sign TOPIC`."
_NAMED = 5


def _wordings(variants: list[Variant], *, ended: bool = False) -> str:
    many = len(variants) != 1
    verb = "have ended" if many and ended else "has ended" if ended else "end" if many else "ends"
    return f"The signature{'s' if many else ''} of {len(variants)} wording{'s' if many else ''} {verb}"


def _names(variants: list[Variant]) -> str:
    topics = list(dict.fromkeys(variant.topic for variant in variants))
    more = len(topics) - _NAMED
    return ", ".join(topics[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def text_sha(variant: Variant) -> str:
    """Checksum of all words a visitor may see of a wording; white space does not count."""
    words = "\n".join(" ".join(part.split()) for part in variant.seen)
    return hashlib.sha256(words.encode()).hexdigest()


def load_signatures(root: Path) -> Signatures:
    """Reads the signatures of a project; none when there is no file.

    Raises:
        UnreadableYaml: the file is not valid YAML.
        ValueError: an entry is not `{by, on, until, text_sha}` with real dates; the message
            says which.
    """
    path = root / FILE
    if not path.exists():
        return Signatures(MappingProxyType({}))
    found = read_yaml(path)
    entries = found.data if isinstance(found.data, Mapping) else {}
    signed: dict[str, Signature] = {}
    for key, entry in entries.items():
        try:
            signed[str(key)] = Signature(
                by=str(entry["by"]).strip(),
                on=_date(entry["on"]),
                until=_date(entry["until"]),
                text_sha=str(entry["text_sha"]),
            )
        except (KeyError, TypeError, ValueError) as wrong:
            place = f"{FILE}:{found.line(key)}"
            raise ValueError(
                f'{place}: the signature of "{key}" is not complete ({wrong}); sign it again.'
            ) from wrong
    return Signatures(MappingProxyType(signed))


def sign(
    root: Path, variants: Iterable[Variant], *, by: str, on: dt.date, until: dt.date
) -> Signatures:
    """Writes one person's signature under some wordings.

    Args:
        root: the project's folder.
        variants: wordings that the person has just read in full.
        by: the person's own name as it shall stand there.
        on: the day of signing.
        until: the last day it holds.

    Returns:
        All signatures, with the new ones.

    Raises:
        ValueError: no name, or `until` is not after `on`.
    """
    name = " ".join(by.split())
    if len(name) < 3:
        raise ValueError("A signature needs the full name of the person who read the answer.")
    if until <= on:
        raise ValueError(f"A signature must hold longer than its first day ({on}).")
    signed = dict(load_signatures(root).by_key)
    for variant in variants:
        signed[variant.key] = Signature(name, on, until, text_sha(variant))
    _write(root / FILE, signed)
    return Signatures(MappingProxyType(signed))


def _write(path: Path, signed: Mapping[str, Signature]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    text = io.StringIO(_HEAD)
    text.seek(0, io.SEEK_END)
    yaml.dump({key: dict(vars(signed[key])) for key in sorted(signed)}, text)
    draft = path.with_suffix(".draft")
    draft.write_text(text.getvalue(), encoding="utf-8")
    os.replace(draft, path)  # a full disk or a crash leaves the old signatures whole


def _date(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
