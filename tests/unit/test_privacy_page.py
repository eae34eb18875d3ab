"""docs/privacy.md names every column of every table, and what it says of erasure is done."""
from __future__ import annotations

import datetime as dt
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conversation_kit import message_of, say, store_in
from privacy_kit import WITH_PEOPLE, WITHOUT, columns
from sqlalchemy import select

from assistant.booking import model
from assistant.booking.model import BookingDetails
from assistant.booking.service import engine, request_booking
from assistant.conversations import tables
from assistant.retention import delete_old
from assistant.settings import Settings


def test_every_column_is_explained_once() -> None:
    made = [
        (table.name, column.name)
        for metadata in (tables.metadata, model.METADATA)
        for table in metadata.tables.values()
        for column in table.columns
    ]
    assert sorted(columns(WITH_PEOPLE) + columns(WITHOUT)) == sorted(made)


def test_every_personal_column_says_how_long_and_how() -> None:
    for line in WITH_PEOPLE.splitlines():
        if line.startswith("| `"):
            _, _, holds, kept, erased, _ = line.split("|")
            assert holds.strip() and "_days`" in kept and "retention" in erased, line


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url = f"sqlite:///{tmp_path / 'faq.db'}"
    monkeypatch.setenv("FAQ_DATABASE_URL", url)
    yield url
    engine(url).dispose()


async def test_what_is_older_than_the_clinic_says_is_deleted_for_good(
    url: str, settings: Settings, tmp_path: Path
) -> None:
    store, days = store_in(tmp_path), settings.retention
    for name, age in (("old", days.chats_days + 1), ("young", days.chats_days - 1)):
        await say(store, message_of(name, "message-0", f"I am Quillfeather the {name}"))
        with closing(sqlite3.connect(tmp_path / "faq.db", isolation_level=None)) as database:
            at = time.time() - age * 86400
            database.execute("update conversations set last_at = ? where id = ?", (at, name))
    now = settings.now()
    for name, age in (("Olda Vask", days.bookings_days + 1), ("Jung Vask", days.bookings_days - 1)):
        details = BookingDetails(name, "(503) 555-0188", "mornings", now, f"chat of {name}")
        booking = request_booking(details, idempotency_key=name, settings=settings)
        made = (now - dt.timedelta(days=age)).astimezone(dt.timezone.utc)
        with engine(url).begin() as connection:
            connection.execute(
                model.BOOKING.update().where(model.BOOKING.c.id == booking.id).values(created_at=made)
            )
    await delete_old(store.conversations, settings)
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"the old" not in files and b"Olda" not in files
    assert b"the young" in files and b"Jung" in files
    with engine(url).connect() as connection:
        assert len(connection.execute(select(model.OUTBOX)).all()) == 1
