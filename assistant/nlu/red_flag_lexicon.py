"""Reads red_flag_words.yml once and turns it into the tables red_flags.py looks words up in.

Everything that costs time (phrases, misspellings) is prepared here, so that reading a message
is one dictionary look-up per word.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, Optional, Set, Tuple

import yaml

_WORDS = Path(__file__).with_name("red_flag_words.yml")
_ALSO_READ: Dict[str, List[Tuple[str, ...]]] = {
    "~": [(), *((owner,) for owner in "my his her their your the a".split())],
    "cannot": [("cannot",), ("couldnt",), ("can", "not"), ("could", "not"), ("can", "t")],
}
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_REPEATED = re.compile(r"(.)\1+")
_TRIPLE = re.compile(r"([a-z])\1\1")
_LOOKALIKE_DIGITS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"})
END, QUESTION = "|", "?"
_TOKEN = re.compile(r"[^\W_]+|[|?,]")
_IS = re.compile(r"\b(it|that|there|she|he|what|who|here|how|where|why|everything|something|this)'s\b")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
_ELLIPSIS = re.compile(r"\.{2,}")
# How far apart two words of a sign may be, counted so that a comma weighs more than a word.
_DISTANCE = {END: 100, QUESTION: 100, ",": 2, "but": 4, "because": 4, "so": 3, "also": 3}
_PUNCTUATION = str.maketrans(".!;\n\r:()\u2026\u2014\u2013\u3002\uff01", "|||||,,,,,,||")
_LEVELS = ("crisis", "emergency", "today", "otherwise", "companion")
_SIGN_KEYS = frozenset("sign level when unless never cosmetic net anywhere personal".split())
_SHARED = ("onset", "spread_word")  # cues that signs are made of, too
_DEFAULT_GAP = 6
_FOREIGN_GAP = 5


class Phrases:
    """A tree of words; the longest phrase that fits at a place is found in one walk."""

    def __init__(self) -> None:
        self.root: Dict[str, Any] = {}
        self.vocabulary: Set[str] = set()

    def add(self, phrase: str, tag: str) -> None:
        """Adds every reading of a phrase (see "~" in red_flag_words.yml) under a tag."""
        for words in _readings(phrase.split()):
            node = self.root
            self.vocabulary.update(words)
            for word in words:
                node = node.setdefault(word, {})
            node[""] = node.get("", frozenset()) | {tag}

    def longest(self, tokens: List[str], start: int) -> Tuple[int, FrozenSet[str]]:
        """Returns (number of words, tags) of the longest phrase at start; (0, none) if none."""
        node: Optional[Dict[str, Any]] = self.root
        size, tags = 0, _NO_TAGS
        for place in range(start, len(tokens)):
            node = node.get(tokens[place]) if node else None
            if node is None:
                break
            if "" in node:
                size, tags = place - start + 1, node[""]
        return size, tags


_NO_TAGS: FrozenSet[str] = frozenset()


def _readings(words: List[str]) -> Iterator[Tuple[str, ...]]:
    for place, word in enumerate(words):
        if word in _ALSO_READ:
            for middle in _ALSO_READ[word]:
                for rest in _readings(words[place + 1 :]):
                    yield (*words[:place], *middle, *rest)
            return
    yield tuple(words)


@dataclass(frozen=True)
class Sign:
    """One sign of a list a nurse can read."""

    name: str
    level: str
    unless: FrozenSet[str]
    never: FrozenSet[str]
    cosmetic: bool
    net: bool  # counts only when somebody says that something is with them now
    anywhere: bool  # a look-alike counts in the whole sentence, not only beside the sign
    personal: bool  # in a question counts only beside a person or a moment: "my", "since"


@dataclass(frozen=True)
class Rule:
    """A sign is there when the other groups lie at most gap places before the last word.

    "a + b" is tried from either word, "a > b" only from b: then a stands before b.
    """

    sign: Sign
    others: Tuple[str, ...]
    gap: int


@dataclass
class Lexicon:
    """Everything red_flags.py looks up."""

    words: Phrases = field(default_factory=Phrases)
    cues: Phrases = field(default_factory=Phrases)
    rules: Dict[str, List[Rule]] = field(default_factory=dict)
    foreign: Dict[str, List[Tuple[str, str]]] = field(default_factory=dict)
    spellings: Dict[str, str] = field(default_factory=dict)
    guesses: Dict[str, str] = field(default_factory=dict)
    squeezed: Dict[str, str] = field(default_factory=dict)
    long_words: Dict[str, List[str]] = field(default_factory=dict)
    not_misspellings: FrozenSet[str] = frozenset()

    def correct(self, token: str) -> Optional[str]:
        """Returns the word of the tables that an unknown word is meant to be, or None."""
        guess = self.guesses.get(token)
        if guess is not None or token in self.not_misspellings:
            return guess
        if not token.isalpha() and not token.isdigit():
            plain = token.translate(_LOOKALIKE_DIGITS)
            return plain if plain in self.words.root else self.guesses.get(plain)
        if _TRIPLE.search(token):
            return self.squeezed.get(_REPEATED.sub(r"\1", token))
        if 7 <= len(token) <= 20:
            letters = set(token)
            for key in (token[:3], token[-5:]):
                for word in self.long_words.get(key, ()):
                    if (
                        abs(len(word) - len(token)) <= 2
                        and len(letters.symmetric_difference(word)) <= 4
                        and _distance(token, word) <= 2
                    ):
                        return word
        return None


def one_edit_away(word: str) -> Iterator[str]:
    """Yields every string one letter dropped, swapped, changed or added away from a word."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _ALPHABET:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def _distance(a: str, b: str) -> int:
    """Edit distance in letters (drop, add, change, swap neighbours)."""
    before: List[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]+")
