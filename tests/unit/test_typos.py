"""Misspelled words and shorthand, put right before a message becomes a vector."""
from __future__ import annotations

import time

import pytest

from assistant.nlu.phrases import read
from assistant.nlu.typos import Typos
from assistant.settings import ROOT


@pytest.fixture(scope="module")
def typos() -> Typos:
    return Typos.fit(read(ROOT / "data" / "nlu").texts)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("is it panful", "is it painful"), ("can i resheduel my apointment", "can i reschedule my appointment"),
        ("hw long shud i wait b4 the gym", "how long should i wait before the gym"),
        ("pleeeease", "please"), ("do u hav parkng", "do you have parking"), ("Micro Bottox??", "Micro botox??"),
        ("wrinkels around my eyess", "wrinkles around my eyes"), ("helo", "hello"), ("Wrinkels", "wrinkles"),
        ("Sweling and briuses", "swelling and bruises"),
    ],
)
def test_slips_and_shorthand_are_put_right(typos: Typos, typed: str, meant: str) -> None:
    assert typos.correct(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", "??", "👍", "does it hurt?", "I'm on Accutane and Xeomin didn't last", "PCOS and SPF", "7.30pm on the 12th",
        "is Dysport or Jeuveau better", "my crow's feet", "masseter", "glabella", "hyaluronic acid", "niacinamide",
        "blood thinners like apixaban", "co-pay", "Tuesday's fine",
        "Marit Sweller", "Ottilie-Ann Blandingh", "Hi, Noor Stroker, 020 7946 0958",
        "Zoë Stroker", "Łukasz Sweller",
    ],
)
def test_words_of_the_language_and_of_the_field_stay(typos: Typos, text: str) -> None:
    assert typos.correct(text) == text


def test_it_comes_back_the_same_from_its_words(typos: Typos) -> None:
    again = Typos(typos.words)
    assert again.correct("is it panful, wil i briuse") == typos.correct("is it panful, wil i briuse")


def test_a_long_message_costs_little(typos: Typos) -> None:
    text = "wher cn i pakr my caar pleese " * 16
    typos.correct(text)
    fresh = Typos(typos.words)
    began = time.process_time()
    fresh.correct(text)
    assert time.process_time() - began < 0.05
