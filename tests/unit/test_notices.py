"""Staff are told of an alarm once, with a contact the visitor agreed to, and with nothing about health."""
from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any, Optional

import pytest
from alembic.command import downgrade, upgrade
from alembic.config import Config
from conversation_kit import message_of, say, store_in
from rasa.shared.core.events import SlotSet
from rich.console import Console
from sqlalchemy import create_engine, func, inspect, select, text

from assistant import database
from assistant.booking import service
from assistant.booking.cards import AlarmCard, Card, mark_shown, pending_cards
from assistant.booking.model import NOTICE, OUTBOX, BookingDetails
from assistant.booking.notices import tell_of_alarm
from assistant.booking.service import request_booking
from assistant.settings import Settings

CONSENT = dt.datetime(2026, 11, 20, 19, 0, tzinfo=dt.timezone.utc)


pytestmark = pytest.mark.usefixtures("url")


def tell(
    url: str, settings: Settings, *, level: str = "emergency", contact: Optional[str] = "anna@example.com"
) -> bool:
    with service.engine(url).begin() as db:
        return tell_of_alarm(db, "visitor-1", level=level, contact=contact, settings=settings)


def shown(card: Any) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(card.panel(time_zone="America/Los_Angeles"))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def book(settings: Settings) -> Any:
    details = BookingDetails("Anna Kim", "503 555 0199", "any time", CONSENT, "visitor-1", topic="droopy eye")
    return request_booking(details, idempotency_key="k", settings=settings)


def test_one_notice_for_a_conversation_and_level(url: str, settings: Settings) -> None:
    assert tell(url, settings)
    assert not tell(url, settings)
    assert tell(url, settings, level="today")
    assert [card.notice.level for card in pending_cards(service.engine(url))] == ["emergency", "today"]


def test_nobody_is_told_without_a_contact(url: str, settings: Settings) -> None:
    assert not tell(url, settings, contact=None)
    assert pending_cards(service.engine(url)) == []


def test_a_level_that_does_not_exist_is_refused(url: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match="no level"):
        tell(url, settings, level="urgent")


def test_the_card_says_whom_to_reach_and_nothing_about_health(url: str, settings: Settings) -> None:
    tell(url, settings, level="today")
    (card,) = pending_cards(service.engine(url))
    words = shown(card)
    assert "ALARM" in words and "today" in words and "anna@example.com" in words
    assert "Code" not in words
    assert mark_shown(service.engine(url), card)
    assert pending_cards(service.engine(url)) == []


def test_a_sent_request_gives_its_contact_and_code_and_nothing_else(url: str, settings: Settings) -> None:
    booking = book(settings)
    assert tell(url, settings, contact=None)
    alarm, request = pending_cards(service.engine(url))
    assert isinstance(alarm, AlarmCard) and isinstance(request, Card)
    words = shown(alarm)
    assert booking.shown_code in words and "(503) 555-0199" in words
    assert "Anna" not in words and "droopy" not in words


def test_a_cancelled_request_gives_nobody_s_contact(url: str, settings: Settings) -> None:
    service.move(book(settings).id, to="cancelled", settings=settings)
    assert not tell(url, settings, contact=None)


def test_each_way_the_clinic_wants_gets_an_entry_without_personal_data(url: str, settings: Settings) -> None:
    booking = settings.booking.copy(update={"webhook": {"url": "https://clinic.example/hook"}})
    tell(url, settings.copy(update={"booking": booking}))
    with service.engine(url).connect() as db:
        rows = db.execute(select(OUTBOX)).all()
    assert sorted(row.kind for row in rows) == ["terminal", "webhook"]
    assert {row.reason for row in rows} == {"alarm-emergency"}
    assert all(json.loads(row.payload) == {"reason": "alarm-emergency"} for row in rows)


@pytest.mark.parametrize(
    ("slots", "told"),
    [
        ({"consent": True, "visitor_contact": "anna@example.com"}, 1),
        ({"visitor_contact": "anna@example.com"}, 0),
        ({"consent": True}, 0),
        ({"consent": True, "visitor_contact": "anna@example.com", "declared_minor": True}, 0),
    ],
)
async def test_the_kept_turn_of_an_alarm_tells_when_there_is_consent(
    tmp_path: Path, slots: dict[str, Any], told: int
) -> None:
    (tmp_path / "kept").mkdir()
    store = store_in(tmp_path / "kept")
    before = [SlotSet(name, value) for name, value in slots.items()]
    await say(store, message_of("anna", "message-0"), *before)
    await say(store, message_of("anna", "message-1"), SlotSet("alarm", "emergency"))
    await say(store, message_of("anna", "message-2"))  # the slot still says so, the turn does not
    await say(store, message_of("anna", "message-3"), SlotSet("alarm", "emergency"))
    with create_engine(f"sqlite:///{tmp_path / 'kept' / 'faq.db'}").connect() as db:
        assert db.execute(select(func.count()).select_from(NOTICE)).scalar_one() == told


async def test_a_minor_s_notice_is_taken_back_with_its_contact(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    store = store_in(tmp_path / "kept")
    told = [SlotSet("consent", True), SlotSet("visitor_contact", "anna@example.com")]
    await say(store, message_of("anna", "message-0"), *told, SlotSet("alarm", "today"))
    with create_engine(f"sqlite:///{tmp_path / 'kept' / 'faq.db'}").connect() as db:
        assert db.execute(select(func.count()).select_from(OUTBOX)).scalar_one() == 1
    await say(store, message_of("anna", "message-1"), SlotSet("declared_minor", True))
    with create_engine(f"sqlite:///{tmp_path / 'kept' / 'faq.db'}").connect() as db:
        assert db.execute(select(func.count()).select_from(NOTICE)).scalar_one() == 0
        assert db.execute(select(func.count()).select_from(OUTBOX)).scalar_one() == 0


async def test_a_turn_that_is_not_kept_tells_nobody(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    store = store_in(tmp_path / "kept")
    told = [SlotSet("consent", True), SlotSet("visitor_contact", "anna@example.com")]
    await say(store, message_of("anna", "message-0"), *told)
    stale = await store.retrieve("anna")
    await say(store, message_of("anna", "message-1"))
    stale.update(SlotSet("alarm", "crisis"))
    results = await asyncio.gather(store.save(stale), return_exceptions=True)
    assert type(results[0]).__name__ == "StaleTurn"
    with create_engine(f"sqlite:///{tmp_path / 'kept' / 'faq.db'}").connect() as db:
        assert db.execute(select(func.count()).select_from(NOTICE)).scalar_one() == 0


def test_the_step_in_the_database_goes_both_ways_and_keeps_requests(url: str, settings: Settings) -> None:
    book(settings)
    tell(url, settings)
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    engine = config.attributes["engine"] = database.engine(url)
    downgrade(config, "0002")
    assert "notice" not in inspect(engine).get_table_names()
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 1
    upgrade(config, "head")
    assert len(pending_cards(engine)) == 1
