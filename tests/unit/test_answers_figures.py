"""Figures are found in plain English and compared by number and unit."""

import pytest

from assistant.answers.figures import quantities


def _says(text: str) -> list[str]:
    return [figure.says for figure in quantities(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It lasts three to four months.", ["three to four months"]),
        ("It lasts 3\u20134 months.", ["3 to 4 months"]),
        ("between two and three weeks", ["two and three weeks"]),
        ("a two-week wait", ["two week"]),
        ("twenty-one days", ["twenty one days"]),
        ("half an hour", ["half an hour"]),
        ("a week or two", ["a week or two"]),
        ("gone within a week", ["a week"]),
        ("1,000 people", ["1000 people"]),
        ("10 % of 20 healthy people", ["10 %", "20 healthy people"]),
        ("twice a year", ["twice"]),
        ("\u00a3100 to \u00a3350", ["100 \u00a3 to 350 \u00a3"]),
        ("in 2 days or 3 weeks", ["2 days", "3 weeks"]),
        ("from $408.50 a visit", ["408.50 $"]),
    ],
)
def test_a_figure_is_found_with_its_unit(text: str, found: list[str]) -> None:
    assert _says(text) == found


@pytest.mark.parametrize(
    "text", ["one clinic's article", "the one who injects", "a few minutes", "some months", "covid-19"]
)
def test_a_vague_word_or_a_pronoun_is_no_figure(text: str) -> None:
    assert _says(text) == []


@pytest.mark.parametrize(
    ("answer", "fact", "stands"),
    [
        ("three to four months", "3 to 4 months", True),
        ("one to three days", "24 to 72 hours", True),
        ("half an hour", "30 minutes", True),
        ("up to six months", "4 to 6 months", True),
        ("three to five months", "3 to 4 months", False),
        ("three to four weeks", "3 to 4 months", False),
        ("two weeks", "2 months", False),
        ("five months", "4 to 6 months", False),
        ("18", "18 years", True),
        ("3 to 4", "3 to 4 weeks", True),
        ("$408", "408 USD", True),
        ("19", "18 years", False),
    ],
)
def test_a_figure_stands_in_a_fact_only_with_its_number_and_unit(
    answer: str, fact: str, stands: bool
) -> None:
    (said,), (known,) = quantities(answer), quantities(fact)
    assert said.stands_in(known) is stands
