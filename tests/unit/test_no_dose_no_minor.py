"""Whatever is typed, in whatever order: no booking for a declared minor, and no dose in an answer."""
from __future__ import annotations

import re
from typing import Any

import pytest
from booking_kit import Clinic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answers.store import load_content
from assistant.booking.age import says_minor
from assistant.booking.details import gives, is_plain
from assistant.booking.form import TOLD, Message, take_turn
from assistant.dialogue.plan import BOOKING_FORM, DEACTIVATE, Question, Turn, plan
from assistant.settings import ROOT

pytestmark = pytest.mark.filterwarnings("ignore")
DOSE = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:units?|iu|ml|cc|mg|mcg)\b", re.IGNORECASE)
YOUNG = (
    "I'm 16",
    "im 15",
    "I'm sixteen",
    "I turn 18 next year",
    "I'm in year 11",
    "I'm still in high school",
    "it's for my daughter, she is 14",
    "my 15 year old daughter wants it",
    "I'm not 18 yet",
    "I'm a minor",
)
INTENTS = (
    "book_appointment affirm deny give_details faq_pain faq_age faq_units dosing_diy nlu_fallback out_of_scope stop "
    "correct_detail red_flag appearance_distress greet talk_to_human follow_up clinic_hours"
).split()
PIECES = st.one_of(
    st.sampled_from(
        [
            "I'd like to book", "book", "Yes to both", "yes", "Yes, send it", "no", "stop", "ok",
            "I'm Anna Kim", "anna@example.com", "(503) 555-0199", "any time", "Friday at 2pm", "does it hurt?",
            "how many units do I need", "I am 43", "I'm 18 now", "just kidding, I'm 30", "my throat feels tight",
            "change my name", "I'm Anna Kim, anna@example.com, any time", "20 units please", "Ann Twenty Units",
        ]
    ),
    st.text(max_size=30),
)  # fmt: skip
MESSAGES = st.tuples(st.lists(PIECES, min_size=1, max_size=2).map(" ".join), st.sampled_from(INTENTS))
BOOKED = ("I'd like to book", "book_appointment"), ("Yes to both", "affirm")
FILLED = (*BOOKED, ("I'm Anna Kim, anna@example.com, any time", "give_details"))
STARTS: tuple[tuple[tuple[str, str], ...], ...] = ((), BOOKED[:1], BOOKED, FILLED)


class Talk:
    """A conversation through the code that plans turns and the code that hears the form."""

    def __init__(self) -> None:
        self.clinic = Clinic()
        self.slots: dict[str, Any] = {}
        self.messages: list[Message] = []
        self.open = False
        self.said: list[str] = []
        self.sent = 0

    def says(self, text: str, intent: str) -> None:
        self.messages.append(Message(text, intent, id=f"m{len(self.messages)}"))
        young = says_minor(text, minimum_age=self.clinic.booking.minimum_age)
        if young:  # as the policy notices it
            self.slots.update(dict.fromkeys(TOLD), declared_minor=True)
        asked = self.slots.get("requested_slot") if self.open else None
        turn = Turn(
            intent,
            (Question(intent),) if intent.startswith(("faq_", "clinic_", "book_")) else (),
            asked_slot=asked,
            gives_asked_slot=bool(asked) and (young or gives(str(asked), text)),
            plain=is_plain(text),
            alarm="emergency" if intent == "red_flag" else None,
            focus_topic="faq_pain",
            offered="book_appointment",
            minor=young,
        )
        steps = plan(turn)
        for step in steps:
            self.slots.update(step.slots)
            if step.action == DEACTIVATE:
                self.open, self.slots["requested_slot"] = False, None
            elif step.action == BOOKING_FORM:
                self._form(starting=not self.open)
            else:
                self.said.append(step.action)
        if not steps:
            if self.open or intent == "book_appointment":
                self._form(starting=not self.open)
            else:
                self.said.append(f"utter_{intent}")

    def _form(self, *, starting: bool) -> None:
        outcome = take_turn(self.slots, self.messages, starting=starting, clinic=self.clinic)
        self.slots.update(outcome.slots, requested_slot=outcome.ask)
        self.open = outcome.ask is not None
        self.said += outcome.says
        if self.slots.get("booking_status") == "ready" and self.slots.get("booking_confirmed") is True:
            self.sent += 1
            self.slots.update(dict.fromkeys(TOLD), booking_status="received")


def test_the_same_code_does_book_for_an_adult() -> None:
    talk = Talk()
    for text, intent in (*FILLED, ("Yes, send it", "affirm")):
        talk.says(text, intent)
    assert talk.sent == 1


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    start=st.sampled_from(STARTS),
    before=st.lists(MESSAGES, max_size=1),
    young=st.tuples(st.sampled_from(YOUNG), st.sampled_from(["", ", does it hurt?", " and I'd like to book", ". yes"])),
    how=st.sampled_from(INTENTS),
    after=st.lists(MESSAGES, max_size=4),
)
def test_nothing_typed_completes_a_booking_for_a_declared_minor(
    start: tuple[tuple[str, str], ...],
    before: list[tuple[str, str]],
    young: tuple[str, str],
    how: str,
    after: list[tuple[str, str]],
) -> None:
    talk = Talk()
    for text, intent in (*start, *before):
        talk.says(text, intent)
    sent = talk.sent
    talk.says("".join(young), how)
    for text, intent in (*after, *FILLED, ("Yes, send it", "affirm")):
        talk.says(text, intent)
        assert talk.sent == sent
        told = {slot: talk.slots.get(slot) for slot in ("visitor_name", "visitor_contact", "preferred_time")}
        assert not any(told.values()), told
    assert not talk.open


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(messages=st.lists(MESSAGES, min_size=1, max_size=4))
def test_nothing_typed_leads_to_words_with_a_dose(messages: list[tuple[str, str]]) -> None:
    talk = Talk()
    for text, intent in messages:
        talk.says(text, intent)
    written = _written()
    for response in talk.said:
        assert response in written, f"{response} is no answer of the files"
        assert not any(DOSE.search(text) for text in written[response]), response


def _written() -> dict[str, list[str]]:
    if not _CACHE:
        for variant in load_content(ROOT).variants:
            _CACHE.setdefault(variant.response, []).extend(variant.wordings.values())
    return _CACHE


_CACHE: dict[str, list[str]] = {}
