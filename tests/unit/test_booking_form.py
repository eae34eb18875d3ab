"""The booking form turn by turn: what it keeps, says and asks."""
from __future__ import annotations

import datetime as dt
from typing import Any, Optional

import pytest
from booking_kit import START, Clinic

from assistant.booking.form import FIELDS, TOLD, Message, Outcome, take_turn

BOOK = ("I'd like to book", "book_appointment")
FULL = ("I'd like to book, I'm Anna Kim, 503-555-0199, Tuesday afternoon please", "book_appointment")


class Visitor:
    """A conversation with the form alone: keeps slots and messages as the tracker does."""

    def __init__(self) -> None:
        self.clinic = Clinic()
        self.slots: dict[str, Any] = {}
        self.messages: list[Message] = []
        self.open = False
        self.said: list[str] = []

    def says(self, text: str, intent: str = "nlu_fallback", **known: Any) -> Outcome:
        starting = not self.open
        if starting:
            self.messages = [Message(**{**m.__dict__, "in_form": False}) for m in self.messages]
        self.messages.append(Message(text, intent, id=f"m{len(self.messages)}", **known))
        outcome = take_turn(self.slots, self.messages, starting=starting, clinic=self.clinic)
        self.slots.update(outcome.slots)
        self.slots["requested_slot"] = outcome.ask
        self.open, self.said = outcome.ask is not None, outcome.says
        return outcome

    def answers(self, *turns: "tuple[str, str] | str") -> Optional[str]:
        outcome = Outcome()
        for turn in turns:
            outcome = self.says(*(turn if isinstance(turn, tuple) else (turn,)))
        return outcome.ask


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def test_a_first_message_that_holds_everything_needs_two_more(visitor: Visitor) -> None:
    assert visitor.answers(FULL) == "consent"
    assert visitor.answers("Yes to both") == "booking_confirmed"
    assert visitor.answers("Yes, send it") is None
    assert visitor.slots["booking_status"] == "ready"
    assert [visitor.slots[slot] for slot in FIELDS] == [
        True,
        "Anna Kim",
        "(503) 555-0199",
        "Tuesday afternoon",
        True,
    ]


def test_a_visitor_who_gives_one_thing_at_a_time_needs_six(visitor: Visitor) -> None:
    asked = [
        visitor.answers(turn) for turn in (BOOK, "yes", "Bo", "bo@example.com", "whenever", "yes")
    ]
    assert asked == [*FIELDS, None]
    assert visitor.slots["booking_status"] == "ready"


def test_nothing_is_in_a_slot_before_consent(visitor: Visitor) -> None:
    visitor.answers(FULL, ("and I am a new patient", "give_details"))
    assert not any(visitor.slots.get(slot) for slot in FIELDS)
    assert visitor.slots.get("visitor_kind") is None


def test_details_given_while_consent_is_asked_are_used_after_it(visitor: Visitor) -> None:
    assert visitor.answers(BOOK, ("I'm Anna Kim, anna@example.com", "give_details")) == "consent"
    assert visitor.said == []
    assert visitor.answers("yes") == "preferred_time"


def test_a_refusal_drops_everything_and_names_the_messages_to_erase(visitor: Visitor) -> None:
    assert visitor.answers(FULL, "No") is None
    assert visitor.said == ["utter_booking_refused"]
    assert visitor.slots["booking_status"] == "refused"
    assert all(visitor.slots.get(slot) is None for slot in TOLD)
    assert visitor.slots["booking_erase"] == ["m0"]


@pytest.mark.parametrize("text", ["👍", "", "🙂", "...", "👍🏽👍🏽"])
@pytest.mark.parametrize("intent", ["affirm", "out_of_scope", "nlu_fallback"])
def test_an_emoji_or_nothing_is_never_a_yes(visitor: Visitor, text: str, intent: str) -> None:
    assert visitor.answers(FULL, (text, intent)) == "consent"
    assert visitor.answers("yes", (text, intent)) == "booking_confirmed"
    assert visitor.slots.get("booking_confirmed") is None


