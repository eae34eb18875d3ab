"""What clinic.yml says, as the words that stand in an answer."""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Optional

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def consultation_terms(
    fee: Optional[str], minutes: Optional[int], online: Optional[bool], *, face_to_face: bool
) -> str:
    """What is known of a consultation, whichever of it is set: "Fee: $60; time: about 30 minutes".

    Args:
        fee: what it costs, as the clinic writes it.
        minutes: how long it takes.
        online: whether it may be online; None when the clinic does not say.
        face_to_face: whether the law wants it in person, so that nothing is said of online.

    Returns:
        Words for a sentence of their own without its full stop, "" when nothing is set.
    """
    parts = []
    if fee:
        parts.append(f"fee: {fee.rstrip('. ')}")
    if minutes:
        parts.append(f"time: about {minutes} minutes")
    if online is not None and not face_to_face:
        parts.append("online if you prefer" if online else "in person, not online")
    terms = "; ".join(parts)
    return terms[:1].upper() + terms[1:]


def hours_in_words(hours: Mapping[str, Optional[tuple[dt.time, dt.time]]]) -> str:
    """One list line per run of equal days: "- Tuesday to Friday: 10:00 to 18:30"."""
    lines: list[str] = []
    start = 0
    for end in range(1, len(DAYS) + 1):
        if end < len(DAYS) and hours[DAYS[end]] == hours[DAYS[start]]:
            continue
        names = DAY_NAMES[start] + (f" to {DAY_NAMES[end - 1]}" if end - start > 1 else "")
        span = hours[DAYS[start]]
        lines.append(f"- {names}: " + (f"{span[0]:%H:%M} to {span[1]:%H:%M}" if span else "closed"))
        start = end
    return "\n".join(lines)
