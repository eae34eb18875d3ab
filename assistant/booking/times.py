"""When a visitor would like to come: a small grammar for how people say it.

Weekdays, parts of the day, clock times, "next week", "whenever", "not Mondays" are read here;
calendar dates in `dates`. The visitor's own words are kept; "tomorrow" and dates are replaced by
weekday and date, so that they mean the same when somebody at the clinic reads them later.
"""
from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Optional, Protocol

from assistant.booking.clock import BEFORE_CLOCK, CLOCK, PART, SURE_CLOCK, exists, windows
from assistant.booking.dates import MONTH, FoundDate, find_dates

LIMIT = 200
_WEEKDAYS = (
    ("monday", "mon"),
    ("tuesday", "tues", "tue", "teusday", "tusday"),
    ("wednesday", "weds", "wed", "wensday", "wednsday"),
    ("thursday", "thurs", "thur", "thu", "thrusday", "thirsday"),
    ("friday", "fri"),
    ("saturday", "sat", "saterday", "satuday"),
    ("sunday", "sun"),
)
_DAY_OF = {word: day for day, words in enumerate(_WEEKDAYS) for word in words}
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_DAY = r"\b(?:" + "|".join(sorted(_DAY_OF, key=len, reverse=True)) + r")s?\b\.?"
_DAYS = rf"{_DAY}(?:\s*(?:,|or|and|nor|&|/)\s*(?:on\s+)?{_DAY})*"
_NOT = (
    r"\b(?:not|except(?: for)?|but not|never|avoid|any(?: ?day)? but|(?:can'?t|cannot|can not)"
    r"(?: do| make| come)?|(?:don'?t|do not)(?: do| want| work)?|won'?t(?: do)?|no)"
    r"\s+(?:on\s+|in\s+)?(?:the\s+)?"
)
_RELATIVE = (
    r"\b(?:the )?day after tomorrow\b|\b(?:today|(?:tomm?orr?ow|tmrw?|tmr))\b"
    r"|\b(?:(?:early|late|mid|the (?:end|start|beginning|middle) of|end of|start of|beginning of)\s+)?"
    rf"(?:the )?(?:this|next|following|coming)\s+(?:weekend|week|month)\b|\bthe week after(?: next)?\b"
    rf"|\bin (?:(?:an?|one|two|three|four|\d{{1,2}}|a few|a couple of)\s+)(?:days?|weeks?|months?)\b"
    r"|\bweek ?ends?\b|\bweek ?days?\b|\bduring the week\b"
    rf"|\b(?:in|early|late|mid|before|after|end of|start of|beginning of)[\s-]+{MONTH}"
    r"|\b(?:before|after|around|over)\s+(?:christmas|xmas|new year(?:'?s)?|thanksgiving|easter"
    r"|the holidays)\b|\b(?:end|start|beginning|middle) of the (?:week|month|year)\b"
)
_OPEN = (
    r"\bany ?time\b|\bany ?day\b|\bany (?:time|day|slot) (?:is|works)(?: fine| ok)?\b|\bwhen ?ever\b"
    r"|\b(?:i'?m |i am )?(?:very |quite |pretty )?flexible\b|\bno preference\b|\b24/7\b"
    r"|\b(?:i )?(?:don'?t|do not) (?:mind|care|have a preference)\b|\b(?:does|do)(?:n'?t| not) matter\b"
    r"|\b(?:as soon as possible|a\.?s\.?a\.?p)\b|\b(?:the )?(?:soonest|earliest|first|next)"
    r"(?: possible| available)? (?:slot|one|appointment|opening|time|date|day|available)\b"
    r"|\b(?:soonest|earliest)(?: possible)?\b|\ball day\b|\bup to you\b|\byou (?:choose|decide|pick)\b"
    r"|\b(?:i'?m )?not sure(?: yet)?\b|\b(?:i )?(?:don'?t|do not) know(?: yet)?\b|\bno idea\b"
)
_LOOK = re.compile(
    rf"(?P<no>{_NOT}(?:{_DAYS}|{PART}|{_RELATIVE}))"
    rf"|(?P<open>{_OPEN})"
    rf"|(?P<part>{PART})"
    rf"|(?P<relative>{_RELATIVE})"
    rf"|(?P<range>(?:\b(?:between|from)\s+)?{CLOCK}\s*(?:-|–|\bto\b|\band\b|\btill?\b|\buntil\b)\s*{CLOCK})"
    rf"|(?P<clock>(?:{BEFORE_CLOCK})\s*{CLOCK}|{SURE_CLOCK})"
    rf"|(?P<day>(?:\b(?:next|this|coming|every|the following)\s+)?{_DAY})",
    re.I,
)
# Words that may stand between two pieces of one wish, and words around a wish.
_BETWEEN = frozenset(
    "a about after also and any are around at be before best better between but by either else for "
    "from good if ideally in is maybe not of on or otherwise perhaps please possible preferably "
    "sometime the then to until works would".split()
)
_AROUND = _BETWEEN | frozenset(
    "actually again available book can come coming could day days do does fine for free great hello "
    "hey hi how i i'd i'm id if im instead it it's its just let's lets like make me mean meant mostly "
    "my no now ok okay only prefer preferred rather s say see some sorry suit suits sure thank "
    "thanks that that's thats then time times usually wait want well what when will with work yes "
    "appointment visit you make-it".split()
)
# Clauses about something else that has a date: "I have a wedding in June", "I had it last week".
_OTHER_EVENT = re.compile(
    r"\b(?:wedding|party|birthday|event|holiday|vacation|trip|flight|fly(?:ing)?|since|ago|last|had"
    r"|was|were|did|got|open|hours|close[ds]?)\b",
    re.I,
)
_SHORT_FORMS = re.compile(r"(?:mon|wed|sat|sun|fri)", re.I)


