"""Puts misspelled words and phone shorthand right before a message is turned into a vector.

The sentence encoder reads a misspelled word as syllables without meaning. A word is changed only when neither
English nor the training phrases know it, and only into a word the phrases use; names of two words or more stay, which
one letter often parts from a sign ("Lena Feverell"). What visitors see, entities, red flags and booking details are
read from the message as it was typed.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from symspellpy import SymSpell, Verbosity

SHORTHAND = Path(__file__).with_name("shorthand.yml")
# A name as people write it: two to four capitalised words and nothing else in its line or clause. Or one word.
_CAPITAL, _SMALL = "A-ZÀ-ÖØ-ÞĀ-Ž", "a-zß-öø-ÿā-ž'’"
_NAME = rf"[{_CAPITAL}][{_SMALL}]+(?:[ -][{_CAPITAL}][{_CAPITAL}{_SMALL}]+){{1,3}}"
_NAME_OR_WORD = re.compile(
    rf"""(?:^|(?<=[.,;:!]\ )){_NAME}(?=$|[.,;:!])
    |(?P<word>[A-Za-z0-9']+)""", re.MULTILINE | re.VERBOSE,
)
_WORD = re.compile(r"[A-Za-z0-9']+")
_VOWELS = re.compile(r"(?<=.)[aeiouy]")
_REPEATED = re.compile(r"(.)\1+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
# A word of the phrases is believed to be a word, and none of their typos, when it is in so many of them.
ENOUGH, ENOUGH_IF_ENGLISH = 12, 3
SHORTEST = 4  # letters; shorter words have too many neighbours
LONG = 7  # from so many letters on a word may have two slips
ABBREVIATION = 5  # so many capitals are a name of their own: PCOS, SPF


def is_name(text: str) -> bool:
    """Say whether a text is written as a name: two to four capitalised words and nothing else."""
    return re.fullmatch(_NAME, text.strip()) is not None


class Typos:
    """Knows the words of the training phrases and how people misspell them; make one with `fit`."""

    def __init__(self, words: Mapping[str, int]) -> None:
        """Take the words that may be meant, lower case, and how many phrases hold each."""
        self.words = dict(words)
        self._english = _english()
        self._shorthand = _shorthand()
        self._nearest = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word, count in self.words.items():
            self._nearest.create_dictionary_entry(word, count)
        self._meant = functools.lru_cache(maxsize=4096)(self._look_up)

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Typos:
        """Learn the words of the training phrases."""
        seen = Counter(word for text in texts for word in {found.lower() for found in _WORD.findall(text)})
        english, shorthand = _english(), _shorthand()
        return cls({
            word: count for word, count in sorted(seen.items())
            if len(word) >= SHORTEST - 1 and word.isalpha() and word not in shorthand
            and count >= (ENOUGH_IF_ENGLISH if word in english else ENOUGH)
        })

    def correct(self, text: str) -> str:
        """Return the text with misspelled and shortened words put right; everything else stays as it is."""
        return _NAME_OR_WORD.sub(self._replacement, text)

    def _replacement(self, found: re.Match[str]) -> str:
        word = found.group()
        if found["word"] is None or (word.isupper() and 1 < len(word) <= ABBREVIATION):
            return word
        return self._meant(word.lower()) or word

    def _look_up(self, word: str) -> str | None:
        """Return what a word, lower case, is meant to be; None when it is one already or cannot be guessed."""
        if word in self._shorthand:
            return self._shorthand[word]
        bare = word.replace("'", "")
        if len(bare) < SHORTEST or not bare.isalpha() or self._is_word(word) or self._is_word(bare):
            return None
        for pattern, letters in ((_DRAWN_OUT, r"\1\1"), (_DRAWN_OUT, r"\1"), (_REPEATED, r"\1")):  # "soooo", "pleaase"
            squeezed = pattern.sub(letters, bare)
            if squeezed != bare and self._is_word(squeezed):
                return squeezed
        near = self._nearest.lookup(bare, Verbosity.CLOSEST, max_edit_distance=1 if len(bare) < LONG else 2)
        near = [one for one in near if one.term[0] == bare[0] or one.distance == 1]
        if not near:
            return None

        def likeness(term: str) -> int:
            return (term[0] == bare[0]) + (_skeleton(term) == _skeleton(bare))

        return str(max(near, key=lambda one: (likeness(one.term), one.count)).term)

    def _is_word(self, word: str) -> bool:
        return word in self._english or word in self.words


def _skeleton(word: str) -> str:
    """Return the first letter and the consonants, doubled ones once: slips seldom touch them."""
    return _REPEATED.sub(r"\1", _VOWELS.sub("", word))


@functools.lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """Return 83,000 English words (the list comes with symspellpy)."""
    words = importlib.resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    return frozenset(line.split(" ", 1)[0] for line in words.read_text(encoding="utf-8-sig").splitlines())


@functools.lru_cache(maxsize=1)
def _shorthand() -> dict[str, str]:
    """Return what each shortened word means."""
    table: dict[str, str] = yaml.safe_load(SHORTHAND.read_text(encoding="utf-8"))
    return {typed: meant for meant, all_typed in table.items() for typed in all_typed.split(", ")}
