"""What unit tests share: a database of their own."""
from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from assistant import database
from assistant.booking import service


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An own, migrated SQLite file for each test, where the code looks for it."""
    address = f"sqlite:///{tmp_path / 'faq.db'}"
    monkeypatch.setenv("FAQ_DATABASE_URL", address)
    database.migrate(address)
    yield address
    service.engine(address).dispose()