_LETTERS = str.maketrans(
    {"\u0111": "d", "\u00df": "ss", "\u0142": "l", "\u0131": "i", "\u00e6": "ae", "\u0153": "oe"}
    | dict.fromkeys("\u2018\u2019\u201b\u02bc\u0060\u00b4\u2032", "'")
)


def fold_letters(text: str) -> str:
    """Returns text in lower case, one form per letter: no accents, no invisible characters."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_LETTERS))).lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def _entries(text: str) -> Iterator[str]:
    return (entry.strip() for entry in text.split(",") if entry.strip())


def _add_rules(lexicon: Lexicon, row: Dict[str, Any]) -> None:
    flags = {name: bool(row.get(name, False)) for name in ("cosmetic", "net", "anywhere", "personal")}
    sign = Sign(row["sign"], row["level"], frozenset(row.get("unless", ())), frozenset(row.get("never", ())), **flags)
    for when in row["when"]:
        pattern, _, gap = when.partition("/")
        groups = [group.strip() for group in re.split("[+>]", pattern)]
        for group in groups[-1:] if ">" in pattern else groups:
            others = tuple(other for other in groups if other != group)
            rule = Rule(sign=sign, others=others, gap=int(gap or _DEFAULT_GAP))
            lexicon.rules.setdefault(group, []).append(rule)


def _add_foreign(lexicon: Lexicon, level: str, phrase: str) -> None:
    phrase = fold_letters(phrase)
    if ".." in phrase:
        parts = tuple(part.strip() for part in phrase.split(".."))
        for part in parts:
            lexicon.words.add(part, part)
        sign = lexicon.rules[f"foreign_{level}"][0].sign
        lexicon.rules.setdefault(parts[-1], []).append(Rule(sign, parts[:-1], _FOREIGN_GAP))
        return
    if not phrase.isascii():
        lexicon.foreign.setdefault(phrase[0], []).append((phrase, level))
        return
    tag = f"foreign_{level}"
    lexicon.words.add(phrase, tag)
    elided = re.sub(r"\b(un|[cdjlmnst]) (?=\w)", r"\1", phrase)  # "n arrive" is typed "n'arrive"
    lexicon.words.add(elided, tag)


def _add_guesses(lexicon: Lexicon, vocabulary: Iterable[str]) -> None:
    known = lexicon.words.root
    for word in vocabulary:
        lexicon.squeezed.setdefault(_REPEATED.sub(r"\1", word), word)
        for near in one_edit_away(word):
            if near not in known and near not in lexicon.not_misspellings:
                lexicon.guesses.setdefault(near, word)
        if len(word) >= 9:
            # Two slips seldom spoil both the beginning and the end of a long word.
            for key in (word[:3], word[-5:]):
                lexicon.long_words.setdefault(key, []).append(word)


class WordListError(ValueError):
    """The word list cannot be used; the message names each mistake for whoever edited it."""


def _read_words(path: Path) -> Dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    try:
        data: Dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        mistakes = list(_mistakes(data, text))
    except yaml.YAMLError as error:
        mistakes = [f"not YAML: {error}"]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        mistakes = [f"a part is missing or of the wrong kind: {error!r}"]
    if mistakes:
        raise WordListError(f"{path.name}: " + "; ".join(mistakes))
    return data


def _mistakes(data: Dict[str, Any], text: str) -> Iterator[str]:
    for section in re.split(r"^(?=\w)", text, flags=re.MULTILINE):
        names = re.findall(r"^  (\w+):", section, flags=re.MULTILINE)
        yield from (f"{name} is there twice" for name in sorted({name for name in names if names.count(name) > 1}))
    contexts = {*data["contexts"], *data["cues"]}
    for row in data["signs"]:
        if row["level"] not in _LEVELS or not set(row) <= _SIGN_KEYS:
            yield f"the sign {row['sign']!r} has an unknown level or key"
        used = {group.strip() for when in row["when"] for group in re.split("[+>]", when.partition("/")[0])}
        unknown = used - {*data["words"], *_SHARED} | {*row.get("unless", ()), *row.get("never", ())} - contexts
        yield from (f"the sign {row['sign']!r} names {group!r}, which does not exist" for group in sorted(unknown))
        for when in row["when"]:
            int(when.partition("/")[2] or 0)
    for section in ("words", "spellings", "foreign", "cues", "contexts"):
        yield from (f"{name} is not a list of words" for name, entry in data[section].items() if type(entry) is not str)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Returns the tables, built once (a fraction of a second).

    Raises:
        WordListError: red_flag_words.yml has been broken by an edit.
    """
    data = _read_words(_WORDS)
    tables = Lexicon(not_misspellings=frozenset(data["not_misspellings"].split()))
    for group, text in data["words"].items():
        for entry in _entries(text):
            tables.words.add(entry, group)
    for group in _SHARED:
        for entry in _entries(data["cues"][group]):
            tables.words.add(entry, group)
    for row in data["signs"]:
        _add_rules(tables, row)
    for word, text in data["spellings"].items():
        tables.squeezed[_REPEATED.sub(r"\1", word)] = word
        for entry in _entries(text):
            tables.spellings[entry] = word
            tables.squeezed[_REPEATED.sub(r"\1", entry)] = word
    for level, text in data["foreign"].items():
        sign = Sign(f"{level} in another language", level, _NO_TAGS, _NO_TAGS, False, False, False, False)
        tables.rules[f"foreign_{level}"] = [Rule(sign, (), 0)]
        for entry in _entries(text):
            _add_foreign(tables, level, entry)
    for entry in _entries(data["contexts"].pop("harmless")):
        tables.words.add(entry, "harmless")
    for section in ("cues", "contexts"):
        for group, text in data[section].items():
            for entry in _entries(text):
                tables.cues.add(entry, group)
                if group in ("onset", "treated") and entry.startswith("since "):
                    tables.cues.add(entry, "now")  # the longest phrase wins: it must not hide "since"
    typed = " ".join(data["foreign"].values()).replace(",", " ").split()
    # Spanish "doble" is no misspelling, nor is any other word the tables know.
    tables.not_misspellings |= frozenset(typed) | tables.words.vocabulary | tables.cues.vocabulary
    _add_guesses(tables, data["misspelled"].split())
    return tables


