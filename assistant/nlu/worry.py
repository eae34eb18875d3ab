"""Tells whether a message shows fear or worry, so that its answer can begin with a kind line."""

from __future__ import annotations

import re

_FEAR = re.compile(
    r"scar(?:ed|y|es?|ing)|afraid|nervous(?:ly|ness)?|anxious|anxiety|worr(?:y|ied|ies|ying|ysome)"
    r"|terrif(?:ied|ying|ies)|frighten(?:ed|ing|s)?|fear(?:s|ful|ing)?|petrified|panic(?:king|ked|ky)?"
    r"|phobi[ac]|phobias|dread(?:ing|ed|ful)?|freak(?:ed|ing|s)?|squeamish|uneasy|apprehensive"
    r"|wimp|coward|faint|queasy"
)
_NEGATION = re.compile(
    r"not|no|never|without|nothing|neither|nor|hardly|least|less|cannot|\w+n't|dont|isnt|arent"
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[,.;:!?]")
_HATES_NEEDLES = re.compile(
    r"\b(?:hate|can'?t (?:stand|look at|bear)|don'?t (?:like|do well with)|bad with|not good with"
    r"|awful with|terrible with) (?:the |getting )?(?:needles?|injections?|shots?|jabs?|blood)\b"
)
_REACH = 3  # words back in which a negation still counts


def shows_worry(text: str) -> bool:
    """Return whether the writer seems afraid or worried ("not scared at all" does not count)."""
    lowered = text.lower().replace("’", "'")
    if _HATES_NEEDLES.search(lowered):
        return True
    words = _WORD.findall(lowered)
    for place, word in enumerate(words):
        if not _FEAR.fullmatch(word):
            continue
        if words[place + 1 : place + 2] != ["free"] and not _denied(words[:place]):
            return True
    return False


def _denied(before: list[str]) -> bool:
    """Return whether one of the last words before, in the same clause, is a negation."""
    for word in before[: -_REACH - 1 : -1]:
        if not word[0].isalpha():
            return False
        if _NEGATION.fullmatch(word):
            return True
    return False
