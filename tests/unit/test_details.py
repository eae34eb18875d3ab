"""Names, numbers and addresses do not decide what a message asks for."""
from __future__ import annotations

import pytest

from assistant.nlu.details import without_details


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I'd like to book, I'm Odile Marchetti, odile@example.com", "I'd like to book, I'm me"),
        ("Hi I'm Jane Doe, can I come in Tuesday, 503-555-0199", "Hi I'm me, can I come in Tuesday"),
        ("does it hurt", "does it hurt"),
        ("I'm 43 and worried about pores", "I'm 43 and worried about pores"),
    ],
)
def test_details_are_taken_out_of_a_message_that_says_more(text: str, left: str) -> None:
    assert without_details(text) == left


@pytest.mark.parametrize("text", ["503 555 0199", "jane@example.org", "my number is 503 555 0199", "I'm Jane Doe"])
def test_a_message_of_details_alone_stays_as_it_is(text: str) -> None:
    assert without_details(text) == text
