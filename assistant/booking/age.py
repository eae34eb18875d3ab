"""Whether a message says that the person to be treated is too young.

In doubt it does: a wrong "yes" costs a phone call to the clinic, a wrong "no" books a child.
"""
from __future__ import annotations

import re

_AGES = {"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
         "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20}  # fmt: skip
_AGE = r"(\d{1,2}|" + "|".join(_AGES) + r")"
_NOT_AGE = (
    r"(?![\d'’\"]|\s*(?:%|:|/|\.\d|-\s*\d|st\b|nd\b|rd\b|th\b|[ap]\.?m\b|o'?clock|min|hours?|hrs?|days?|weeks?"
    r"|months?|miles?|km|feet|ft|foot|lbs?|pounds?|kg|kilos?|stone|units?|sessions?|minutes?|times"
    r"|weeks|percent|blocks?|years? (?!old\b|of age\b)))"
)
# One's own children of whatever relation are treated for themselves; a friend or a sister may only be told of.
_OWN_CHILD = (
    r"(?:(?:step|grand)?(?:daughter|son|child|kid)|(?:little |baby )?(?:boy|girl)|niece|nephew|teen(?:ager)?)"
)
_CHILD = rf"(?:{_OWN_CHILD}|sister|brother|sibling|cousin|friend|girlfriend|boyfriend|mate|bestie)"
_ONLY = r"(?:only |just |still |currently |actually |nearly |almost |about to turn |turning |about to be )*"
_YEARS = r"[\s-]*(?:years?[\s-]*old|y\W?o\b|yrs?(?:[\s-]*old)?\b|years? of age|year\b)"
_OWN_AGE = re.compile(
    rf"\b(?:i'?m|i’m|i am|im|me,?)\s+{_ONLY}{_AGE}(?:[mf]\b)?\b{_NOT_AGE}"
    rf"|\b(?:aged?|my age is|my age:|at (?:the )?age (?:of )?)\s*{_AGE}\b{_NOT_AGE}"
    rf"|\b(?:have|get|do|try|allowed|legal|ok|okay)(?: (?:it|this|that|one|treated|to have it))? at {_AGE}\b{_NOT_AGE}"
    rf"|\bi(?:'ll|’ll| will| shall)? {_ONLY}(?:turn|be) {_AGE}\b{_NOT_AGE}"
    rf"|\bi have {_AGE} years\b"
    rf"|^\W*{_AGE}{_YEARS}\W*$"
    rf"|\bat {_AGE}, (?:can|could|may|am) i (?:have|get|do|try|too young)\b"
    rf"|^\W*(?:a |as a )?{_AGE}{_YEARS} (?:girl|boy|here|student)\b",
    re.I,
)
_WISH = (
    r"(?:wants?|wishes|would (?:like|love)|needs? (?:it|this|an?|some)"
    r"|is (?:asking|interested|after|thinking|desperate)"
    r"|(?:can|could|may|should|would|will|is|does|do|are) (?:she|he|they|her|him|it|i book (?:her|him|them|it))\b"
    r"|for (?:her|him|them)\b|(?:she|he|they) (?:has|have|want|wants|get|gets|suffers?|struggles?)\b"
    r"|(?:book|bring) (?:her|him|them)\b|(?:allowed|too young|old enough|suitable|treat)\b)"
)
# A child brought along is not treated.
_ALONG = re.compile(
    r"\b(?:bring|come|take|sit|wait)\w*\b[^.?!]{0,40}\b(?:along|with me|in the waiting)\b|\bbabysit", re.I
)
_OTHERS_AGE = re.compile(
    rf"\bfor (?:my|our|a|an|her|his|the)\b[^.?!]{{0,30}}?\b{_AGE}[\s-]*(?:years?[\s-]*old|y/?o|yr|year)\b"
    rf"|\bfor (?:my|our)\b[^.?!]{{0,30}}?\b{_CHILD}\b[^.?!]{{0,25}}?\b{_AGE}\b{_NOT_AGE}"
    rf"|\bfor (?:my|our)\b.{{0,30}}?\b{_CHILD}\b.{{0,60}}?\b(?:she|he|they)(?:'s|’s| is|'re| are)"
    rf" (?:only |just )?{_AGE}\b{_NOT_AGE}"
    rf"|\b(?:my|our) {_AGE}{_YEARS}[^.?!]{{0,60}}\b{_WISH}"
    rf"|\b(?:{_WISH}|can|could|may|should|would|will)\b[^.?!]{{0,30}}\b(?:my|our) {_AGE}{_YEARS}"
    rf"|\b(?:my|our) {_CHILD}\b[^.?!]{{0,10}}\b(?:is|aged?|who'?s|just turned|turned)\s+{_ONLY}{_AGE}\b[^.?!]{{0,30}}"
    r"\b(?:wants?|would like|needs? (?:it|this|an))\b"
    rf"|\b(?:my|our) {_OWN_CHILD}(?:['’]s)?[\s,(]+(?:is |who['’]?s |who is |aged? |just turned |turned )?"
    rf"{_ONLY}{_AGE}\b{_NOT_AGE}"
    rf"(?:(?!\b(?:i|i'?m|i’m|me)\b).){{0,80}}?\b{_WISH}"
    rf"|\b(?:can|could|may|should|would|will|is it|does it|do you)\b[^.?!]{{0,60}}\b(?:my|our) {_OWN_CHILD}\b.{{0,40}}?"
    rf"\b(?:is|aged?|who'?s|(?:she|he|they)(?:'s|’s| is|'re| are))\s+{_ONLY}{_AGE}\b{_NOT_AGE}"
    rf"|\b(?:she|he|they)(?:'s|’s| is|'re| are) {_ONLY}{_AGE}\b{_NOT_AGE}[^.?!]{{0,20}}[.,;!?]?\s*"
    r"(?:can|could|may|is|would) (?:she|he|they|it)\b[^.?!]{0,30}"
    r"\b(?:have|get|try|do|too young|allowed|be treated|suitable|ok|okay)\b",
    re.I,
)
_SCHOOL = (
    r"(?:middle|high|secondary|junior high|grammar) ?school|school still|sixth form|"
    r"(?:year|yr|grade) (?:[6-9]|1[0-3]|six|seven|eight|nine|ten|eleven|twelve|thirteen)"
    r"|(?:the )?(?:[6-9]|1[0-2])th[ -]grade(?:r)?|(?:sixth|seventh|eighth|ninth|tenth|eleventh|twelfth) grade(?:r)?"
)
_MINOR_WORDS = re.compile(
    r"(?<!not )(?<!n't )\b(?:i'?m|i’m|i am|im|for|is|being)\s+(?:still |only |just )?(?:a )?(?:minor\b"
    r"|under[- ]?age\b|under (?:18|eighteen|the age)\b|below (?:18|eighteen)\b|not (?:yet |quite )?(?:18|eighteen)\b"
    r"|too young\b|a? ?(?:teenager|teen)\b(?! (?:acne|skin|years|mum|mom|daughter|son)))"
    r"|\bnot (?:yet |quite )?(?:18|eighteen) (?:yet|for|until|till)\b|\b(?:nearly|almost) (?:18|eighteen)\b"
    rf"|\b(?:i'?m|i’m|i am|im|i)\s+(?:(?:still|only|just|currently) )?(?:go(?:ing)? to |(?:am )?in |at |a )?"
    rf"(?:the )?(?:{_SCHOOL})\b"
    r"(?! (?:reunion|teacher|for|nurse|secretary|counsell?or|friends?|sweetheart))"
    r"|^\W*still (?:in|at) (?:the )?(?:\w+ )?school\b"
    rf"|\b(?:my|our) {_OWN_CHILD}\b[^.?!]{{0,12}}\b(?:is|'s)?\s*(?:still )?in (?:the )?(?:{_SCHOOL})\b"
    rf".{{0,60}}?\b{_WISH}"
    rf"|\b(?:book|appointment|come|treatment|botox|it|this)\b[^.?!]{{0,40}}\bfor (?:my|our) (?:teen(?:age(?:d)?)?"
    rf"(?:r\b|\s+{_CHILD}\b)|(?:under[- ]?age|little|young)\s+{_CHILD}\b|kids?\b(?!['’-])|child(?:ren)?\b(?!-))"
    rf"|\b(?:can|could|may) (?:my|our) (?:teen(?:ager|age {_CHILD}|aged {_CHILD})?|kids?|child)\b"
    r"[^.?!]{0,30}\b(?:have|get|try|book|be treated|do)\b",
    re.I,
)
_SOON = re.compile(r"\b(?:turn|turning|will be|'ll be|’ll be|shall be|to be|nearly|almost)\b", re.I)


def says_minor(text: str, *, minimum_age: int) -> bool:
    """Whether a text declares that the person to be treated is below the minimum age."""
    for pattern in (_OWN_AGE, _OTHERS_AGE):
        for match in pattern.finditer(text):
            if pattern is _OTHERS_AGE and _ALONG.search(text):
                continue
            word = next(group for group in match.groups() if group).lower()
            age = _AGES[word] if word in _AGES else int(word)
            if age < minimum_age or (age == minimum_age and _SOON.search(match[0])):
                return True
    return _MINOR_WORDS.search(text) is not None