@pytest.mark.parametrize(
    "intent",
    ["faq_pain", "clinic_hours", "ask_privacy", "talk_to_human", "complaint", "follow_up", "red_flag"],
)
def test_a_question_is_not_taken_as_a_name(visitor: Visitor, intent: str) -> None:
    visitor.answers(BOOK, "yes")
    assert visitor.answers(("does it hurt", intent)) == "visitor_name"
    assert visitor.slots.get("visitor_name") is None
    assert (visitor.said, visitor.slots.get("booking_tries")) == ([], None)


def test_a_message_answered_by_another_action_is_not_heard_again(visitor: Visitor) -> None:
    visitor.answers(BOOK, "yes")
    assert visitor.says("Rose", "faq_brands", answered=True).ask == "visitor_name"


def test_a_message_in_no_known_language_may_still_be_a_name(visitor: Visitor) -> None:
    visitor.answers(BOOK, "yes")
    assert visitor.says("李明", "out_of_scope", reason="script").ask == "visitor_contact"


def test_a_day_that_looks_like_a_question_about_hours_is_an_answer(visitor: Visitor) -> None:
    visitor.answers(BOOK, "yes", "Bo", "bo@example.com")
    assert visitor.answers(("Saturday?", "clinic_hours")) == "booking_confirmed"


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (["what do you mean"], "utter_bad_name"),
        (["Bo", "555-0199"], "utter_bad_contact"),
        (["Bo", "bo@example.com", "31 Feb"], "utter_bad_time_impossible"),
        (["Bo", "bo@example.com", "Monday"], "utter_bad_time_closed_day"),
        (["Bo", "bo@example.com", "yesterday evening 2020-01-01"], "utter_bad_time_past"),
        (["Bo", "bo@example.com", "purple"], "utter_bad_time_unclear"),
    ],
)
def test_what_cannot_be_used_is_asked_again_with_the_reason(
    visitor: Visitor, texts: list[str], problem: str
) -> None:
    visitor.answers(BOOK, "yes", *texts)
    assert visitor.said == [problem]
    assert visitor.open


def test_a_closed_day_in_the_first_message_is_named_when_times_are_asked(visitor: Visitor) -> None:
    visitor.answers(("Book me for Monday, I'm Anna Kim, anna@example.com", "book_appointment"))
    assert visitor.answers("yes") == "preferred_time"
    assert visitor.said == ["utter_bad_time_closed_day"]


def test_the_third_failed_try_gives_the_phone_and_keeps_what_was_told(visitor: Visitor) -> None:
    visitor.answers(BOOK, "yes", "Bo", "x", "y")
    assert visitor.answers("z") is None
    assert (visitor.said, visitor.slots["booking_status"]) == (["utter_booking_paused"], "paused")
    assert visitor.answers(BOOK) == "visitor_contact"
    assert visitor.said == ["utter_booking_resumed"]
    assert visitor.slots["visitor_name"] == "Bo"


def test_details_are_kept_for_an_hour_and_no_longer(visitor: Visitor) -> None:
    visitor.answers(BOOK, "yes", "Bo", "x", "y", "z")
    key = visitor.slots["booking_key"]
    visitor.clinic.time = START + dt.timedelta(minutes=61)
    assert visitor.answers(BOOK) == "consent"
    assert visitor.slots["visitor_name"] is None and visitor.slots["booking_key"] != key


def test_stop_ends_it_and_keeps_nothing(visitor: Visitor) -> None:
    assert visitor.answers(BOOK, "yes", "Bo", ("stop", "stop")) is None
    assert visitor.said == ["utter_booking_stopped"]
    assert all(visitor.slots.get(slot) is None for slot in TOLD)


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("change my number to 503 555 0111", "visitor_contact", "(503) 555-0111"),
        ("actually Wednesday", "preferred_time", "Wednesday"),
        ("no, make it the 12th", "preferred_time", "Saturday, December 12"),
        ("my name is spelled Anne Kim", "visitor_name", "Anne Kim"),
        ("anna.kim@example.com instead", "visitor_contact", "anna.kim@example.com"),
        ("can you change the name to Bob Ray", "visitor_name", "Bob Ray"),
    ],
)
def test_a_correction_changes_the_field_and_shows_the_summary_again(
    visitor: Visitor, text: str, slot: str, value: str
) -> None:
    visitor.clinic.hours_on = lambda day: (dt.time(10), dt.time(18, 30))  # type: ignore[method-assign]
    visitor.answers(FULL, "yes")
    assert visitor.answers((text, "correct_detail")) == "booking_confirmed"
    assert visitor.slots[slot] == value
    assert visitor.slots.get("booking_confirmed") is None
    assert visitor.answers("yes") is None


