"""An alarm at any point of a booking: help first and alone, the form pauses, and waits to be asked for."""
from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

import answers_kit
import pytest
from sqlalchemy import create_engine, select

from assistant.booking.model import BOOKING, NOTICE
from assistant.settings import Settings
from assistant.staff.client import ChatClient

LEVELS = {
    "emergency": ("my throat feels tight since this morning", "**Call 911 now**"),
    "today": ("my eyelid is drooping since yesterday's injection", "**Call (503) 555-0142 now**"),
    "crisis": ("I want to kill myself", "**Call or text 988 now**"),
}
SELLS = re.compile(r"\bbook|appointment|visit\b|consultation|micro-?botox", re.IGNORECASE)
CONTACT = "{name}@example.com"


@dataclass(frozen=True)
class Step:
    """Where in a booking somebody is, and what the form asks when it goes on."""

    before: tuple[str, ...]
    asks: str | None  # None: no form is open or waiting
    told: tuple[str, ...] = ()  # parts of the summary that must come back
    told_contact: bool = False


OPEN = ("I'd like to book", "Yes to both")
STEPS = {
    "first message": Step((), None),
    "after an answer": Step(("does it hurt?",), None),
    "after a fallback": Step(("asdf qwer zxcv", "blorp the wug"), None),
    "consent": Step(OPEN[:1], "consent"),
    "name": Step(OPEN, "visitor_name"),
    "contact": Step((*OPEN, "{Name} Quist"), "visitor_contact"),
    "contact, after a useless try": Step((*OPEN, "{Name} Quist", "asdf"), "visitor_contact"),
    "times": Step((*OPEN, "{Name} Quist", CONTACT), "preferred_time", told_contact=True),
    "times, after a question": Step(
        (*OPEN, "{Name} Quist", CONTACT, "does it hurt?"), "preferred_time", told_contact=True
    ),
    "summary": Step(
        (*OPEN, "{Name} Quist", CONTACT, "any time"), "booking_confirmed", ("{Name} Quist", CONTACT), True
    ),
    "summary, changing something": Step(
        (*OPEN, "{Name} Quist", CONTACT, "any time", "No, change something"),
        "booking_confirmed",
        ("{Name} Quist", CONTACT),
        True,
    ),
    "paused": Step((*OPEN, "{Name} Quist", "asdf", "12", "greta@"), "visitor_contact"),
    "sent": Step((*OPEN, "{Name} Quist", CONTACT, "any time", "Yes, send it"), None, told_contact=True),
}
# How an alarm is said: as an answer to the form, beside a question, added to a button's words.
WAYS = ("yes, but {alarm}", "what does it cost? {alarm}", "Yes, send it. {alarm}", "my name is Ann and {alarm}")


def fill(text: str, name: str) -> str:
    return text.replace("{name}", name.lower()).replace("{Name}", name)


