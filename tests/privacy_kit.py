"""What docs/privacy.md says of each column."""
from __future__ import annotations

import re

from assistant.settings import ROOT

WITH_PEOPLE, WITHOUT = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8").split("## Columns that do not")
_COLUMN = re.compile(r"`([a-z]+)\.([a-z_]+)`")


def columns(part: str) -> list[tuple[str, str]]:
    """Table and column of everything named in the first cells of a part's rows."""
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return [found for cell in cells for found in _COLUMN.findall(cell)]
