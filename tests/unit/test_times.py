"""What visitors say about when they want to come, and what the clinic reads."""
from __future__ import annotations

import datetime as dt
from typing import Optional
from zoneinfo import ZoneInfo

import pytest

from assistant.booking import times


class Clock:
    """The demo clinic's hours on Friday 20 November 2026 at 11:00, in a market's way of writing."""

    def __init__(self, names_medicine_first: bool = True) -> None:
        self.names_medicine_first = names_medicine_first

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 11, 20, 11, 0, tzinfo=ZoneInfo("America/Los_Angeles"))

    def hours_on(self, day: dt.date) -> Optional[tuple[dt.time, dt.time]]:
        if day.weekday() in (0, 6):
            return None
        return (dt.time(9), dt.time(14)) if day.weekday() == 5 else (dt.time(10), dt.time(18, 30))


US = Clock()
UK = Clock(names_medicine_first=False)

UNDERSTOOD = {
    "next Tuesday at 3pm": "next Tuesday at 3pm",
    "Tuesday afternoon": "Tuesday afternoon",
    "tuesday afternoons please": "Tuesday afternoons",
    "mornings": "mornings",
    "not Mondays": "not Mondays",
    "any day but monday": "any day but Monday",
    "any time": "any time",
    "anytime": "anytime",
    "whenever": "whenever",
    "I don't mind": "I don't mind",
    "asap": "asap",
    "first available": "first available",
    "not sure yet": "not sure yet",
    "after 5": "after 5",
    "before noon": "before noon",
    "between 2 and 4 on thursday": "between 2 and 4 on Thursday",
    "2-4pm tues": "2-4pm Tuesday",
    "half past 3 on fri": "half past 3 on Friday",
    "ten in the morning": "ten in the morning",
    "weekends": "weekends",
    "weekdays after work": "weekdays after work",
    "next week": "next week",
    "in two weeks": "in two weeks",
    "early December": "early December",
    "after Christmas": "after Christmas",
    "tomorrow": "Saturday, November 21",
    "tomorrow morning": "Saturday, November 21 morning",
    "tmrw": "Saturday, November 21",
    "today at 3": "Friday, November 20 at 3",
    "tonight": "Friday, November 20, evening",
    "the 12th": "Saturday, December 12",
    "Saturday the 12th": "Saturday, December 12",
    "12 December at 10": "Saturday, December 12 at 10",
    "Dec 1st, 2026": "Tuesday, December 1",
    "12/1": "Tuesday, December 1",
    "2026-12-01 15:00": "Tuesday, December 1 15:00",
    "March 12": "Friday, March 12, 2027",
    "Mondays or Tuesdays": "Mondays or Tuesdays",
    "sat or wed, after 10": "Saturday or Wednesday, after 10",
    "this weekend": "this weekend",
    "lunchtime": "lunchtime",
    "Tuesday at 3?": "Tuesday at 3",
    "I work until 5, so later on a Tuesday": "I work until 5, so later on a Tuesday",
}

ASKED_AGAIN = {
    "31 Feb": "impossible",
    "Feb 29": "impossible",
    "32 March": "impossible",
    "the 45th": "impossible",
    "25:00": "impossible",
    "10 November": "past",
    "1 March 2025": "past",
    "today at 10": "past",
    "2099-01-01": "too_far",
    "Tuesday 28 November": "weekday",
    "Monday": "closed_day",
    "sunday afternoon": "closed_day",
    "1 March": "closed_day",
    "the day after tomorrow": "closed_day",
    "Saturday evening": "closed_time",
    "Tuesday at 9am": "closed_time",
    "after 7pm": "closed_time",
    "3am": "closed_time",
    "hello": "unclear",
    "": "unclear",
    "my dog": "unclear",
    "5": "unclear",
}


@pytest.mark.parametrize("typed", UNDERSTOOD)
def test_a_wish_is_kept_as_the_visitor_knows_it(typed: str) -> None:
    assert times.read(typed, clinic=US) == times.PreferredTime(UNDERSTOOD[typed])


@pytest.mark.parametrize("typed", UNDERSTOOD)
def test_a_wish_read_again_stays_the_same(typed: str) -> None:
    assert times.read(UNDERSTOOD[typed], clinic=US) == times.PreferredTime(UNDERSTOOD[typed])


@pytest.mark.parametrize("typed", ASKED_AGAIN)
def test_a_wish_that_cannot_be_is_asked_again_with_the_reason(typed: str) -> None:
    assert times.read(typed, clinic=US).problem == ASKED_AGAIN[typed]


def test_outside_the_us_the_day_comes_first() -> None:
    assert times.read("1/12", clinic=UK).says == "Tuesday, 1 December"
    assert times.read("1/12", clinic=US).says == "Tuesday, January 12, 2027"


@pytest.mark.parametrize(
    ("typed", "says"),
    {
        "I'm Anna, 34, Tuesday afternoon please": "Tuesday afternoon",
        "book me for tomorrow at 10 please": "Saturday, November 21 at 10",
        "I'd like to come, any time is fine": "any time",
    }.items(),
)
def test_a_wish_is_found_among_other_things(typed: str, says: str) -> None:
    found = times.find(typed, clinic=US)
    assert found is not None and found.says == says


@pytest.mark.parametrize(
    "typed",
    [
        "I have a wedding in June and want to book",
        "I had it last week",
        "can I sit in the sun",
        "not sure about the price",
        "@@@ 1",
        "I am 34 and new here",
    ],
)
def test_other_dates_and_words_are_not_taken_for_a_wish(typed: str) -> None:
    assert times.find(typed, clinic=US) is None


@pytest.mark.parametrize("typed", ["saturday", "Tuesday at 3?", "mornings please", "whenever"])
def test_a_time_and_nothing_else_answers_the_question(typed: str) -> None:
    assert times.is_time(typed)


@pytest.mark.parametrize("typed", ["are you open saturday?", "Saturday hours", "does it hurt", ""])
def test_a_question_about_a_day_does_not(typed: str) -> None:
    assert not times.is_time(typed)
