"""Which answer a text is, whatever its present wording: tests name responses of data/responses."""
from __future__ import annotations

import re
from functools import lru_cache

from ruamel.yaml import YAML

from assistant.settings import ROOT

_BLANK = re.compile(r"\\{[a-z_]+\\}")


def says(text: str, response: str) -> bool:
    """Whether a text is one of a response's variations, with anything in its {blanks}."""
    return any(variation.fullmatch(text) for variation in _variations()[response])


@lru_cache(maxsize=None)
def _variations() -> dict[str, list[re.Pattern[str]]]:
    return {
        name: [_pattern(variation["text"]) for variation in variations]
        for path in sorted((ROOT / "data" / "responses").glob("*.yml"))
        for name, variations in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["responses"].items()
    }


def _pattern(text: str) -> re.Pattern[str]:
    # one kind line may stand before an answer to somebody who is worried
    return re.compile("(?:[^\n]{1,80}[.] )?" + _BLANK.sub(".*", re.escape(text.strip())), re.S)