class ClinicClock(Protocol):
    """The part of the clinic's settings that times are checked against."""

    def now(self) -> dt.datetime:
        """The present moment on the clinic's clock."""

    def hours_on(self, day: dt.date) -> Optional[tuple[dt.time, dt.time]]:
        """Opening and closing time of a date."""

    @property
    def names_medicine_first(self) -> bool:
        """True in the US market only, where dates are written month first."""


@dataclass(frozen=True)
class PreferredTime:
    """A wish for a time.

    Attributes:
        says: the wish as the visitor knows it, with weekday and date.
        problem: None, or why it is asked again: "unclear", "impossible", "past", "too_far",
            "weekday" (date and weekday differ), "closed_day", "closed_time".
    """

    says: str
    problem: Optional[str] = None


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    kind: str
    text: str
    date: Optional[FoundDate] = None


def read(text: str, *, clinic: ClinicClock) -> PreferredTime:
    """The wish a text is, asked for directly; `problem` says why it cannot be used."""
    text = _tidied(text)
    pieces = _pieces(text, clinic)
    if not pieces or len(text) > LIMIT:
        return PreferredTime(text[:LIMIT], "unclear")
    whole = not _left_over(text, pieces) or "?" in text or re.search(r"[^\w\s.,;:'’&/()-]", text)
    says = _in_words(text, pieces, clinic, pieces_only=bool(whole))
    return PreferredTime(says, _problem(pieces, text, clinic))


def find(text: str, *, clinic: ClinicClock) -> Optional[PreferredTime]:
    """The wish somewhere in a text that may be about other things; None when there is none."""
    text = _tidied(text)
    pieces = [
        piece for piece in _pieces(text, clinic) if not _elsewhere(text, piece) and _certain(text, piece)
    ]
    if not pieces:
        return None
    return PreferredTime(_in_words(text, pieces, clinic), _problem(pieces, text, clinic))


def is_time(text: str) -> bool:
    """Whether a text says a time and nothing else: "Tuesday at 3?", "mornings please"."""
    text = _tidied(text)
    pieces = _pieces(text, None)
    return bool(pieces) and not _left_over(text, pieces)


