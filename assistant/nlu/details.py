"""Takes names, addresses, numbers and times out of a message before its intent is judged.

"I'd like to book, I'm Odile Marchetti, odile@example.com" is a wish to book whoever says it; the
letters of a name or address only lead the classifier astray.
"""
from __future__ import annotations

import re

_EMAIL = re.compile(r"\S+@\S+\.\w+")
_PHONE = re.compile(r"(?<!\w)\+?\(?\d[\d\s().\-/]{6,}\d(?!\w)")
_NAME = re.compile(
    r"\b((?i:my name(?: is|'s)|i'm|i am|im|this is|name:)\s+)"
    r"(?:[A-Z][\w'’\-]+)(?:\s+(?:[A-Z][\w'’\-]+|de|van|von|der|la|el|bin|al))*",
)
_LEAST_WORDS = 3  # what is left must still say something


def without_details(text: str) -> str:
    """The text with e-mail addresses, phone numbers and introduced names removed.

    A text that is little more than such details is returned as it is: giving them is its intent.
    """
    bare = _EMAIL.sub(" ", text)
    bare = _PHONE.sub(" ", bare)
    bare = _NAME.sub(r"\1me", bare)
    if bare == text:
        return text
    bare = re.sub(r"\s*([,;])(?:\s*[,;.])*\s*", r"\1 ", bare)
    bare = " ".join(bare.split()).strip(" ,;-")
    return bare if len(re.findall(r"[^\W\d_]+", bare)) > _LEAST_WORDS else text
