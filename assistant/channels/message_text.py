"""What reaches the dialogue of what a visitor typed: cleaned, capped, and judged first when it must be.

Everything here is plumbing. What a message means is decided in the NLU graph; the exceptions are a text that
is too long, and an alarm in what is cut off or cleaned away.
"""
from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Callable, Optional

MOST_CHARACTERS = 500  # code points after clean-up
ALARM_CHARACTERS = 5_000  # of the raw text that are searched for red flags

# Invisible although Unicode does not class them as control or format characters.
_INVISIBLE = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}

Alarm = Callable[[str], Optional[str]]


@dataclass(frozen=True)
class Heard:
    """A message as the dialogue gets it."""

    text: str
    # set when the message is judged already: Rasa then leaves out its own understanding
    parse_data: Optional[dict[str, Any]] = None


def hear(raw: str, alarm: Alarm) -> Heard:
    """Makes a message out of what was typed.

    Args:
        raw: the text as it came.
        alarm: finds red flags, see assistant.nlu.red_flags.
    """
    text = clean(raw).lstrip("/ ")  # a leading slash would be a command to Rasa
    level = alarm(raw[:ALARM_CHARACTERS])
    too_long = len(text) > MOST_CHARACTERS
    text = text[:MOST_CHARACTERS].rstrip()
    if level and (too_long or alarm(text) != level):  # what is left of the text would not show it
        return Heard(text, _judged(text, "red_flag", alarm=level))
    if too_long:
        return Heard(text, _judged(text, "out_of_scope", reason="too_long"))
    return Heard(text)


def clean(raw: str) -> str:
    """One line of visible characters in composed form (NFC), blanks folded to single spaces."""
    visible = "".join(" " if char.isspace() else char for char in raw if _is_visible(char))
    return " ".join(unicodedata.normalize("NFC", visible).split())


def _is_visible(char: str) -> bool:
    # other, control, format, private use, surrogate, unassigned; line breaks and tabs become spaces
    return char.isspace() or (not unicodedata.category(char).startswith("C") and char not in _INVISIBLE)


def _judged(
    text: str, intent: str, *, alarm: Optional[str] = None, reason: Optional[str] = None
) -> dict[str, Any]:
    """Parse data as the NLU graph gives it."""
    sure = {"name": intent, "confidence": 1.0}
    return {
        "text": text,
        "intent": sure,
        "intent_ranking": [sure],
        "entities": [],
        "questions": [],
        "treatment": None,
        "area": None,
        "alarm": alarm,
        "reason": reason,
        "worry": False,
    }
