"""Calendar dates a visitor types: "12 March", "3/12/2027", "the 12th", "2026-12-01".

`dateparser` reads dates with a month's name. It also repairs what cannot be repaired ("31 Feb"
becomes some other day), so its result counts only when it is the day that was typed.
"""
from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Optional

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(20\d\d))?"
_ISO = re.compile(r"\b(20\d\d)-(\d{1,2})-(\d{1,2})\b")
_DAY_MONTH = re.compile(
    rf"\b(?:the\s+)?{_DAY}(?:\s+of)?\s+({MONTH})\.?(?!\s+(?:be|not|work|suit)\b){_YEAR}", re.I
)
_MONTH_DAY = re.compile(
    rf"\b({MONTH})\.?\s+(?:the\s+)?{_DAY}\b(?!\s*(?:[ap]\.?m\b|:|o'?clock)){_YEAR}", re.I
)
_NUMERIC = re.compile(
    r"(?<![\d/])(\d{1,2})(?:/(\d{1,2})(?:/(\d{4}|\d\d))?|[.-](\d{1,2})[.-](\d{4}))(?![\d/])"
)
_ORDINAL = re.compile(
    r"\b(?:(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)|the\s+(\d{1,2}))\b(?:\s+of\s+(this|next)\s+month)?"
    r"(?!\s*(?:[ap]\.?m\b|:|o'?clock))"
    r"(?!\s+(?:time|visit|floor|thing|choice|street|ave|avenue|session|appointment|treatment)\b)",
    re.I,
)
# Without a year, a date this far ahead is one that has just passed.
_JUST_PASSED = dt.timedelta(days=330)
_TOO_FAR = dt.timedelta(days=400)


@dataclass(frozen=True)
class FoundDate:
    """A date in a text: where it stands, the day, or why it cannot be one.

    `problem` is None, "impossible", "past" or "too_far".
    """

    start: int
    end: int
    day: Optional[dt.date]
    problem: Optional[str] = None


def find_dates(text: str, *, today: dt.date, day_first: bool) -> list[FoundDate]:
    """All calendar dates in a text, from left to right.

    Args:
        text: what was typed.
        today: the date on the clinic's clock.
        day_first: whether 3/12 is the third of December (False: the twelfth of March).
    """
    found: list[FoundDate] = []

    def add(match: "re.Match[str]", date: FoundDate) -> None:
        if all(match.end() <= other.start or match.start() >= other.end for other in found):
            found.append(date)

    for match in _ISO.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        add(match, _dated(match, _made(year, month, day), today))
    for pattern, day_group, month_group in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        for match in pattern.finditer(text):
            add(match, _named(match, match[day_group], match[month_group], match[3], today))
    for match in _NUMERIC.finditer(text):
        if match[0] != "24/7":
            add(match, _numeric(match, today, day_first))
    for match in _ORDINAL.finditer(text):
        day = int(match[1] or match[2])
        add(match, _dated(match, _day_of_month(day, match[3], today), today))
    return sorted(found, key=lambda date: date.start)


def _named(
    match: "re.Match[str]", day: str, month: str, year: Optional[str], today: dt.date
) -> FoundDate:
    import dateparser  # a third of a second to import; only needed here

    said = dateparser.parse(
        f"{day} {month} {year or ''}",
        languages=["en"],
        settings={
            "PREFER_DATES_FROM": "future",
            # from yesterday on, so that today counts as "future"
            "RELATIVE_BASE": dt.datetime.combine(today - dt.timedelta(days=1), dt.time()),
            "REQUIRE_PARTS": ["day", "month"],
        },
    )
    # dateparser jumps to the next leap year: a visitor means the coming February
    no_such_day = said is not None and not year and (said.month, said.day) == (2, 29)
    if no_such_day and said.year > today.year + 1:
        said = None
    names = [name.lower()[:3] for name in calendar.month_name]
    if (
        said is None
        or said.day != int(day)
        or names[said.month] != month.lower()[:3]
        or (year and said.year != int(year))
    ):
        return FoundDate(match.start(), match.end(), None, "impossible")
    return _dated(match, said.date(), today, year_typed=bool(year))


def _numeric(match: "re.Match[str]", today: dt.date, day_first: bool) -> FoundDate:
    first, second = int(match[1]), int(match[2] or match[4])
    year_text = match[3] or match[5]
    day, month = (first, second) if day_first else (second, first)
    if month > 12 >= day:  # 14/3 can only be read one way
        day, month = month, day
    if year_text:
        year = int(year_text) + (2000 if len(year_text) == 2 else 0)
        return _dated(match, _made(year, month, day), today)
    made = _made(today.year, month, day) or _made(today.year + 1, month, day)
    if made and made < today:
        made = _made(today.year + 1, month, day)
    return _dated(match, made, today, year_typed=False)


def _day_of_month(day: int, which: Optional[str], today: dt.date) -> Optional[dt.date]:
    """The next such day of a month; "this" and "next" month where said."""
    ahead = range(1, 2) if which == "next" else range(0, 1) if which == "this" else range(0, 4)
    for months in ahead:
        month = today.month + months
        made = _made(today.year + (month - 1) // 12, (month - 1) % 12 + 1, day)
        if made and (made >= today or which):
            return made
    return None


def _made(year: int, month: int, day: int) -> Optional[dt.date]:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _dated(
    match: "re.Match[str]", day: Optional[dt.date], today: dt.date, *, year_typed: bool = True
) -> FoundDate:
    problem = None
    if day is None:
        problem = "impossible"
    elif day < today or (not year_typed and day - today > _JUST_PASSED):
        problem = "past"
    elif day - today > _TOO_FAR:
        problem = "too_far"
    return FoundDate(match.start(), match.end(), day, problem)
