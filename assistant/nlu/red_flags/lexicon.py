"""Reads the word lists beside it once and turns them into the tables the other modules look words up in."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Set, Tuple

import yaml

from assistant.nlu.red_flags.spelling import Spelling
from assistant.nlu.red_flags.text import fold_letters

_HERE = Path(__file__).parent
_LISTS = ("words.yml", "spelling.yml", "signs.yml", "scope.yml", "languages.yml", "crisis.yml", "idioms.yml")
_ALSO_READ: Dict[str, List[Tuple[str, ...]]] = {
    "~": [(), *((owner,) for owner in "my his her their your the a me our".split())],
    "cannot": [("cannot",), ("couldnt",), ("can", "not"), ("could", "not"), ("can", "t")],
    "wont": [("wont",), ("will", "not")],
    "doesnt": [("doesnt",), ("does", "not")],
    "isnt": [("isnt",), ("is", "not"), ("aint",)],
    "arent": [("arent",), ("are", "not"), ("aint",)],
    "hasnt": [("hasnt",), ("has", "not")],
    "havent": [("havent",), ("have", "not")],
    "didnt": [("didnt",), ("did", "not")],
}
_LEVELS = ("crisis", "emergency", "today", "otherwise", "companion")
_CONTEXT_KEYS = ("unless", "never", "explained")
_FLAGS = ("cosmetic", "net", "anywhere", "figurative", "personal", "undenied")
_SIGN_KEYS = frozenset(("sign", "level", "family", "when", *_CONTEXT_KEYS, *_FLAGS))
_IDIOM_SIDES = ("before", "after", "sentence", "beside", "beside_too")
_IDIOM_KEYS = frozenset(("idiom", "words", "within", "unless", *_IDIOM_SIDES))
_SHARED = ("onset", "spread_word")  # cues that signs are made of, too
_BESIDE = (
    "closing_question",
    "eligible",
    "trigger",
    "habit",
    "dull",
)  # cues that are also what the words they begin with are
_DEFAULT_GAP = 6
_DEFAULT_WITHIN = 3
_FOREIGN_GAP = 5


NO_TAGS: FrozenSet[str] = frozenset()


class Phrases:
    """A tree of words; the longest phrase that fits at a place is found in one walk."""

    def __init__(self) -> None:
        self.root: Dict[str, Any] = {}
        self.vocabulary: Set[str] = set()

    def add(self, phrase: str, tag: str) -> None:
        """Adds every reading of a phrase (see "~" in words.yml) under a tag."""
        for words in _readings(phrase.split()):
            node = self.root
            self.vocabulary.update(words)
            for word in words:
                node = node.setdefault(word, {})
            node[""] = node.get("", NO_TAGS) | {tag}

    def inherit(self, phrase: str) -> None:
        """Gives a phrase the tags of the shorter phrases it begins with, too."""
        for words in _readings(phrase.split()):
            node, tags = self.root, NO_TAGS
            for word in words:
                node = node[word]
                tags |= node.get("", NO_TAGS)
            node[""] = tags

    def longest(self, tokens: List[str], start: int) -> Tuple[int, FrozenSet[str]]:
        """Returns (number of words, tags) of the longest phrase at start; (0, none) if none."""
        node: Optional[Dict[str, Any]] = self.root
        size, tags = 0, NO_TAGS
        for place in range(start, len(tokens)):
            node = node.get(tokens[place]) if node else None
            if node is None:
                break
            if "" in node:
                size, tags = place - start + 1, node[""]
        return size, tags

    def all_at(self, tokens: List[str], start: int) -> Iterator[Tuple[int, FrozenSet[str]]]:
        """Yields (number of words, tags) of every phrase at start, the shorter first."""
        node: Optional[Dict[str, Any]] = self.root
        for place in range(start, len(tokens)):
            node = node.get(tokens[place]) if node else None
            if node is None:
                return
            if "" in node:
                yield place - start + 1, node[""]


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
    family: str = ""  # of one family: a sign of level today beside it says all that there is to say
    unless: FrozenSet[str] = NO_TAGS
    never: FrozenSet[str] = NO_TAGS
    explained: FrozenSet[str] = NO_TAGS
    cosmetic: bool = False
    foreign: bool = False  # told in another language than English
    net: bool = False  # counts only when somebody says that something is with them now
    anywhere: bool = False  # a look-alike counts in the whole sentence, not only beside the sign
    figurative: bool = False  # also said in jest, of prices and queues
    undenied: bool = False  # is said with "no" and "never": these do not deny it
    personal: bool = False  # in a question counts only beside a person or a moment: "my", "since"


@dataclass(frozen=True)
class Rule:
    """A sign is there when the other groups lie at most gap places before the last word.

    "a + b" is tried from either word, "a > b" only from b: then a stands before b.
    """

    sign: Sign
    others: Tuple[str, ...]
    gap: int


@dataclass(frozen=True)
class Idiom:
    """Words of crisis that are harmless when certain words stand around them (see idioms.yml).

    Its phrases are tagged with its number and the side they are looked for on: "3 after".
    """

    number: int
    sides: FrozenSet[str]
    within: int


@dataclass(frozen=True)
class Lexicon:
    """Everything that is looked up while a message is read.

    Attributes:
        words: phrases that signs are made of, each tagged with its groups.
        cues: phrases that decide about a sign (negation, question, time ...), tagged the same way.
        rules: the rules that the last word of a group may complete, by group.
        foreign: phrases of scripts without spaces or of other alphabets, by first letter.
        spelling: what misspelled words are meant to be.
        idioms: harmless uses of words of crisis.
        idiom_words: their phrases and those they stand among, and "despair".
    """

    words: Phrases
    cues: Phrases
    rules: Dict[str, List[Rule]]
    foreign: Dict[str, List[Tuple[str, Sign]]]
    spelling: Spelling
    idioms: List[Idiom]
    idiom_words: Phrases


def _entries(text: str) -> Iterator[str]:
    return (entry.strip() for entry in text.split(",") if entry.strip())


def _add_rules(tables: Lexicon, row: Dict[str, Any]) -> None:
    flags: Dict[str, Any] = {name: bool(row.get(name, False)) for name in _FLAGS}
    contexts: Dict[str, Any] = {name: frozenset(row.get(name, ())) for name in _CONTEXT_KEYS}
    sign = Sign(name=row["sign"], level=row["level"], family=row.get("family", ""), **contexts, **flags)
    for when in row["when"]:
        pattern, _, gap = when.partition("/")
        groups = [group.strip() for group in re.split("[+>]", pattern)]
        for group in groups[-1:] if ">" in pattern else groups:
            others = tuple(other for other in groups if other != group)
            rule = Rule(sign=sign, others=others, gap=int(gap or _DEFAULT_GAP))
            tables.rules.setdefault(group, []).append(rule)


def _add_foreign(tables: Lexicon, level: str, phrases: str) -> None:
    sign = Sign(f"{level} in another language", level, foreign=True)
    tag = f"foreign_{level}"
    tables.rules[tag] = [Rule(sign, (), 0)]
    for entry in _entries(phrases):
        phrase = fold_letters(entry)
        if ".." in phrase:
            parts = tuple(part.strip() for part in phrase.split(".."))
            for part in parts:
                tables.words.add(part, part)
            tables.rules.setdefault(parts[-1], []).append(Rule(sign, parts[:-1], _FOREIGN_GAP))
        elif not phrase.isascii():
            tables.foreign.setdefault(phrase[0], []).append((phrase, sign))
        else:
            tables.words.add(phrase, tag)
            # "n arrive" is typed "n'arrive"
            tables.words.add(re.sub(r"\b(un|[cdjlmnst]) (?=\w)", r"\1", phrase), tag)


def _add_idioms(tables: Lexicon, rows: List[Dict[str, Any]], despair: str) -> None:
    entries = [(entry, "despair") for entry in _entries(despair)]
    for number, row in enumerate(rows):
        sides = frozenset(side for side in _IDIOM_SIDES if side in row)
        tables.idioms.append(Idiom(number, sides, row.get("within", _DEFAULT_WITHIN)))
        for key in ("words", "unless", *sides):
            entries += ((entry, f"{number} {key}") for entry in _entries(row.get(key, "")))
    for entry, tag in entries:
        tables.idiom_words.add(entry, tag)


class WordListError(ValueError):
    """A word list cannot be used; the message names each mistake for whoever edited it."""


def read_lists(folder: Path) -> Dict[str, Any]:
    """Returns what the lists in a folder say, by section.

    Raises:
        WordListError: naming every mistake in them.
    """
    data: Dict[str, Any] = {}
    for name in _LISTS:
        text = (folder / name).read_text(encoding="utf-8")
        try:
            data.update(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        except (yaml.YAMLError, TypeError, ValueError) as error:
            raise WordListError(f"{name}: not YAML: {error}")
        if twice := _written_twice(text):
            raise WordListError(f"{name}: " + "; ".join(f"{group} is there twice" for group in twice))
    try:
        mistakes = list(_mistakes(_with_crisis(data)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        mistakes = [f"a part is missing or of the wrong kind: {error!r}"]
    if mistakes:
        raise WordListError(f"the lists in {folder.name}: " + "; ".join(mistakes))
    return data


def _written_twice(text: str) -> List[str]:
    names: List[str] = []
    for section in re.split(r"^(?=\w)", text, flags=re.MULTILINE):
        groups = re.findall(r"^  (\w+):", section, flags=re.MULTILINE)
        names += sorted({group for group in groups if groups.count(group) > 1})
    return names


def _with_crisis(data: Dict[str, Any]) -> Dict[str, Any]:
    """Puts the words and signs of crisis.yml, which has a file of its own for its length, with the others."""
    twice = sorted(data["words"].keys() & data["crisis_words"].keys())
    if twice:
        raise ValueError("; ".join(f"{group} is there twice" for group in twice))
    data["words"].update(data.pop("crisis_words"))
    data["signs"] = data.pop("crisis_signs") + data["signs"]
    return data


def _mistakes(data: Dict[str, Any]) -> Iterator[str]:
    contexts = {*data["contexts"], *data["cues"]}
    for row in data["signs"]:
        if row["level"] not in _LEVELS or not set(row) <= _SIGN_KEYS:
            yield f"the sign {row['sign']!r} has an unknown level or key"
        used = {group.strip() for when in row["when"] for group in re.split("[+>]", when.partition("/")[0])}
        named = {context for key in _CONTEXT_KEYS for context in row.get(key, ())}
        unknown = used - {*data["words"], *_SHARED} | named - contexts
        yield from (f"the sign {row['sign']!r} names {group!r}, which does not exist" for group in sorted(unknown))
        for when in row["when"]:
            int(when.partition("/")[2] or 0)
    for row in data["idioms"]:
        if not {"idiom", "words"} <= set(row) <= _IDIOM_KEYS or set(row).isdisjoint(_IDIOM_SIDES):
            yield f"the idiom {row.get('idiom')!r} has an unknown key or lacks one"
        if any(type(text) is not str for key, text in row.items() if key != "within"):
            yield f"the idiom {row.get('idiom')!r} is not made of lists of words"
        int(row.get("within", 0))
    if type(data["despair"]) is not str:
        yield "despair is not a list of words"
    for section in ("words", "spellings", "foreign", "cues", "contexts"):
        yield from (f"{name} is not a list of words" for name, entry in data[section].items() if type(entry) is not str)


@lru_cache(maxsize=1)
def read_lexicon() -> Lexicon:
    """Returns the tables, built once (a fraction of a second).

    Raises:
        WordListError: a list has been broken by an edit.
    """
    data = read_lists(_HERE)
    words, cues = Phrases(), Phrases()
    shared = {group: data["cues"][group] for group in _SHARED}
    for group, text in (*data["words"].items(), *shared.items(), ("harmless", data["contexts"].pop("harmless"))):
        for entry in _entries(text):
            words.add(entry, group)
    for section in ("cues", "contexts"):
        for group, text in data[section].items():
            for entry in _entries(text):
                cues.add(entry, group)
                if group in ("onset", "treated") and entry.startswith("since "):
                    cues.add(entry, "now")  # the longest phrase wins: it must not hide "since"
    for group in _BESIDE:
        for entry in _entries(data["cues"][group]):
            cues.inherit(entry)
    tables = Lexicon(words, cues, {}, {}, Spelling(), [], Phrases())
    _add_idioms(tables, data["idioms"], data["despair"])
    for row in data["signs"]:
        _add_rules(tables, row)
    for level, text in data["foreign"].items():
        _add_foreign(tables, level, text)
    # Spanish "doble" is no misspelling, nor is any other word the tables know.
    typed = " ".join(data["foreign"].values()).replace(",", " ").split()
    ordinary = {*data["not_misspellings"].split(), *typed, *words.vocabulary, *cues.vocabulary}
    ordinary |= tables.idiom_words.vocabulary
    variants = {word: list(_entries(text)) for word, text in data["spellings"].items()}
    tables.spelling.learn(frozenset(words.root), variants, data["misspelled"].split(), frozenset(ordinary))
    return tables