def _tidied(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _pieces(text: str, clinic: Optional[ClinicClock]) -> list[_Piece]:
    today = clinic.now().date() if clinic else dt.date.today()
    day_first = not (clinic and clinic.names_medicine_first)
    dates = find_dates(text, today=today, day_first=day_first)
    pieces = [_Piece(date.start, date.end, "date", text[date.start : date.end], date) for date in dates]
    blanked = text
    for date in dates:  # same length, so that places in the text stay the same
        blanked = blanked[: date.start] + "\0" * (date.end - date.start) + blanked[date.end :]
    for match in _LOOK.finditer(blanked):
        pieces.append(_Piece(match.start(), match.end(), str(match.lastgroup), match[0].strip(" .")))
    pieces.sort(key=lambda piece: piece.start)
    # "Tuesday 8 December": the weekday belongs to the date
    return [
        piece
        for piece, after in zip(pieces, [*pieces[1:], None], strict=False)
        if not (piece.kind == "day" and _belongs(text, piece, after))
    ]


def _belongs(text: str, piece: _Piece, after: Optional[_Piece]) -> bool:
    return (
        after is not None
        and after.kind == "date"
        and re.fullmatch(r"[\s,.]*(?:the\s)?", text[piece.end : after.start], re.I) is not None
    )


def _left_over(text: str, pieces: list[_Piece]) -> list[str]:
    """Words of a text that neither are a time nor stand around one."""
    rest = text
    for piece in reversed(pieces):
        rest = f"{rest[: piece.start]} {rest[piece.end :]}"
    rest = re.sub(_DAY, " ", rest, flags=re.I)
    words = re.findall(r"[\w'’-]+", rest.lower().replace("’", "'"))
    return [word for word in words if word not in _AROUND]


def _elsewhere(text: str, piece: _Piece) -> bool:
    """Whether a piece stands in a clause about something else that has a date."""
    start = max(text.rfind(mark, 0, piece.start) for mark in ",.;!?") + 1
    ends = [at for at in (text.find(mark, piece.end) for mark in ",.;!?") if at >= 0]
    return _OTHER_EVENT.search(text[start : min(ends, default=len(text))]) is not None


def _certain(text: str, piece: _Piece) -> bool:
    """False for short words that are seldom a time in running text: "sun", "sat", "not sure"."""
    word = piece.text.lower()
    if piece.kind == "open" and re.search(r"not sure|know|idea|mind|care|matter|first|next", word):
        return False
    if piece.kind == "day" and _SHORT_FORMS.fullmatch(word):
        after = text[piece.end : piece.end + 12]
        return text[piece.start].isupper() or bool(
            re.match(r"\s*(?:at\s+)?\d|\s*(?:morning|afternoon|evening)", after, re.I)
        )
    return True


def _in_words(
    text: str, pieces: list[_Piece], clinic: ClinicClock, *, pieces_only: bool = True
) -> str:
    now = clinic.now()
    said, at = "", 0
    for number, piece in enumerate(pieces):
        gap = text[at : piece.start]
        if piece.kind == "date" or (piece.date and piece.date.day):
            gap = re.sub(rf"{_DAY}[\s,]*(?:the\s)?$", "", gap, flags=re.I)
        if pieces_only and number == 0:
            gap = ""
        elif pieces_only:
            words = re.findall(r"[\w'’-]+", gap.lower())
            gap = gap if all(word in _BETWEEN for word in words) and len(gap) < 40 else ", "
        said += gap + _worded(piece, now, clinic.names_medicine_first)
        at = piece.end
    said += "" if pieces_only else text[at:]
    return " ".join(said.split()).strip(" ,;")[:LIMIT]


def _worded(piece: _Piece, now: dt.datetime, month_first: bool) -> str:
    day = piece.date.day if piece.date else _relative_day(piece, now.date())
    if day is not None:
        tonight = ", evening" if piece.text.lower() == "tonight" else ""
        return _date_in_words(day, now.date(), month_first) + tonight
    return re.sub(_DAY, _full_name, piece.text, flags=re.I)


def _date_in_words(day: dt.date, today: dt.date, month_first: bool) -> str:
    date = f"{day:%B} {day.day}" if month_first else f"{day.day} {day:%B}"
    year = "" if day.year == today.year else f", {day.year}" if month_first else f" {day.year}"
    return f"{_NAMES[day.weekday()]}, {date}{year}"


def _full_name(match: "re.Match[str]") -> str:
    word = match[0].lower().strip(".")
    day = _DAY_OF.get(word)
    if day is not None:
        return _NAMES[day]
    return _NAMES[_DAY_OF[word[:-1]]] + "s"


def _relative_day(piece: _Piece, today: dt.date) -> Optional[dt.date]:
    word = piece.text.lower()
    if piece.kind not in ("relative", "part"):
        return None
    if word.endswith("day after tomorrow"):
        return today + dt.timedelta(days=2)
    if word in ("today", "tonight"):
        return today
    return today + dt.timedelta(days=1) if re.fullmatch(r"(?:tomm?orr?ow|tmrw?|tmr)", word) else None


def _problem(pieces: list[_Piece], text: str, clinic: ClinicClock) -> Optional[str]:
    """Why the clinic could not see somebody at such a time; None when it could."""
    now = clinic.now()
    today = now.date()
    for piece in pieces:
        if piece.date and piece.date.problem:
            return piece.date.problem
        if piece.kind in ("clock", "range") and not exists(piece.text):
            return "impossible"
    dates: list[dt.date] = []
    weekdays: set[int] = set()
    for piece in pieces:
        day = piece.date.day if piece.date else _relative_day(piece, today)
        if day is not None:
            before = re.search(rf"({_DAY})[\s,]*(?:the\s)?$", text[: piece.start], re.I)
            if piece.date and before and _weekday(before[1]) != day.weekday():
                return "weekday"
            dates.append(day)
        elif piece.kind == "day":
            weekdays.add(_weekday(piece.text.split()[-1]))
        elif piece.kind == "relative" and re.search(r"week ?end", piece.text, re.I):
            weekdays |= {5, 6}
    named = dates + [_next(weekday, today) for weekday in weekdays]
    if today in named and all(day == today for day in named):
        hours = clinic.hours_on(today)
        if hours and now.time() >= hours[1]:
            return "past"
    days = [day for day in named or _coming_week(today) if clinic.hours_on(day)]
    if not days:
        return "closed_day"
    spans = [span for span in (windows(piece.kind, piece.text) for piece in pieces) if span]
    if any(not _fits(span, days, clinic, None) for span in spans):
        return "closed_time"
    only_today = bool(dates) and not weekdays and set(dates) == {today}
    if only_today and any(not _fits(span, days, clinic, now) for span in spans):
        return "past"
    return None


def _weekday(word: str) -> int:
    word = word.lower().strip(".")
    return _DAY_OF[word] if word in _DAY_OF else _DAY_OF[word[:-1]]


def _next(weekday: int, today: dt.date) -> dt.date:
    return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _coming_week(today: dt.date) -> list[dt.date]:
    return [today + dt.timedelta(days=ahead) for ahead in range(1, 8)]


def _fits(
    span: list[tuple[int, int]],
    days: list[dt.date],
    clinic: ClinicClock,
    now: Optional[dt.datetime],
) -> bool:
    """Whether one reading of a span touches the clinic's hours on one of the days, after `now`."""
    for day in days:
        hours = clinic.hours_on(day)
        if hours is None:
            continue
        opens, closes = (hour.hour * 60 + hour.minute for hour in hours)
        if now is not None:
            opens = max(opens, now.hour * 60 + now.minute)
        if any(start < closes and end > opens for start, end in span):
            return True
    return False
