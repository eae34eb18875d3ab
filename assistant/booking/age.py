"""Whether a message says that the person to be treated is too young."""
from __future__ import annotations

import re

_AGES = {"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17}
_AGE = r"(\d{1,2}|" + "|".join(_AGES) + r")"
_NOT_AGE = (
    r"(?![\d'’\"]|\s*(?:%|:|/|\.\d|st\b|nd\b|rd\b|th\b|[ap]\.?m\b|o'?clock|min|hours?|hrs?|days?|weeks?"
    r"|months?|miles?|km|feet|ft|foot|lbs?|pounds?|kg|kilos?|stone|units?|sessions?|minutes?|times"
    r"|weeks|percent|blocks?|years? (?!old\b|of age\b)))"
)
_CHILD = (
    r"(?:daughter|son|child|kid|boy|girl|niece|nephew|sister|brother|sibling|cousin|grandchild"
    r"|granddaughter|grandson|stepdaughter|stepson|friend|girlfriend|boyfriend)"
)
_OWN_AGE = re.compile(
    rf"\b(?:i'?m|i’m|i am|im)\s+(?:only |just |still |currently |actually |about to turn |turning )?"
    rf"{_AGE}\b{_NOT_AGE}|\b(?:aged?|my age is|my age:)\s+{_AGE}\b{_NOT_AGE}"
    rf"|\bi(?:'ll| will)? (?:turn|be) {_AGE}\b{_NOT_AGE}",
    re.I,
)
_OTHERS_AGE = re.compile(
    rf"\bfor (?:my|our|a|an|her|his|the)\b[^.?!]{{0,30}}?\b{_AGE}[\s-]*(?:years?[\s-]*old|y/?o|year)\b"
    rf"|\bfor (?:my|our)\b[^.?!]{{0,30}}?\b{_CHILD}\b[^.?!]{{0,25}}?\b{_AGE}\b{_NOT_AGE}"
    rf"|\bfor (?:my|our)\b.{{0,30}}?\b{_CHILD}\b.{{0,60}}?\b(?:she|he|they)(?:'s|’s| is|'re| are)"
    rf" (?:only |just )?{_AGE}\b{_NOT_AGE}"
    rf"|\bmy {_AGE}[\s-]*(?:years?[\s-]*old|y/?o|year)\b[^.?!]{{0,40}}\b(?:wants?|would|needs?)\b"
    rf"|\bmy {_CHILD}\b[^.?!]{{0,10}}\b(?:is|aged?)\s+(?:only |just )?{_AGE}\b[^.?!]{{0,30}}"
    r"\b(?:wants?|would like|needs? (?:it|this|an))\b",
    re.I,
)
_MINOR_WORDS = re.compile(
    r"(?<!not )(?<!n't )\b(?:i'?m|i am|im|for|is)\s+(?:still )?(?:a )?(?:minor\b|under[- ]?age\b"
    r"|under (?:18|eighteen|the age)\b|below (?:18|eighteen)\b|not (?:yet )?(?:18|eighteen)\b)"
    r"|\bnot (?:yet )?(?:18|eighteen) yet\b|\bi'?m in (?:middle|high) school\b"
    rf"|\b(?:book|appointment|come|treatment|botox)\b[^.?!]{{0,40}}\bfor (?:my|our) teen(?:age(?:d)?)?"
    rf"(?:r\b|\s+{_CHILD}\b)",
    re.I,
)


def says_minor(text: str, *, minimum_age: int) -> bool:
    """Whether a text declares that the person to be treated is below the minimum age."""
    for pattern in (_OWN_AGE, _OTHERS_AGE):
        for match in pattern.finditer(text):
            word = next(group for group in match.groups() if group).lower()
            age = _AGES[word] if word in _AGES else int(word)
            soon = re.search(r"\b(?:turn|turning|will be|'ll be|will turn)\b", match[0], re.I)
            if age < minimum_age or (soon and age == minimum_age):
                return True
    return _MINOR_WORDS.search(text) is not None
