"""Requests in a real database: made once, found by code and contact, never half written."""
from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import OperationalError

from assistant.booking import service
from assistant.booking.codes import ALPHABET, new_code, read_code
from assistant.booking.model import BOOKING, METADATA, OUTBOX, BookingDetails
from assistant.booking.service import InvalidBooking, StateError, request_booking
from assistant.database import engine
from assistant.settings import ROOT, Settings

CONSENT = dt.datetime(2026, 11, 20, 19, 0, tzinfo=dt.timezone.utc)
DETAILS = BookingDetails("Anna Kim", "503 555 0199", "any time", CONSENT, "conversation-1")


pytestmark = pytest.mark.usefixtures("url")


def count(url: str, table: object) -> int:
    with service.engine(url).connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_request_and_its_outbox_entry_are_written_together(url: str, settings: Settings) -> None:
    booking = request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert (booking.state, booking.contact, booking.contact_key, booking.contact_kind) == (
        "requested",
        "(503) 555-0199",
        "+15035550199",
        "phone",
    )
    assert booking.age_and_consent_at == CONSENT
    assert booking.created_at.tzinfo is not None
    assert (count(url, BOOKING), count(url, OUTBOX)) == (1, 1)


def test_the_same_key_gives_the_same_request(url: str, settings: Settings) -> None:
    first = request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert request_booking(DETAILS, idempotency_key="k", settings=settings) == first
    assert (count(url, BOOKING), count(url, OUTBOX)) == (1, 1)


def test_the_same_wish_of_one_conversation_within_a_day_is_one_request(
    url: str, settings: Settings
) -> None:
    first = request_booking(DETAILS, idempotency_key="before a pause", settings=settings)
    again = request_booking(DETAILS, idempotency_key="after it", settings=settings)
    assert again == first
    assert (count(url, BOOKING), count(url, OUTBOX)) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"preferred_time": "mornings"},
        {"name": "Anna Kimura"},
        {"contact": "503 555 0198"},
        {"conversation_id": "of somebody who knows her number"},
    ],
)
def test_another_wish_is_another_request(
    url: str, settings: Settings, other: dict[str, str]
) -> None:
    first = request_booking(DETAILS, idempotency_key="k", settings=settings)
    details = dataclasses.replace(DETAILS, **other)
    assert request_booking(details, idempotency_key="l", settings=settings).code != first.code


def test_a_cancelled_request_does_not_swallow_a_new_one(url: str, settings: Settings) -> None:
    first = request_booking(DETAILS, idempotency_key="k", settings=settings)
    service.move(first.id, to="cancelled", settings=settings)
    assert request_booking(DETAILS, idempotency_key="l", settings=settings).code != first.code


def test_the_same_wish_after_a_day_is_a_new_request(url: str, settings: Settings) -> None:
    first = request_booking(DETAILS, idempotency_key="k", settings=settings)
    with service.engine(url).begin() as connection:
        connection.execute(BOOKING.update().values(created_at=first.created_at - dt.timedelta(days=2)))
    assert request_booking(DETAILS, idempotency_key="l", settings=settings).code != first.code


def test_threads_racing_on_one_key_make_one_request(url: str, settings: Settings) -> None:
    with ThreadPoolExecutor(12) as pool:
        codes = set(
            pool.map(
                lambda _: request_booking(DETAILS, idempotency_key="k", settings=settings).code,
                range(40),
            )
        )
    assert len(codes) == 1
    assert (count(url, BOOKING), count(url, OUTBOX)) == (1, 1)


