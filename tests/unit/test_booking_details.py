"""What a free text tells about a booking."""
from __future__ import annotations

from typing import Optional

import pytest

from assistant.booking.age import says_minor
from assistant.booking.details import (
    find_correction,
    find_details,
    gives,
    read_name,
    yes_or_no,
)
from assistant.settings import Settings


def test_a_message_that_holds_everything_gives_everything(settings: Settings) -> None:
    text = "I'm Anna Kim, a new patient, 503-555-0199, any time, I'd like to book"
    details = find_details(text, clinic=settings)
    assert details.name == "Anna Kim"
    assert details.contact is not None and details.contact.shown == "(503) 555-0199"
    assert details.preferred_time is not None and details.preferred_time.says == "any time"
    assert details.visitor_kind == "new"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi, this is Bo. mornings", "Bo"),
        ("Anna Kim here, call me after 5", "Anna Kim"),
        ("my name is maria de la cruz and my number is 5035550199", "maria de la cruz"),
        ("I am Li", "Li"),
        ("call me Liz", "Liz"),
        ("Name: Anna, phone: 503 555 0199", "Anna"),
        ("I'm nervous about needles", None),
        ("I'm Interested in booking", None),
        ("I'M SO NERVOUS", None),
        ("I'm free Tuesday", None),
        ("I want to book for my mother Anna", None),
    ],
)
def test_a_name_is_found_only_where_somebody_introduces_themselves(
    settings: Settings, text: str, name: Optional[str]
) -> None:
    assert find_details(text, clinic=settings).name == name


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I'm a new patient", "new"),
        ("it's my first time", "new"),
        ("I've never been before", "new"),
        ("I'm a returning client", "returning"),
        ("I've been to you before", "returning"),
        ("my first name is Anna", None),
    ],
)
def test_new_and_returning_are_taken_when_said(
    settings: Settings, text: str, kind: Optional[str]
) -> None:
    assert find_details(text, clinic=settings).visitor_kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "I'm 17",
        "im 16 years old",
        "I am seventeen, is that ok?",
        "for my 16 year old daughter",
        "booking for my daughter, she's 15",
        "for my friend, 17",
        "can you book for my 16yo son",
        "my 16 year old wants it",
        "I'm under 18",
        "I'm not 18 yet",
        "I turn 18 next week",
        "I'm a minor",
        "I'd like an appointment for my teenage daughter",
    ],
)
def test_a_declared_minor_is_heard(text: str) -> None:
    assert says_minor(text, minimum_age=18)


@pytest.mark.parametrize(
    "text",
    [
        "I'm 18",
        "I'm 45",
        "I'm over 18",
        "for my 45 year old mother",
        "I'm 17 weeks pregnant",
        "I'm 10 minutes away",
        "I'm 5'4",
        "since I was 17",
        "my son is 12 and at school until 3",
        "I am not a minor",
        "I'm on my 2nd visit",
        "I had 16 units",
        "at 16:30",
    ],
)
def test_an_adult_is_not_taken_for_a_minor(text: str) -> None:
    assert not says_minor(text, minimum_age=18)


def test_a_clinic_may_ask_for_a_higher_age() -> None:
    assert says_minor("I'm 19", minimum_age=21)


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes to both", "y", "ok", "yes please send it", "no problem", "I agree", "yes 👍"],
)
def test_a_plain_yes_is_yes(text: str) -> None:
    assert yes_or_no(text) is True


@pytest.mark.parametrize("text", ["no", "No thanks", "nope", "No, change something", "don't"])
def test_a_plain_no_is_no(text: str) -> None:
    assert yes_or_no(text) is False


@pytest.mark.parametrize(
    "text", ["", "👍", "🙂🙂", "?", "yes?", "yes and no", "not sure", "of course not", "sí", "1", "..."]
)
def test_nothing_else_is_a_yes(text: str) -> None:
    assert yes_or_no(text) is not True


@pytest.mark.parametrize(
    ("text", "slot", "rest"),
    [
        ("change my number to 503 555 0111", "visitor_contact", "503 555 0111"),
        ("can you change the name to Bob Ray", "visitor_name", "Bob Ray"),
        ("my number is wrong, it's 503 555 0111", "visitor_contact", "503 555 0111"),
        ("my name is spelled Anne", "visitor_name", "Anne"),
        ("wrong number", "visitor_contact", ""),
        ("My times", "preferred_time", ""),
        ("actually Wednesday", None, "Wednesday"),
        ("make it the 12th", None, "the 12th"),
    ],
)
def test_a_correction_names_its_field_and_value(text: str, slot: Optional[str], rest: str) -> None:
    correction = find_correction(text)
    assert correction is not None
    assert (correction.slot, correction.rest) == (slot, rest)


@pytest.mark.parametrize("text", ["Anna Kim", "Tuesday afternoon", "yes", "does it hurt?"])
def test_an_answer_is_no_correction(text: str) -> None:
    assert find_correction(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("it's anna", "anna"), ("Anna 5035550199", "Anna"), ("the name is Bo please", "Bo"), ("skip", None)],
)
def test_an_answer_to_the_question_for_the_name_may_hold_more(
    text: str, name: Optional[str]
) -> None:
    assert read_name(text) == name


@pytest.mark.parametrize(
    ("slot", "text", "answer"),
    [
        ("visitor_name", "Rose", True),
        ("visitor_name", "Rosacea", False),
        ("visitor_name", "does it hurt", False),
        ("preferred_time", "saturday", True),
        ("preferred_time", "are you open saturday", False),
        ("visitor_contact", "503 555 0199", True),
        ("visitor_contact", "what is your number?", False),
        ("consent", "yes", True),
        ("consent", "is it safe", False),
        ("booking_confirmed", "👍", False),
    ],
)
def test_the_shape_of_an_answer_is_told_from_a_question(slot: str, text: str, answer: bool) -> None:
    assert gives(slot, text) is answer
