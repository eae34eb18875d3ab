"""Times of day as people say them: "half past 3", "after 5", "mornings", "2-4pm"."""
from __future__ import annotations

import re

# Spans of the day in minutes after midnight.
_PARTS = {
    "morning": (5 * 60, 12 * 60),
    "first thing": (5 * 60, 12 * 60),
    "lunch": (11 * 60, 14 * 60),
    "lunchtime": (11 * 60, 14 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 22 * 60),
    "tonight": (17 * 60, 24 * 60),
    "after work": (16 * 60, 24 * 60),
}
_HOURS_IN_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_WORD_HOUR = "|".join(_HOURS_IN_WORDS)
_HALF = r"\s*(?:[ap]\.?m\b\.?|o'?\s?clock\b)"
_UNIT = r"(?!\s*(?:%|weeks?|days?|months?|hours?|hrs?|min(?:ute)?s?|years?|people|of us|times?)\b)"
CLOCK = (
    rf"(?:noon|midday|(?:half past|quarter past|quarter to)\s+(?:\d{{1,2}}|{_WORD_HOUR})"
    rf"|(?:\d{{1,2}}(?:[:.h]\d\d)?|{_WORD_HOUR})(?:{_HALF})?{_UNIT})\b"
)
SURE_CLOCK = (  # is a time of day without a word in front
    rf"(?:\bnoon\b|\bmidday\b|\b(?:half past|quarter past|quarter to)\s+(?:\d{{1,2}}|{_WORD_HOUR})\b"
    rf"|\b(?:\d{{1,2}}(?:[:.]\d\d)?|{_WORD_HOUR}){_HALF}|(?<![\d/])\b\d{{1,2}}:\d\d\b"
    rf"|\b(?:\d{{1,2}}|{_WORD_HOUR})(?=\s+in the (?:morning|afternoon|evening)))"
)
BEFORE_CLOCK = (
    r"(?:any ?time\s+)?\b(?:after|before|by|from|until|till|past|around|about|at|not before"
    r"|no earlier than|no later than|earlier than|later than|between)\b|(?<![\w@])@"
)
PART = (
    r"(?:\b(?:early|late|mid)[\s-]+)?\b(?:mornings?|afternoons?|evenings?|lunch ?times?|lunch)\b"
    r"|\bfirst thing\b|\bafter (?:work|school)\b|\bbefore work\b"
    r"|\b(?:end|start) of the day\b|\btonight\b"
)


def windows(kind: str, text: str) -> list[tuple[int, int]]:
    """Ways to read words as a span of the day, in minutes: "3" is 03:00 or 15:00.

    Args:
        kind: "part", "clock" or "range"; anything else has no span.
        text: the words.
    """
    text = text.lower()
    if kind == "part":
        return [span for word, span in _PARTS.items() if re.search(rf"\b{word}s?\b", text)][:1]
    if kind not in ("clock", "range"):
        return []
    times = [_minutes(match) for match in re.findall(CLOCK, text)]
    if not times:
        return []
    if kind == "range" and len(times) > 1:
        return [(start, end) for start in times[0] for end in times[-1] if start < end]
    if re.match(r"(?:any ?time )?(?:after|from|past|later|not before|no earlier)", text):
        return [(start, 24 * 60) for start in times[0]]
    if re.match(r"before|by|until|till|no later|earlier", text):
        return [(0, end) for end in times[0]]
    return [(start, start + 1) for start in times[0]]


def exists(text: str) -> bool:
    """Whether every clock time in a text is one: "25:00" is not."""
    return all(_minutes(clock) for clock in re.findall(CLOCK, text.lower()))


def _minutes(clock: str) -> list[int]:
    """Minutes of the day a clock time may mean; empty for one that does not exist."""
    clock = clock.strip().lower()
    if clock in ("noon", "midday"):
        return [12 * 60]
    for number, word in enumerate(_HOURS_IN_WORDS, start=1):
        clock = re.sub(rf"\b{word}\b", str(number), clock)
    found = re.search(r"(\d{1,2})(?:[:.h](\d\d))?\s*([ap])?", clock)
    if not found:
        return []
    hour, minute = int(found[1]), int(found[2] or 0)
    minute += 30 if "half past" in clock else 15 if "quarter past" in clock else 0
    minute -= 15 if "quarter to" in clock else 0
    if hour > 24 or minute > 59:
        return []
    if hour > 12 or (hour == 0):
        return [hour * 60 + minute]
    if found[3]:
        return [(hour % 12 + (12 if found[3] == "p" else 0)) * 60 + minute]
    return [hour % 12 * 60 + minute, (hour % 12 + 12) * 60 + minute]
