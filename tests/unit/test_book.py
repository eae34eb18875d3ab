"""The answer book: which variation is said, blanks, and answers edited while the bot runs."""
from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.dialogue.book import AnswerBook, Unfilled, fill

TEXT = """
version: "3.1"
responses:
  utter_faq_pain:
  - condition: [{type: slot, name: treatment, value: standard_botox}]
    text: standard
  - text: micro
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faq.yml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def said(book: AnswerBook, **values: object) -> str:
    picked = book.pick("utter_faq_pain", values)
    assert picked is not None
    return str(picked["text"])


def save(file: Path, text: str) -> None:
    later = file.stat().st_mtime + 5
    file.write_text(text, encoding="utf-8")
    os.utime(file, (later, later))


def test_the_first_variation_that_fits_is_said(folder: Path) -> None:
    book = AnswerBook(folder)
    assert said(book, treatment="standard_botox") == "standard"
    assert said(book) == "micro"


def test_an_edit_is_live_without_a_restart(folder: Path) -> None:
    book = AnswerBook(folder)
    save(folder / "faq.yml", TEXT.replace("text: micro", "text: edited"))
    assert said(book) == "edited"


def test_a_broken_edit_leaves_the_answers_in_force(folder: Path) -> None:
    book = AnswerBook(folder)
    save(folder / "faq.yml", "responses: [")
    assert said(book) == "micro"


def test_a_blank_is_filled_and_an_unknown_one_is_refused() -> None:
    assert fill("call {phone}", {"phone": "1"}) == "call 1"
    with pytest.raises(Unfilled):
        fill("call {phone}", {"phone": ""})


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert fill("hello {visitor_name}", {"visitor_name": "{phone}", "phone": "1"}) == "hello {phone}"
