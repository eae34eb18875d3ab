"""The booking actions as the bot calls them: exact events and responses."""
from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

import actions.booking
from actions.booking import ActionSubmitBooking, ValidateBookingForm
from actions.clinic import clinic
from assistant.booking import service
from assistant.booking.form import TOLD
from assistant.booking.model import BOOKING, OUTBOX
from assistant.settings import load_settings

READY: dict[str, Any] = {
    "consent": True,
    "visitor_name": "Anna Kim",
    "visitor_contact": "(503) 555-0199",
    "preferred_time": "any time",
    "booking_confirmed": True,
    "booking_status": "ready",
    "booking_key": "0123456789abcdef",
    "booking_consented_at": "2026-11-20T11:00:00-08:00",
}


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An own database, opened and migrated by the actions themselves."""
    address = f"sqlite:///{tmp_path / 'faq.db'}"
    monkeypatch.setenv("FAQ_DATABASE_URL", address)
    clinic.cache_clear()
    yield address
    clinic.cache_clear()
    service.engine(address).dispose()


def user(text: str, intent: str = "nlu_fallback", **parsed: Any) -> dict[str, Any]:
    known = {"intent": {"name": intent}, "entities": [], **parsed}
    return {"event": "user", "text": text, "parse_data": known, "message_id": f"id-{text[:8]}"}


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


FORM_OPENS = {"event": "active_loop", "name": "booking_form"}
LISTEN = {"event": "action", "name": "action_listen"}


def tracker(slots: dict[str, Any], *events: dict[str, Any]) -> Tracker:
    return Tracker("visitor-1", dict(slots), {}, list(events), False, None, {}, None)


async def call(action: Any, asked: Tracker) -> tuple[list[Any], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, asked, {})
    return events, dispatcher.messages


def said(messages: list[dict[str, Any]]) -> list[Optional[str]]:
    return [message["response"] for message in messages]


def values(events: list[Any]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


async def test_the_form_opens_with_the_question_for_consent() -> None:
    asked = tracker({}, user("I'd like to book", "book_appointment"), FORM_OPENS)
    events, messages = await call(ValidateBookingForm(), asked)
    assert messages == []
    assert events[-1] == SlotSet("requested_slot", "consent")
    got = values(events)
    assert got["booking_status"] == "open" and len(got["booking_key"]) == 32
    assert isinstance(got["booking_updated"], float)
    assert all(got[name] is None for name in ("consent", "visitor_name", "visitor_contact"))


async def test_yes_takes_what_the_first_message_held() -> None:
    first = user(
        "Book me for baby botox, I'm Anna Kim, 503-555-0199, any time",
        "book_appointment",
        entities=[{"entity": "treatment", "value": "baby_botox", "start": 12, "end": 22}],
    )
    asked = tracker(
        {"requested_slot": "consent", "booking_key": "k"},
        first,
        FORM_OPENS,
        slot("booking_key", "k"),
        LISTEN,
        user("Yes to both", "affirm"),
    )
    events, messages = await call(ValidateBookingForm(), asked)
    assert messages == []
    got = values(events)
    del got["booking_updated"]
    assert dt.datetime.fromisoformat(got.pop("booking_consented_at")).tzinfo is not None
    assert got == {
        "consent": True,
        "visitor_name": "Anna Kim",
        "visitor_contact": "(503) 555-0199",
        "preferred_time": "any time",
        "booking_topic": "baby botox",
        "requested_slot": "booking_confirmed",
    }


async def test_a_number_sent_just_before_booking_is_used() -> None:
    asked = tracker(
        {"requested_slot": "consent", "booking_key": "k"},
        user("anna@example.com", "give_details"),
        {"event": "action", "name": "utter_give_details"},
        user("to book", "book_appointment"),
        FORM_OPENS,
        slot("booking_key", "k"),
        user("yes", "affirm"),
    )
    events, _ = await call(ValidateBookingForm(), asked)
    assert values(events)["visitor_contact"] == "anna@example.com"


async def test_a_first_message_the_action_server_did_not_hear_is_used_later() -> None:
    asked = tracker(
        {"requested_slot": "consent", "booking_key": "k"},
        user("book me, I'm Anna Kim", "book_appointment"),
        slot("action_failed", True),
        user("does it hurt?", "faq_pain"),
        {"event": "action", "name": "utter_faq_pain"},
        user("I'd like to book", "book_appointment"),
        FORM_OPENS,
        slot("booking_key", "k"),
        user("yes", "affirm"),
    )
    events, _ = await call(ValidateBookingForm(), asked)
    assert values(events)["visitor_name"] == "Anna Kim"


async def test_what_belonged_to_a_stopped_form_is_not_used_again() -> None:
    asked = tracker(
        {"requested_slot": "consent", "booking_key": "k"},
        user("book me, I'm Anna Kim", "book_appointment"),
        slot("action_failed", True),
        slot("booking_status", "stopped"),
        user("I'd like to book", "book_appointment"),
        FORM_OPENS,
        slot("booking_key", "k"),
        user("yes", "affirm"),
    )
    events, _ = await call(ValidateBookingForm(), asked)
    assert "visitor_name" not in values(events)


async def test_a_bad_answer_is_said_and_asked_again() -> None:
    slots = {**READY, "booking_confirmed": None, "visitor_contact": None}
    asked = tracker({**slots, "requested_slot": "visitor_contact"}, FORM_OPENS, user("call 911"))
    events, messages = await call(ValidateBookingForm(), asked)
    assert said(messages) == ["utter_bad_contact"]
    assert values(events)["booking_tries"] == {"visitor_contact": 1}
    assert events[-1] == SlotSet("requested_slot", "visitor_contact")


async def test_a_question_answered_before_the_form_is_not_heard_by_it() -> None:
    slots = {"consent": True, "requested_slot": "visitor_name", "booking_key": "k"}
    asked = tracker(
        slots,
        FORM_OPENS,
        user("Rose", "nlu_fallback"),
        {"event": "action", "name": "utter_faq_brands"},
        {"event": "action", "name": "booking_form"},
    )
    events, messages = await call(ValidateBookingForm(), asked)
    assert messages == []
    assert set(values(events)) == {"booking_updated", "requested_slot"}
    assert events[-1] == SlotSet("requested_slot", "visitor_name")


async def test_a_refusal_ends_the_loop_and_forgets() -> None:
    asked = tracker(
        {"requested_slot": "consent", "booking_key": "k"},
        user("book me, I'm Anna Kim", "book_appointment"),
        FORM_OPENS,
        slot("booking_key", "k"),
        user("No", "deny"),
    )
    events, messages = await call(ValidateBookingForm(), asked)
    assert said(messages) == ["utter_booking_refused"]
    got = values(events)
    assert got["booking_status"] == "refused" and got["booking_erase"] == ["id-book me,"]
    assert all(got[name] is None for name in TOLD)
    assert events[-1] == SlotSet("requested_slot", None)


async def test_when_checking_fails_nothing_is_kept_and_the_form_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("Anna Kim")

    monkeypatch.setattr(actions.booking, "take_turn", broken)
    asked = tracker({"requested_slot": "visitor_name"}, FORM_OPENS, user("Anna Kim"))
    events, messages = await call(ValidateBookingForm(), asked)
    assert said(messages) == ["utter_action_failed"]
    assert events == [
        SlotSet("action_failed", True),
        SlotSet("requested_slot", None),
        ActiveLoop(None),
    ]


async def test_received_is_said_with_the_code_of_a_written_request(url: str) -> None:
    events, messages = await call(ActionSubmitBooking(), tracker(READY))
    with service.engine(url).connect() as connection:
        row = connection.execute(select(BOOKING)).one()
        assert connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one() == 1
    code = f"{row.code[:4]}-{row.code[4:]}"
    assert [(m["response"], m["booking_code"]) for m in messages] == [("utter_booking_received", code)]
    assert events == [
        *(SlotSet(name, None) for name in TOLD),
        SlotSet("booking_code", code),
        SlotSet("booking_status", "received"),
    ]
    assert row.conversation_id == "visitor-1"


async def test_a_yes_that_arrives_twice_is_one_request(url: str) -> None:
    _, first = await call(ActionSubmitBooking(), tracker(READY))
    _, second = await call(ActionSubmitBooking(), tracker(READY))
    assert first[0]["booking_code"] == second[0]["booking_code"]
    with service.engine(url).connect() as connection:
        assert connection.execute(select(func.count()).select_from(BOOKING)).scalar_one() == 1


@pytest.mark.parametrize("status", ["paused", "refused", "minor", "stopped", "received", None])
async def test_a_form_that_ended_without_a_yes_sends_nothing(url: str, status: Optional[str]) -> None:
    events, messages = await call(ActionSubmitBooking(), tracker({**READY, "booking_status": status}))
    assert (events, messages) == ([], [])
    clinic()
    with service.engine(url).connect() as connection:
        assert connection.execute(select(func.count()).select_from(BOOKING)).scalar_one() == 0


async def test_a_detail_that_has_become_wrong_is_asked_again() -> None:
    asked = tracker({**READY, "preferred_time": "1 March 2025"})
    events, messages = await call(ActionSubmitBooking(), asked)
    assert said(messages) == ["utter_bad_time_past"]
    assert events == [
        SlotSet("preferred_time", None),
        SlotSet("booking_confirmed", None),
        SlotSet("booking_status", "open"),
        FollowupAction("booking_form"),
    ]


async def test_without_consent_nothing_is_sent(url: str) -> None:
    events, messages = await call(ActionSubmitBooking(), tracker({**READY, "consent": None}))
    assert said(messages) == ["utter_bad_yes_no"]
    assert SlotSet("consent", None) in events


async def test_with_the_database_gone_the_visitor_gets_the_phone_and_keeps_the_details(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {"name": "Anna Kim"}, Exception("gone"))

    monkeypatch.setattr(actions.booking, "request_booking", gone)
    events, messages = await call(ActionSubmitBooking(), tracker(READY))
    assert said(messages) == ["utter_action_failed"]
    assert events == [SlotSet("action_failed", True)]


def test_the_actions_know_the_clinic_they_work_for() -> None:
    assert clinic().clinic.phone == load_settings().clinic.phone