def test_a_correction_in_the_middle_leaves_the_open_question_open(visitor: Visitor) -> None:
    visitor.answers(BOOK, "yes", "Ana", "ana@example.com")
    assert visitor.answers(("change my name to Anna Kim", "correct_detail")) == "preferred_time"
    assert visitor.slots["visitor_name"] == "Anna Kim"


def test_a_time_to_call_does_not_replace_the_preferred_time(visitor: Visitor) -> None:
    visitor.answers(("book me for Tuesday, I'm Anna", "book_appointment"), "yes")
    visitor.answers(("(503) 555-0199, call after 5", "give_details"))
    assert visitor.slots["preferred_time"] == "Tuesday"


def test_no_at_the_summary_asks_what_to_change(visitor: Visitor) -> None:
    visitor.answers(FULL, "yes")
    assert visitor.answers("No, change something") == "booking_confirmed"
    assert visitor.slots["booking_asks"] == "change"
    assert visitor.answers("My times") == "preferred_time"
    assert visitor.answers("whenever") == "booking_confirmed"
    assert visitor.slots["booking_asks"] is None


def test_yes_to_what_should_i_change_sends_nothing(visitor: Visitor) -> None:
    visitor.answers(FULL, "yes", "no")
    assert visitor.answers("yes") == "booking_confirmed"
    assert visitor.slots.get("booking_confirmed") is None


@pytest.mark.parametrize(
    "turns",
    [
        [("I'm 17, can I book?", "book_appointment")],
        [BOOK, "it's for my 16 year old daughter"],
        [FULL, "yes", ("I turn 18 next week", "faq_age")],
    ],
)
def test_a_declared_minor_books_nothing_for_the_whole_conversation(
    visitor: Visitor, turns: list[Any]
) -> None:
    assert visitor.answers(*turns) is None
    assert visitor.said == ["utter_booking_minor"]
    assert visitor.slots["declared_minor"] is True
    assert all(visitor.slots.get(slot) is None for slot in TOLD)
    assert visitor.answers(FULL) is None
    assert visitor.slots["booking_status"] == "minor"


def test_a_minor_declared_before_the_form_is_remembered(visitor: Visitor) -> None:
    visitor.messages = [Message("I'm 16, does it hurt?", "faq_pain", in_form=False)]
    assert visitor.answers(BOOK) is None


def test_booking_for_another_adult_is_fine(visitor: Visitor) -> None:
    text = "book for my 45 year old mother, I'm Anna Kim, 503 555 0199, any time"
    assert visitor.answers((text, "book_appointment"), "yes", "yes") is None
    assert visitor.slots["booking_status"] == "ready"


def test_another_request_after_one_was_received_starts_with_nothing(visitor: Visitor) -> None:
    visitor.slots.update(booking_status="received", booking_code="ABCD-EFGH", booking_key=None)
    assert visitor.answers(BOOK) == "consent"
    assert visitor.said == ["utter_booking_already"]


def test_a_form_taken_up_again_asks_for_the_confirmation_again(visitor: Visitor) -> None:
    visitor.answers(FULL, "yes", "yes")
    key = visitor.slots["booking_key"]
    visitor.open = False  # the reply was lost on its way
    assert visitor.answers(BOOK) == "booking_confirmed"
    assert visitor.slots["booking_key"] == key


def test_what_the_action_server_did_not_hear_is_heard_later(visitor: Visitor) -> None:
    visitor.answers(BOOK, "yes", "Bo")
    visitor.messages.append(Message("503 555 0133", "give_details", lost=True))
    visitor.messages.append(Message(*BOOK))
    outcome = take_turn(visitor.slots, visitor.messages, starting=True, clinic=visitor.clinic)
    assert outcome.ask == "preferred_time"
    assert outcome.slots["visitor_contact"] == "(503) 555-0133"


def test_a_treatment_named_on_the_way_is_the_topic(visitor: Visitor) -> None:
    visitor.says("book me in for baby botox", "book_appointment", topic="baby botox")
    visitor.answers("yes")
    assert visitor.slots["booking_topic"] == "baby botox"
