"""Words no answer may use as a promise, and the few ways in which they are allowed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answers.reading import sentences


@dataclass(frozen=True)
class Promise:
    """One forbidden wording: what it looks like and what to write instead."""

    pattern: re.Pattern[str]
    instead: str


def _promise(pattern: str, instead: str) -> Promise:
    return Promise(re.compile(rf"\b(?:{pattern})", re.IGNORECASE), instead)


_MAY = 'write what it "may" do for some people'
_FEELS = "say how it feels and that it varies"
_WHEN = "say when results usually show"
_ADVERT = "leave the advertising out"
_OFF_LABEL = "say that this use is off-label"
_MICRO = "(micro|meso|skin|intradermal)[- ]?botox"
_AUTHORISED = "(approved|licensed|authori[sz]ed)"
PROMISES = (
    _promise(r"painless(ly)?\b|pain[- ]free\b|(no|without( any)?) pain\b(?! stud)", _FEELS),
    _promise(r"(does|will) ?n[o']t hurt\b", _FEELS),
    _promise(r"(no|zero|without( any)?) (downtime|recovery)\b", 'write "little downtime for most"'),
    _promise(r"safe(ly|r|st)?\b|harmless\b|risk[- ]free\b", "name the risks instead"),
    _promise(r"(no|zero|without( any)?) (risks?|side[- ]effects?)\b", "name the risks instead"),
    _promise(r"instant(ly|aneous(ly)?)?\b|overnight\b|immediate (results?|effects?)\b", _WHEN),
    _promise(r"(results?|effects?|works?) (right away|at once|immediately)\b", _WHEN),
    _promise(r"(shrink(s|ing)?|shrank|shrunk)\b", 'write "may look smaller"'),
    _promise(r"guarantee[sd]?\b|promise[sd]?\b|100 ?%|always works\b", _MAY),
    _promise(r"(eras|eliminat|revers|cur|banish)(e[sd]?|ing)\b|gets? rid of\b", _MAY),
    _promise(r"permanent(ly)?\b|forever\b|for good\b", "say how long it usually lasts"),
    _promise(r"(miracle|perfect|flawless|revolutionary|amazing|magic)\b", "leave it out"),
    _promise(rf"(fda[- ]?)?{_AUTHORISED} {_MICRO}", _OFF_LABEL),
    _promise(
        rf"{_MICRO} (itself )?(is|has been|was) (now |also |fully )?(fda[- ]?)?{_AUTHORISED}",
        _OFF_LABEL,
    ),
    _promise(
        rf"{_AUTHORISED} (by the fda )?(for|to treat) (large |open )?"
        r"(pores|oil|shine|acne|rosacea|skin texture)",
        _OFF_LABEL,
    ),
    _promise(r"(book (now|today)|hurry|limited[- ]time|special offer|best price)\b", _ADVERT),
    _promise(r"(discount|don't miss)\b", _ADVERT),
    _promise(r"(almost every|any|every) (adult|one|body) (can|is)\b", "say whom it does not suit"),
)

# A promise is allowed where it is denied: one of these stands in the same sentence, at most six
# words in front, with no full stop, semicolon, colon or "but" between.
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|rather than|instead of"
    r"|whether|too early to call|far from)\b|n't\b)(?:(?![;:]|\bbut\b).)*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|\u201c[^\u201d]*\u201d")
_DENIED_WITHIN = 6


def promises(text: str) -> Iterator[tuple[str, str]]:
    """Promises a text makes.

    Allowed, because nothing is promised there: words in quotation marks, questions, and words
    that are denied ("is not instant", "no treatment is completely safe").

    Args:
        text: an answer in our small Markdown.

    Yields:
        (the words, what to do instead)
    """
    for sentence in sentences(text.replace("\u2019", "'")):
        if sentence.endswith("?"):
            continue
        bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), sentence)
        for promise in PROMISES:
            for hit in promise.pattern.finditer(bare):
                if not denied(bare[: hit.start()]):
                    yield hit[0], promise.instead


def denied(before: str) -> bool:
    """Whether the last words before a hit deny it or leave it open ("not", "whether", "rather than")."""
    return _DENIED.search(" ".join(before.split()[-_DENIED_WITHIN:])) is not None