def test_processes_racing_on_one_key_make_one_request(url: str, settings: Settings) -> None:
    program = (
        "import datetime as dt\n"
        "from assistant.booking.model import BookingDetails\n"
        "from assistant.booking.service import request_booking\n"
        "from assistant.settings import load_settings\n"
        "at = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)\n"
        "details = BookingDetails('Anna Kim', '503 555 0199', 'any time', at, 'c')\n"
        "made = request_booking(details, idempotency_key='k', settings=load_settings())\n"
        "import sys; sys.stdout.write(made.code)\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    codes = {process.communicate(timeout=60)[0] for process in running}
    assert len(codes) == 1 and codes != {b""}
    assert (count(url, BOOKING), count(url, OUTBOX)) == (1, 1)


def test_a_transaction_that_dies_leaves_nothing(
    url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(service, "queue", killed)  # between the row and its outbox entry
        request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert (count(url, BOOKING), count(url, OUTBOX)) == (0, 0)
    request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert (count(url, BOOKING), count(url, OUTBOX)) == (1, 1)


def test_a_locked_database_raises_and_leaves_nothing(url: str, settings: Settings) -> None:
    with service.engine(url).begin() as holds_the_lock:
        holds_the_lock.execute(text("SELECT 1"))
        with pytest.raises(OperationalError):
            request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert count(url, BOOKING) == 0


def test_details_corrected_after_a_lost_reply_reach_the_clinic_as_a_change(
    url: str, settings: Settings
) -> None:
    first = request_booking(DETAILS, idempotency_key="k", settings=settings)
    other = dataclasses.replace(DETAILS, contact="anna@example.com")
    for _ in range(2):
        second = request_booking(other, idempotency_key="k", settings=settings)
        assert (second.code, second.contact) == (first.code, "anna@example.com")
    assert (count(url, BOOKING), count(url, OUTBOX)) == (1, 2)


def test_a_code_that_is_taken_is_drawn_again(
    url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["AAAABBBB", "AAAABBBB", "CCCCDDDD"])
    monkeypatch.setattr(service, "new_code", lambda: next(drawn))
    request_booking(DETAILS, idempotency_key="k1", settings=settings)
    other = dataclasses.replace(DETAILS, preferred_time="mornings")
    assert request_booking(other, idempotency_key="k2", settings=settings).code == "CCCCDDDD"


@pytest.mark.parametrize(
    ("field", "value", "slot", "problem"),
    [
        ("name", "", "visitor_name", "bad_name"),
        ("name", "<script>", "visitor_name", "bad_name"),
        ("contact", "not-a-phone", "visitor_contact", "bad_contact"),
        ("contact", "a@b.co\r\nBcc: x@y.co", "visitor_contact", "bad_contact"),
        ("preferred_time", "", "preferred_time", "bad_time_unclear"),
        ("preferred_time", "1 March 2025", "preferred_time", "bad_time_past"),
        ("age_and_consent_at", dt.datetime(2026, 1, 1), "consent", "bad_yes_no"),
    ],
)
def test_everything_is_checked_again_and_nothing_bad_is_written(
    url: str, settings: Settings, field: str, value: object, slot: str, problem: str
) -> None:
    details = dataclasses.replace(DETAILS, **{field: value})  # type: ignore[arg-type]
    with pytest.raises(InvalidBooking) as refused:
        request_booking(details, idempotency_key="k", settings=settings)
    assert (refused.value.field, refused.value.problem) == (slot, problem)
    assert str(value) == "" or str(value) not in str(refused.value)
    assert count(url, BOOKING) == 0


def test_each_configured_way_to_the_clinic_gets_its_entry(url: str, settings: Settings) -> None:
    booking = settings.booking.copy(
        update={"email": {"to": "a@b.co"}, "webhook": {"url": "https://x.example"}}
    )
    request_booking(
        DETAILS, idempotency_key="k", settings=settings.copy(update={"booking": booking})
    )
    with service.engine(url).connect() as connection:
        kinds = set(connection.execute(select(OUTBOX.c.kind)).scalars())
    assert kinds == {"terminal", "email", "webhook"}


def test_code_and_contact_together_find_a_request(settings: Settings) -> None:
    made = request_booking(DETAILS, idempotency_key="k", settings=settings)
    typed = f" {made.shown_code.lower()} "
    assert service.find(typed, "+1 503-555-0199", settings=settings) == made


@pytest.mark.parametrize(
    ("code", "contact"),
    [(None, "503 555 0198"), (None, ""), ("AAAA-AAAA", "503 555 0199"), ("", "503 555 0199")],
)
def test_a_wrong_pair_finds_nothing(settings: Settings, code: object, contact: str) -> None:
    made = request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert service.find(made.code if code is None else str(code), contact, settings=settings) is None
    assert (
        service.cancel(made.code if code is None else str(code), contact, settings=settings) is None
    )


def test_a_cancelled_request_is_told_to_the_clinic_once(url: str, settings: Settings) -> None:
    made = request_booking(DETAILS, idempotency_key="k", settings=settings)
    for _ in range(2):
        cancelled = service.cancel(made.code, "503 555 0199", settings=settings)
        assert cancelled is not None and cancelled.state == "cancelled"
    assert count(url, OUTBOX) == 2


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        (["seen", "confirmed", "cancelled"], True),
        (["confirmed"], True),
        (["declined", "confirmed"], False),
        (["cancelled", "seen"], False),
        (["seen", "requested"], False),
        (["paid"], False),
    ],
)
def test_a_request_only_moves_along_its_ways(
    settings: Settings, path: list[str], ends: bool
) -> None:
    made = request_booking(DETAILS, idempotency_key="k", settings=settings)
    for state in path[:-1]:
        service.move(made.id, to=state, settings=settings)
    if ends:
        assert service.move(made.id, to=path[-1], settings=settings).state == path[-1]
    else:
        with pytest.raises(StateError):
            service.move(made.id, to=path[-1], settings=settings)


def test_codes_are_made_of_signs_nobody_confuses() -> None:
    assert not set("0O1IL") & set(ALPHABET)
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)


@pytest.mark.parametrize("typed", ["7kqm-2xwp", " 7KQM 2XWP ", "7KQM2XWP", "7KQM–2XWP"])
def test_a_code_is_read_in_any_spelling(typed: str) -> None:
    assert read_code(typed) == "7KQM2XWP"


@pytest.mark.parametrize("typed", ["", "7KQM", "7KQM-2XW0", "7KQM-2XWP-9", "' OR 1=1"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_the_migration_makes_the_tables_the_code_uses(url: str) -> None:
    found = inspect(service.engine(url))
    for table in METADATA.tables.values():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}


def test_two_processes_may_migrate_at_the_same_time(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'new.db'}"
    program = f"from assistant.database import migrate; migrate({address!r})"
    running = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]


def test_a_new_file_may_be_opened_by_several_at_the_same_moment(tmp_path: Path) -> None:
    def opened(address: str) -> str:
        together.wait()
        return str(engine(address).connect().exec_driver_sql("PRAGMA journal_mode").scalar())

    together = Barrier(4)
    with ThreadPoolExecutor(4) as several:
        for turn in range(60):  # a failing pair is rare: without the retry about one file in ten
            modes = several.map(opened, [f"sqlite:///{tmp_path / str(turn)}.db"] * 4)
            assert list(modes) == ["wal"] * 4
