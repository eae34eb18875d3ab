"""Who answers is said at once, in every place, and truthfully when asked."""
from __future__ import annotations

import io

import pytest
from rich.console import Console

from assistant.staff.client import ChatClient
from assistant.staff.shell import talk
from assistant.supervisor import Supervisor

PARTS = ("automated assistant", "not a clinician", "not for emergencies")


def test_the_shell_says_it_in_its_first_line(bot: Supervisor) -> None:
    screen = io.StringIO()
    talk(ChatClient(bot.bot.url), Console(file=screen, width=200), io.StringIO("/quit\n"))
    first = screen.getvalue().splitlines()[0].lower()
    assert all(part in first for part in PARTS), first


def test_the_header_s_words_come_with_the_clinic_s(chat: ChatClient) -> None:
    words = chat.clinic()["disclosure"].lower()
    assert all(part in words for part in PARTS), words


@pytest.mark.parametrize(
    "asked",
    [
        "are you a real person?",
        "am I talking to a human",
        "is this a bot",
        "are you a nurse?",
        "are you chatgpt",
    ],
)
def test_whoever_asks_hears_the_truth_and_the_way_to_a_person(asked: str, chat: ChatClient) -> None:
    (answer,) = chat.say(asked)
    text = answer["text"].lower()
    assert answer["topic"] == "bot_challenge"
    assert "automated" in text and "not a person" in text and "not a clinician" in text
    assert "(503) 555-0142" in text
    (person,) = [button for button in answer["buttons"] if "person" in button["title"].lower()]
    assert "(503) 555-0142" in chat.say(person["says"])[0]["text"]


def test_inside_a_booking_too(chat: ChatClient) -> None:
    chat.say("I'd like to book")
    first, question = chat.say("are you a real person?")
    assert "not a person" in first["text"] and "agree" in question["text"]