def name_for(*parts: object) -> str:
    """A name of its own for each case, one that can be said: what is counted is counted by it."""
    digits = zlib.crc32(repr(parts).encode())
    letters = [("bdfklmnprstv"[digits // 60**place % 12], "aeiou"[digits // 60**place // 12 % 5]) for place in range(4)]
    return "".join(map("".join, letters)).capitalize()


def assert_help_alone(answers: list[dict[str, object]], first_words: str) -> None:
    assert len(answers) == 1, answers
    (answer,) = answers
    text = str(answer["text"])
    assert answer["topic"] == "red_flag" and text.startswith(first_words), text
    assert not answer.get("buttons") and not SELLS.search(text), answer


@pytest.mark.parametrize("level", sorted(LEVELS))
@pytest.mark.parametrize("at", sorted(STEPS))
def test_help_comes_first_and_the_form_waits(at: str, level: str, chat: ChatClient, settings: Settings) -> None:
    step, name = STEPS[at], name_for(at, level)
    alarm, first_words = LEVELS[level]
    for text in step.before:
        chat.say(fill(text, name))
    assert_help_alone(chat.say(alarm), first_words)

    # what is typed next is no answer to the form, and sends nothing
    for text in ("yes", "Bo Tran"):
        answers = chat.say(text)
        assert not any(answer.get("card") for answer in answers), answers
        asked = f"utter_ask_booking_form_{step.asks}"
        assert step.asks is None or not any(answers_kit.says(answer["text"], asked) for answer in answers), answers
    assert _requests(settings, name) == (1 if at == "sent" else 0)
    assert _noticed(settings, name) == ([level] if step.told_contact else [])

    answers = chat.say("I'd like to book")
    asks = f"utter_ask_booking_form_{step.asks or 'consent'}"
    assert answers_kit.says(answers[-1]["text"], asks), answers
    for part in step.told:
        assert fill(part, name) in answers[-1]["text"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", ["consent", "contact", "summary"])
def test_however_it_is_said_help_comes_first(at: str, way: str, chat: ChatClient, settings: Settings) -> None:
    step, name = STEPS[at], name_for(at, way)
    for text in step.before:
        chat.say(fill(text, name))
    alarm, first_words = LEVELS["emergency"]
    assert_help_alone(chat.say(way.format(alarm=alarm)), first_words)
    assert _requests(settings, name) == 0
    answers = chat.say("book")
    assert answers_kit.says(answers[-1]["text"], f"utter_ask_booking_form_{step.asks}"), answers
    assert "Ann" not in answers[-1]["text"], "nothing is taken from a message that raised an alarm"


@pytest.mark.parametrize("asked", [
    "back to my booking form please", "can we carry on with the appointment request",
    "can we return to the appointment form",
])
def test_the_form_goes_on_however_it_is_asked_for(asked: str, chat: ChatClient) -> None:
    name = name_for("again")
    for text in STEPS["contact"].before:
        chat.say(fill(text, name))
    chat.say(LEVELS["today"][0])
    assert answers_kit.says(chat.say(asked)[-1]["text"], "utter_ask_booking_form_visitor_contact")


@pytest.mark.parametrize("name", ["Salivani Quist", "Marit Sweller", "Emma Stroker", "Ava Fevrier", "Priya Blanding"])
def test_a_name_that_is_spelled_nearly_like_a_sign_is_a_name(name: str, chat: ChatClient) -> None:
    for text in STEPS["name"].before:
        chat.say(text)
    answers = chat.say(name)
    assert answers_kit.says(answers[-1]["text"], "utter_ask_booking_form_visitor_contact"), answers


def test_a_second_alarm_of_one_level_tells_staff_once(chat: ChatClient, settings: Settings) -> None:
    name = name_for("twice")
    for text in STEPS["times"].before:
        chat.say(fill(text, name))
    for text in ("my throat feels tight", "now I can't swallow either", "my eyelid is drooping since the injection"):
        assert chat.say(text)[0]["topic"] == "red_flag"
    assert sorted(_noticed(settings, name)) == ["emergency", "today"]


def test_a_minor_s_alarm_is_answered_and_nobody_gets_the_contact(chat: ChatClient, settings: Settings) -> None:
    name = name_for("minor")
    for text in STEPS["times"].before:
        chat.say(fill(text, name))
    assert_help_alone(chat.say("I'm 16 and my throat feels tight"), "**Call 911 now**")
    assert _noticed(settings, name) == []
    assert answers_kit.says(chat.say("book")[0]["text"], "utter_booking_minor")


def _requests(settings: Settings, name: str) -> int:
    with create_engine(settings.database_url).connect() as database:
        return len(database.execute(select(BOOKING.c.id).where(BOOKING.c.name == f"{name} Quist")).all())


def _noticed(settings: Settings, name: str) -> list[str]:
    with create_engine(settings.database_url).connect() as database:
        told = select(NOTICE.c.level).where(NOTICE.c.contact == fill(CONTACT, name))
        return [row.level for row in database.execute(told).all()]
