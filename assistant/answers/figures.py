"""Numbers with their units in plain English: "three to four months", "10 %", "a week or two"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

_ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * (place + 2)
    for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_LARGE = {"dozen": 12, "dozens": 12, "hundred": 100, "hundreds": 100, "thousand": 1000,
          "thousands": 1000, "million": 1_000_000, "millions": 1_000_000}  # fmt: skip
# Each unit by its singular: (what it measures, how many of the smallest). Hours to weeks
# convert exactly ("one to three days" is "24 to 72 hours"); months to weeks do not.
_UNITS = {
    "minute": ("time", 1), "min": ("time", 1), "hour": ("time", 60), "hr": ("time", 60),
    "day": ("time", 1440), "night": ("night", 1), "week": ("time", 10080),
    "month": ("month", 1), "year": ("month", 12), "%": ("percent", 1), "percent": ("percent", 1),
    "mm": ("length", 1), "millimetre": ("length", 1), "millimeter": ("length", 1),
    "cm": ("length", 10), "centimetre": ("length", 10), "centimeter": ("length", 10),
    "ml": ("volume", 1), "mg": ("mass", 1), "unit": ("unit", 1), "session": ("session", 1),
    "injection": ("injection", 1), "people": ("people", 1), "persons": ("people", 1),
    "patient": ("people", 1), "participant": ("people", 1), "adult": ("people", 1),
    "women": ("people", 1), "men": ("people", 1), "volunteer": ("people", 1),
    "subject": ("people", 1), "study": ("study", 1), "studie": ("study", 1),
    "trial": ("study", 1), "time": ("times", 1), "dollar": ("dollar", 1), "$": ("dollar", 1),
    "usd": ("dollar", 1), "pound": ("pound", 1), "\u00a3": ("pound", 1), "gbp": ("pound", 1),
    "euro": ("euro", 1), "\u20ac": ("euro", 1), "eur": ("euro", 1),
}  # fmt: skip
# "One" is mostly a pronoun ("one clinic's article", "the one who"): it is a figure only here.
_ONE_COUNTS = {"time", "month", "percent", "length", "volume", "mass", "night"}
_BEFORE_A_UNIT = frozenset(
    "about under within after for than over around nearly least most in until to lasts last "
    "takes take".split()
)
_STOP = frozenset("of in to and or for with the a an is are was at on by after before".split())
_JOIN = frozenset({"to", "or"})
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[%$\u00a3\u20ac]|[a-z]+(?:'[a-z]+)?|[.;:!?()\n]")
_NUMBER_WORDS = "|".join([*_ONES, *_TENS, "half", "to", "or", "and"])


@dataclass(frozen=True)
class Quantity:
    """A figure: low to high (equal when it is one number), and what it measures.

    Attributes:
        low: lower end in the measure's smallest unit (minutes for times, months for years).
        high: upper end, likewise.
        measure: "time", "month", "people" and so on; None for a bare number.
        size: how many smallest units one written unit holds (60 for hours).
        says: the words of the figure, lower case.
    """

    low: float
    high: float
    measure: Optional[str]
    size: int
    says: str

    def stands_in(self, other: "Quantity") -> bool:
        """Whether a fact's figure carries this one.

        A range must be the same range; one number may be either end of a range. A figure
        without a unit is compared by number only.
        """
        if self.measure is not None and self.measure != other.measure:
            return False
        written = other.size if self.measure is None else 1
        low, high = other.low / written, other.high / written
        return (self.low, self.high) == (low, high) or self.low == self.high in (low, high)


def quantities(text: str) -> list[Quantity]:
    """Every figure of a text, in order.

    Args:
        text: plain English; placeholders and links must be gone.

    Returns:
        Figures in digits or words, alone or as a range; vague words ("a few") are none.
    """
    return list(_scan(_tokens(text)))


def _tokens(text: str) -> list[str]:
    text = text.lower().replace("\u2019", "'").replace("per cent", "percent")
    text = re.sub(r"[a-z]+-\d+\b", " ", text)  # names such as "covid-19" hold no figure
    text = re.sub(r"(?<=\d)\s*[-\u2013\u2014]\s*(?=\d)", " to ", text)
    text = re.sub(rf"\b({_NUMBER_WORDS})[-\u2013\u2014](?=[a-z])", r"\1 ", text)
    text = re.sub(r"(?<=\d)-(?=[a-z])", " ", text)
    text = re.sub(r"([$\u00a3\u20ac])\s*(\d[\d.,]*\d|\d)", r"\2 \1", text)
    return [token.replace(",", "") for token in _TOKEN.findall(text)]


def _scan(tokens: list[str]) -> Iterator[Quantity]:
    at = 0
    while at < len(tokens):
        found = _half_or_a_unit(tokens, at) or _number_or_range(tokens, at)
        if found is None:
            at += 1
            continue
        quantity, at = found
        if quantity is not None:
            yield quantity


_Found = Optional[tuple[Optional[Quantity], int]]


def _half_or_a_unit(tokens: list[str], at: int) -> _Found:
    """Reads "half an hour", "a week or two", "after a week"."""
    here = tokens[at]
    if here == "half" and tokens[at + 1 : at + 2] in (["a"], ["an"]):
        unit = _unit(tokens, at + 2)
        return (_quantity(0.5, 0.5, unit[0], tokens[at : unit[1]]), unit[1]) if unit else None
    name = _singular(tokens[at + 1]) if at + 1 < len(tokens) else None
    if here not in ("a", "an") or name is None:
        return None
    second = _number(tokens, at + 3) if tokens[at + 2 : at + 3] == ["or"] else None
    if second is not None:
        return _quantity(1, second[0], name, tokens[at : second[1]]), second[1]
    if at and tokens[at - 1] in _BEFORE_A_UNIT:
        counts = _UNITS[name][0] in _ONE_COUNTS
        return (_quantity(1, 1, name, tokens[at : at + 2]) if counts else None), at + 2
    return None


def _number_or_range(tokens: list[str], at: int) -> _Found:
    first = _number(tokens, at)
    if first is None:
        return None
    low, end = first
    high = low
    joins = _JOIN | ({"and"} if at and tokens[at - 1] == "between" else set())
    own = _singular(tokens[end]) if end < len(tokens) else None  # "10 % to 20 %"
    join = end + 1 if own else end
    if join < len(tokens) and tokens[join] in joins:
        second = _number(tokens, join + 1)
        same = own is None or ((second and _unit(tokens, second[1])) or (None,))[0] == own
        if second is not None and second[0] > low and same:
            high, end = second
    unit, end = _unit(tokens, end) or (None, end)
    quantity = _quantity(low, high, unit, tokens[at:end])
    pronoun = tokens[at] == "one" and high == low and quantity.measure not in _ONE_COUNTS
    return (None if pronoun else quantity), end


def _number(tokens: list[str], at: int) -> Optional[tuple[float, int]]:
    if at >= len(tokens):
        return None
    word = tokens[at]
    if word[0].isdigit():
        return float(word.rstrip(".") if word.count(".") < 2 else word.replace(".", "")), at + 1
    if word in _TENS:
        ones = _ONES.get(tokens[at + 1]) if at + 1 < len(tokens) else None
        return (_TENS[word] + ones, at + 2) if ones else (_TENS[word], at + 1)
    if word in _ONES or word in _LARGE:
        large = _LARGE.get(tokens[at + 1]) if at + 1 < len(tokens) else None
        if word in _ONES and large:
            return _ONES[word] * large, at + 2
        return float(_ONES.get(word, _LARGE.get(word, 0))), at + 1
    if word == "twice":
        return 2.0, at + 1
    return None


def _singular(word: str) -> Optional[str]:
    for form in (word, word[:-1] if word.endswith("s") else word):
        if form in _UNITS:
            return form
    return None


def _unit(tokens: list[str], at: int) -> Optional[tuple[str, int]]:
    """The unit at or just behind `at` (at most two describing words between)."""
    for place in range(at, min(at + 3, len(tokens))):
        word = _singular(tokens[place])
        if word is not None:
            return word, place + 1
        if tokens[place] in _STOP or not tokens[place][0].isalpha() or _number(tokens, place):
            return None
    return None


def _quantity(low: float, high: float, unit: Optional[str], said: list[str]) -> Quantity:
    measure, size = _UNITS[unit] if unit else (None, 1)
    return Quantity(low * size, high * size, measure, size, " ".join(said))