@dataclass(frozen=True)
class Found:
    """A sign and the places of its words in the message."""

    sign: Sign
    places: FrozenSet[int]
    first: int
    last: int


def normal_text(text: str) -> str:
    """Returns text in lower case with one form per letter, apostrophe and sentence mark."""
    if not text.isascii():
        text = fold_letters(text)
    text = text.lower()
    if "'" in text:
        text = _IS.sub(r"\1 is", text.replace("i'll", "iwill")).replace("'s ", " s ")
        text = text.replace("'", "")
    if "." in text:
        text = _DECIMAL.sub(" ", text)
    if ".." in text:
        text = _ELLIPSIS.sub(" , ", text)
    text = text.replace("?", " | ? ").replace(" - ", " , ").replace("--", " , ").replace("-", " ")
    return text.replace("&", " and ").translate(_PUNCTUATION)


def words_of(normal: str, tables: Lexicon) -> List[str]:
    """Returns the words and marks of a normal_text, known misspellings put right."""
    tokens = _TOKEN.findall(normal)
    tokens.append(END)
    known = tables.words.root
    words = set(tokens)
    fixes = {token: tables.spellings[token] for token in words & tables.spellings.keys()}
    for token in words - known.keys():
        if len(token) > 3:
            meant = tables.correct(token)
            if meant is not None:
                fixes[token] = meant
    return [fixes.get(token, token) for token in tokens] if fixes else tokens


def find_signs(tokens: List[str], tables: Lexicon) -> Tuple[List[Found], Set[int]]:
    """Returns the signs in the tokens and the places of all words that belong to a group."""
    rules = tables.rules
    distance = list(accumulate(map(_DISTANCE.get, tokens, repeat(1))))
    last: Dict[str, Tuple[int, int]] = {}
    found: Dict[Tuple[str, int], List[Found]] = {}
    marked: Set[int] = set()
    silent = 0
    for place, node in enumerate(map(tables.words.root.get, tokens)):
        if node is None or place < silent:
            continue
        tags: FrozenSet[str] = node.get("", _NO_TAGS)
        end = place
        if place + 1 < len(tokens) and tokens[place + 1] in node:
            size, whole = tables.words.longest(tokens, place)
            if size > 1:
                end = place + size - 1
                if "harmless" in whole or tokens[place] == "one":
                    silent = place + size
                    tags = whole - {"harmless"}
                else:
                    tags = tags | whole
        if not tags:
            continue
        for tag in tags:
            last[tag] = (place, end)
        marked.update(range(place, end + 1))
        for tag in tags:
            for rule in rules.get(tag, ()):
                for other in rule.others:
                    seen = last.get(other)
                    if seen is None or distance[place] - distance[seen[1]] > rule.gap:
                        break
                else:
                    # Two of a kind in a few words are enough; more only cost time.
                    nearby = found.setdefault((rule.sign.name, end // 16), [])
                    if len(nearby) < 2:
                        spans = [(place, end), *(last[other] for other in rule.others)]
                        places = frozenset(_places(spans))
                        nearby.append(Found(rule.sign, places, min(places), max(places)))
    return [one for nearby in found.values() for one in nearby], marked


def _places(spans: List[Tuple[int, int]]) -> Iterator[int]:
    for first, last in spans:
        yield from range(first, last + 1)
