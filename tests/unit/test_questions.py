"""Where a message may be cut into questions."""
from __future__ import annotations

import time

import pytest

from assistant.nlu.questions import MOST_CLAUSES, MOST_QUESTIONS, Part, Seam, asks, bare, clauses, split
from assistant.nlu.worry import shows_worry


def cut(text: str) -> list[str]:
    parts = split(text)
    assert all(text[part.start : part.end] == part.text for part in parts)
    return [part.text for part in parts]


@pytest.mark.parametrize(
    "text",
    [
        "Does it hurt?", "pain", "does it hurt and swell", "forehead or neck, which is better?",
        "what is the difference between micro botox and regular botox", "is it ok to drink wine or gin?",
        "how do you do it, with a needle or a pen?", "is it about 3.5 cm deep?", "tell me about micro botox",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("how much is it? does it hurt?", ["how much is it?", "does it hurt?"]),
        ("how much is it and does it hurt", ["how much is it", "does it hurt"]),
        ("how long does it take, is parking free?", ["how long does it take", "is parking free?"]),
        ("how much is it tho how long does it last", ["how much is it", "how long does it last"]),
        ("is it safe & can i fly; also what about sun?", ["is it safe", "can i fly", "what about sun?"]),
        ("1. is it safe 2. does it hurt", ["is it safe", "does it hurt"]),
        ("- is it safe\n- does it hurt", ["is it safe", "does it hurt"]),
        ("price, pain and downtime?", ["price", "pain", "downtime?"]),
        ("hw much is it\nwat about parking", ["hw much is it", "wat about parking"]),
        ("age limit? also hw long dose it last", ["age limit?", "hw long dose it last"]),
        ("does it itch? and the sweat on my lip", ["does it itch?", "the sweat on my lip"]),
        ("deposit needed plus gap between sessions", ["deposit needed", "gap between sessions"]),
        ("i'd like to book and can you tell me the price", ["i'd like to book", "can you tell me the price"]),
    ],
)
def test_two_or_more_questions_are_cut(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I take aspirin. Can I have it?", ["I take aspirin. Can I have it?"]),
        ("Can I have it? I take aspirin.", ["Can I have it? I take aspirin"]),
        (
            "My lid hangs. Is that normal? And what does it cost?",
            ["My lid hangs. Is that normal?", "what does it cost?"],
        ),
        ("I had it 3.5 weeks ago. No change.", ["I had it 3.5 weeks ago. No change"]),
    ],
)
def test_a_story_stays_with_its_question(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hi there! how much is it?", ["how much is it?"]),
        ("ok thanks, does it hurt", ["does it hurt"]),
        ("good morning, quick question: is it safe", ["is it safe"]),
        ("hi, thanks", []),
        ("", []),
        ("???", []),
    ],
)
def test_greetings_and_thanks_are_no_questions(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_a_flood_of_questions_is_left_whole() -> None:
    assert len(split("is it safe? " * (MOST_QUESTIONS + 1))) == 1


def test_a_long_message_is_cut_in_milliseconds() -> None:
    started = time.process_time()
    split("how do and " * 400 + "?")
    split("a, " * 1600)
    for text in ("how do and " * 400, "a, " * 1600, "can i " * 800, " " * 4000, "n " * 2000, "- " * 2000, "?" * 4000):
        clauses(text)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "I'm scared of needles", "should I be worried?", "so nervous!!", "i hate needles", "bit anxious about it",
        "I'm terrified it will hurt", "im not good with needles", "not sure, I'm afraid of pain",
    ],
)
def test_fear_shows(text: str) -> None:
    assert shows_worry(text)


@pytest.mark.parametrize(
    "text",
    ["not scared at all", "don't worry", "no worries", "I'm not worried", "does it hurt?", "a worry-free visit", ""],
)
def test_denied_fear_does_not(text: str) -> None:
    assert not shows_worry(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("opening times and the phone number please", ["opening times", "the phone number please"]),
        ("How soon can I come? I hide my face.", ["How soon can I come?", "I hide my face."]),
        ("can i run the night before and what about after", ["can i run the night before", "what about after"]),
        ("how much n how long does appt take", ["how much", "how long does appt take"]),
        ("how much is it does it hurt", ["how much is it", "does it hurt"]),
        ("i want to know how long it does last", ["i want to know how long it does last"]),
        ("what do i do the day before can i take nurofen", ["what do i do the day before", "can i take nurofen"]),
        ("cost / pain", ["cost", "pain"]),
        ("hi, tell me how much does it cost", ["", "tell me how much does it cost"]),
        ("does it hurt?", ["does it hurt?"]),
    ],
)
def test_clauses_begin_wherever_a_question_might(text: str, parts: list[str]) -> None:
    cut = clauses(text)
    found = [cut.part(number, number) for number in range(len(cut.bounds))]
    assert all(text.startswith(part.text, part.start) for part in found)
    assert [part.text for part in found] == parts
    assert len(cut.seams) == len(cut.bounds) - 1


def test_of_many_cuts_the_clear_ones_stay() -> None:
    cut = clauses("a? b, c, d, e, f, g? h")
    assert len(cut.bounds) == MOST_CLAUSES and cut.seams.count(Seam.QUESTION_MARK) == 2


def test_the_bare_message_has_no_greeting() -> None:
    assert bare("Hello there! does it hurt?") == Part("does it hurt?", 13, 26)
    assert bare("does it hurt?!") == Part("does it hurt?!", 0, 14)
    assert bare("thanks") == Part("thanks", 0, 6)


@pytest.mark.parametrize(
    ("text", "asked"),
    [("does it hurt", True), ("and how much", True), ("the price?", True), ("I'd like to know the price", True),
     ("the price", False), ("my skin is oily", False)],
)
def test_a_part_is_put_as_a_question_or_not(text: str, asked: bool) -> None:
    assert asks(text, Part(text.strip("?"), 0, len(text.strip("?")))) == asked
