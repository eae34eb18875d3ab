"""Knows the fragments that continue the last topic: "and micro-botox?", "what about the neck?"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NAMED = "xnamedx"  # stands where a treatment or an area was named
_SOFT = r"(?:ok(?:ay)?|so|well|hmm+|oh|right|cool|great|thanks|thx|then|but|and|also|plus|or|&)"
_ABOUT = r"(?:about|abt|bout|\W*if it(?:['’]?s| is| was)?)"
_LEAD = (
    rf"(?:(?:what|wat|wht|wot|whats|what['’]s|how|hows|how['’]s)\s*{_ABOUT}"
    r"|(?:is (?:it|that) |and )?(?:the )?same (?:answer |thing |again )?(?:for|with|on|in|goes for)"
    r"|and|also|or|but|plus|&|for|with|on|does (?:it|that) (?:go|count|hold|apply) (?:for|to|with))"
)
_AROUND = (
    r"(?:the|a|an|my|his|her|our|your|that|this|those|these|it|one|ones|kind|type|version|area|areas|bit|part"
    r"|for|on|in|with|around|at|to|and|or|too|also|as well|instead|then|though|tho|please|pls|treatment)"
)
_FRAGMENT = re.compile(
    rf"\W*(?:{_SOFT}\W+)*{_LEAD}\b\W*(?:(?:{_AROUND}\b|{_NAMED})\W*)*", re.IGNORECASE
)
# "how long is that?"; with "it", or "how much is that?", it is a question of its own.
_POINTING = re.compile(
    rf"\W*(?:{_SOFT}\W+)*(?:how (?:long|often|many|soon) (?:is|are|was)"
    r"|when (?:is|was)) (?:that|this|those|these)(?: one)?(?: then| exactly)?\W*",
    re.IGNORECASE,
)


def is_fragment(text: str, entities: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether nothing but a treatment, an area or "that" is said, after "and", "what about", ...

    Args:
        text: the message.
        entities: what was found in it, with `entity`, `start` and `end`.
    """
    if _POINTING.fullmatch(text):
        return True
    named = [item for item in entities if item["entity"] in ("treatment", "area")]
    for item in sorted(named, key=lambda item: -int(item["start"])):
        text = f"{text[: item['start']]} {_NAMED} {text[item['end'] :]}"
    points = bool(named) or re.search(r"\b(?:that|this|it|those|other|second|first)\b", text, re.IGNORECASE)
    return bool(points and _FRAGMENT.fullmatch(text.replace("\n", " ")))
