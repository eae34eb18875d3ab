"""Where a message may be cut into questions. Pure text; whether and how it is cut is decided in `several.py`.

`split` cuts it as it reads: a sentence that asks nothing ("I take aspirin.") stays with the question after it,
because it is what the question is about. `clauses` cuts it wherever a question might begin, also where neither mark
nor "and" says so ("how much is it does it hurt"). Greetings and thanks in front of a question are dropped.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

MOST_QUESTIONS = 4
MOST_CLAUSES = 6
_EDGES = " ,;:-–*•\n\t"

_ASK = (
    r"(?:what(?:['’]?s)?|how(?:['’]?s)?|when|where(?:['’]?s)?|who(?:['’]?s|se)?|which|why|whats|hows"
    r"|hw|hwo|wat|wats|wht|whut|wen|whn|wich|wher|wy|dose|duz|cn|shud|wud|cud"
    r"|can|could|do|does|did|am|is|isn['’]?t|are|aren['’]?t|will|won['’]?t|would|should|shall|may"
    r"|any|must|has|have|was|were)"
)
_REQUEST = (
    r"(?:please|pls|tell me|let me know|book|cancel|i(?:['’]?d| would)? (?:like|want|need|wanna|love)"
    r"|i['’]?m (?:wondering|curious|looking)|i wonder|(?:just )?wondering|wanna|wanted to|need to know"
    r"|want to|curious|explain|show me|give me|gimme|send me|call me|move|delete|remove|need)"
)
_JOIN = r"(?:and|also|plus|&|\+|or|but|then|btw|by the way|as well as)"
_FILLER = r"(?:also|then|plus|btw|by the way|if so|so|um|uh|tho|though|another thing|secondly)"

_PLUS = r"(?:\s*,\s*(?:and\s+)?also|\s*,?\s+plus)\s+(?=\w+\s+\w+\s+\w)"

# Ends of sentences and lines; "2) " in one line. A full stop ends a sentence only before a blank,
# so that "3.5" stays whole.
_END = re.compile(
    r"[?!]+[\s)\"”']*|[.;…]+(?=\s|$)\s*|\s*\n+\s*|(?:(?<=\s)|^)\(?\d{1,2}[.)]\s+"
)
# "..., and how much ..." ; "how long ..., does it ..." ; "... tho does it"
_SEAM = re.compile(
    rf"(?:\s*,\s*|\s+)(?:{_JOIN}|tho|though)[\s,]+(?=(?:{_FILLER}[\s,]+)*(?:{_ASK}|{_REQUEST})\b)"
    rf"|\s*,\s*(?=(?:{_FILLER}[\s,]+)*{_ASK}\s+(?:\w+['’]?\w*)\b)"
    # "deposit needed plus gap between sessions"
    rf"|{_PLUS}",
    re.IGNORECASE,
)
# "doctor or nurse" is one question, "pain and downtime" are two
_LIST_JOIN = r"(?:and|also|plus|&|\+|as well as)"
_LIST_SEAM = re.compile(rf"\s*,\s*(?:{_LIST_JOIN}\s+)?|\s+{_LIST_JOIN}\s+", re.IGNORECASE)
_ASKS = re.compile(rf"^(?:{_JOIN}[\s,]+|{_FILLER}[\s,]+)*(?:{_ASK}|{_REQUEST})\b", re.IGNORECASE)
# A few words without "I" or "my" ask something by themselves: "age limit", "downtime". So does what is
# added after a question mark: "... ? and the wetness under my arms".
_SHORT = 4
_TOLD = re.compile(r"\b(?:i|i['’]\w+|im|ive|my|me|we|our|no|not|yes|thanks?|thx|please|pls)\b", re.IGNORECASE)
_ADDED = re.compile(r"^(?:and|also|plus|&|\+)\s", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:(?:(?:hi|hiya|hello|hey)(?: there| all| everyone| guys| team)?|hallo|hola|bonjour"
    r"|good (?:morning|afternoon|evening|day)"
    r"|greetings|dear (?:team|sir|madam)|thanks?(?: you)?(?: (?:so|very) much| a lot| again)?(?! for\b)|thx|ty"
    r"|ok(?:ay)?|great|perfect|cool|got it|wait|alright|lovely|brilliant|yes|yeah|yep|well"
    r"|sorry|excuse me|quick question|(?:one|two|another|a couple of) (?:more )?(?:questions?|things?)"
    r"|and|also|plus|so|then|btw|by the way|but|or|um|uh)"
    r"(?:[\s,.!:;–-]+|$))+",
    re.IGNORECASE,
)


# What may stand between clauses: words that join, marks inside a sentence, or nothing at all. Where there is nothing,
# a clause begins with a verb and its subject, a question word, or a word that is often asked alone; not after words
# that want to go on ("tell me | how", "how much | does it").
_JOINING = rf"(?:{_JOIN}|n|nd|an|nor|tho|though|oh|else|if not|first|so|cos|because)"
_GAP = r"(?<!\s)\s{0,3}"  # from its start, and few: time stays linear
_JOINED = re.compile(
    rf"{_GAP}[,;:/–—-]{{0,3}}\s{{1,3}}{_JOINING}[\s,]{{1,3}}(?:{_JOINING}[\s,]{{1,3}}){{0,3}}", re.IGNORECASE
)
_MARK = re.compile(rf"{_GAP}[,/;:]\s{{1,3}}|(?<!\s)\s{{1,3}}[/–—-]{{1,3}}\s{{1,3}}|{_GAP}/\s{{0,3}}(?=\w)|{_GAP},")
_VERB = r"(?:do|does|did|can|could|cn|is|isn['’]?t|are|r|am|wil|will|wud|would|should|shud|must|was|were|has|have|any)"
_SUBJECT = (
    r"(?:i|you|u|ya|its?|they|we|he|she|there|this|that|the|these|men|man|your|ur|my|side|after|dr|doctor|nurses?"
    r"|parking|someone|anyone|people|results?|prep|pain|downtime|discounts?|bruis\w*)"
)
# not "who" and "which": "my son who is 16"
_WH = r"(?:what(?:['’]?s)?|how(?:['’]?s)?|when|where(?:['’]?s)?|why|whats|hows|wat|wats|wen)"
_BEGINS = re.compile(
    rf"(?<=\w)\s{{1,3}}(?:(?={_VERB}\s{{1,3}}{_SUBJECT}\b)|(?={_WH}\s{{1,3}}\w)|(?={_REQUEST}\s{{1,3}}\w))"
    r"|(?<!\s)\s{1,3}(?=(?:any|prices?|cost|how)\b)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:\b(?:how|what|when|where|who|which|why|whats|much|many|long|soon|often|far|old|early|late|about|know|see|tell"
    r"|me|ask|asking|wonder|wondering|wondered|if|whether|that|on|of|for|to|and|or|but|is|are|does|do|the|my|your|a|an"
    r"|than|like|please|can|could|would|will|i|you|u|(?<!\bis )it|not|with|depends?|sure|time|first|so|just|also|then"
    r"|from|matter|understand|explain|check|say|says|said|areas?|kind|sort|days?|weeks?)|[,.?!;])$",
    re.IGNORECASE,
)
_LONGEST_WORD = 20  # of `_GOES_ON`, with room


class Part(NamedTuple):
    """One possible question: its words, and where in the message they stand."""

    text: str
    start: int
    end: int


class Seam(enum.IntEnum):
    """What stands between two clauses, the clearest sign of a cut first."""

    QUESTION_MARK = 0
    STOP = 1
    JOINED = 2
    COMMA = 3
    NOTHING = 4


class Clauses(NamedTuple):
    """A message of n clauses.

    Attributes:
        text: the message.
        bounds: where each starts and ends, n of them.
        seams: what stands between them, n - 1.
    """

    text: str
    bounds: list[tuple[int, int]]
    seams: list[Seam]

    def part(self, first: int, last: int) -> Part:
        """Return clauses `first` to `last` as one part, without a greeting in front; its text may be empty."""
        return _trimmed(self.text, self.bounds[first][0], self.bounds[last][1])


def split(text: str) -> list[Part]:
    """Return the questions a message may hold, in order.

    Args:
        text: the whole message.

    Returns:
        One part for a single question, at most `MOST_QUESTIONS`; none when nothing but greetings
        or punctuation is left.
    """
    sentences = _sentences(text)
    parts: list[Part] = []
    story: int | None = None
    for start, end, asked in sentences:
        if not asked:
            story = start if story is None else story
            continue
        parts.append(_trimmed(text, start if story is None else story, end))
        story = None
    if story is not None:
        # Words after the last question belong to it; a message that asks nothing is one part.
        begin = parts.pop().start if parts else story
        parts.append(_trimmed(text, begin, sentences[-1][1]))
    parts = [part for part in parts if part.text]
    if len(parts) > MOST_QUESTIONS:
        return [_trimmed(text, 0, len(text))]
    return parts


def whole(text: str) -> Part:
    """Return the message as one part."""
    return Part(text, 0, len(text))


def bare(text: str) -> Part:
    """Return the message without a greeting in front; the whole message where there is none."""
    found = _trimmed(text, 0, len(text))
    return found if found.start and found.text else whole(text)


def clauses(text: str) -> Clauses:
    """Cut a message wherever a question might begin, into `MOST_CLAUSES` at most."""
    marks = [(mark.start(), mark.end(), Seam.QUESTION_MARK if "?" in mark[0] else Seam.STOP)
             for mark in _END.finditer(text)]
    marks += [(mark.start(), mark.end(), Seam.JOINED) for mark in _JOINED.finditer(text)]
    marks += [(mark.start(), mark.end(), Seam.COMMA) for mark in _MARK.finditer(text)]
    marks += [
        (mark.start(), mark.end(), Seam.NOTHING) for mark in _BEGINS.finditer(text)
        if not _GOES_ON.search(text[max(0, mark.start() - _LONGEST_WORD) : mark.start()])
    ]
    cuts: list[tuple[int, int, Seam]] = []
    for start, end, seam in sorted(marks):
        if cuts and start <= cuts[-1][1]:
            cuts[-1] = (cuts[-1][0], max(end, cuts[-1][1]), min(seam, cuts[-1][2]))
        elif end:
            cuts.append((start, end, seam))
    cuts = [cut for cut in cuts if re.search(r"\w", text[: cut[0]]) and re.search(r"\w", text[cut[1] :])]
    # of too many, those stay that are clear, and of those the first
    cuts = sorted(sorted(cuts, key=lambda cut: (cut[2], cut[0]))[: MOST_CLAUSES - 1])
    starts, ends = [0, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), len(text)]
    return Clauses(text, list(zip(starts, ends, strict=True)), [cut[2] for cut in cuts])


def asks(text: str, part: Part) -> bool:
    """Return whether a part of the text is put as a question or request."""
    return "?" in text[part.start : part.end + 2] or bool(_ASKS.match(part.text))


def _sentences(text: str) -> list[tuple[int, int, bool]]:
    """Return (start, end, asks something) of each sentence or clause that could stand alone."""
    found: list[tuple[int, int, bool]] = []
    start = 0
    after_question = False
    for mark in [*_END.finditer(text), None]:
        end = mark.start() if mark else len(text)
        question = bool(mark and "?" in mark.group())
        items = _list_items(text, start, end)
        pieces = items or _cut(text, start, end, _SEAM)
        topics = len(pieces) == 1 or bool(re.search(_PLUS, text[start:end], re.IGNORECASE))
        for first, last in pieces:
            words = _LEAD.sub("", text[first:last].strip(_EDGES))
            if any(character.isalnum() for character in words):
                asks = bool(items) or (question and last == end) or bool(_ASKS.match(words))
                asks = asks or (after_question and bool(_ADDED.match(text[first:last].lstrip())))
                asks = asks or (topics and _names_a_topic(words))
                found.append((first, last, asks))
        start = mark.end() if mark else end
        after_question = question
    return found


def _names_a_topic(words: str) -> bool:
    return len(words.split()) <= _SHORT and not _TOLD.search(words)


def _list_items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a bare list such as "price, pain and downtime"; empty when the sentence is none."""
    items = _cut(text, start, end, _LIST_SEAM)
    short = all(len(text[first:last].split()) <= 2 for first, last in items)
    return items if len(items) > 1 and short else []


def _cut(text: str, start: int, end: int, seam: re.Pattern[str]) -> list[tuple[int, int]]:
    pieces = []
    for mark in seam.finditer(text, start, end):
        if mark.start() > start:
            pieces.append((start, mark.start()))
            start = mark.end()
    return [*pieces, (start, end)]


def _trimmed(text: str, start: int, end: int) -> Part:
    """Return the part without blanks around it and without a greeting in front."""
    lead = _LEAD.match(text[start:end])
    if lead:
        start += lead.end()
    words = text[start:end]
    start += len(words) - len(words.lstrip(_EDGES))
    words = words.strip(_EDGES)
    # The mark belongs to the question: phrases the classifier has learned end in it.
    if text.startswith("?", start + len(words)):
        words += "?"
    return Part(words, start, start + len(words))
