"""Puts misspelled words right, by tables prepared once: a message costs one look-up per word."""

import re
from typing import Dict, FrozenSet, Iterable, Iterator, List, Mapping, Optional, Set

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_REPEATED = re.compile(r"(.)\1+")
_TRIPLE = re.compile(r"([a-z])\1\1")
_LOOKALIKE_DIGITS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"})
_LONG = 9  # from this many letters on a word may have two slips


class Spelling:
    """Knows what a word that is not in the tables is meant to be."""

    def __init__(self) -> None:
        self._known: FrozenSet[str] = frozenset()
        self._ordinary: FrozenSet[str] = frozenset()
        self._variants: Dict[str, str] = {}
        self._squeezed: Dict[str, str] = {}
        self._guesses: Dict[str, str] = {}
        self._long: Dict[str, List[str]] = {}

    def learn(
        self,
        known: FrozenSet[str],
        variants: Mapping[str, Iterable[str]],
        misspelled: Iterable[str],
        ordinary: FrozenSet[str],
    ) -> None:
        """Prepares the tables.

        Args:
            known: every word that begins a phrase of the word lists; never changed.
            variants: ways to type a word, by the word.
            misspelled: words that are also found with one slip, long ones with two.
            ordinary: words that look like a slip and are none.
        """
        self._known, self._ordinary = known, ordinary
        for word, typed in variants.items():
            for variant in (word, *typed):
                self._squeezed[_REPEATED.sub(r"\1", variant)] = word
                if variant != word:
                    self._variants[variant] = word
        for word in misspelled:
            self._learn(word)

    def _learn(self, word: str) -> None:
        self._squeezed.setdefault(_REPEATED.sub(r"\1", word), word)
        for near in one_edit_away(word):
            if near not in self._known and near not in self._ordinary:
                self._guesses.setdefault(near, word)
        if len(word) >= _LONG:
            # Two slips seldom spoil both the beginning and the end of a long word.
            for key in (word[:3], word[-5:]):
                self._long.setdefault(key, []).append(word)

    def fixes(self, words: Set[str]) -> Dict[str, str]:
        """Returns what each misspelled word among these is meant to be."""
        fixes = {word: self._variants[word] for word in words & self._variants.keys()}
        for word in words - self._known:
            if len(word) > 3:
                meant = self._meant(word)
                if meant is not None:
                    fixes[word] = meant
                elif word.endswith("in") and word + "g" in self._known:
                    fixes[word] = word + "g"  # "chokin"
        return fixes

    def _meant(self, token: str) -> Optional[str]:
        guess = self._guesses.get(token)
        if guess is not None or token in self._ordinary:
            return guess
        if not token.isalpha() and not token.isdigit():
            plain = token.translate(_LOOKALIKE_DIGITS)
            return plain if plain in self._known else self._guesses.get(plain)
        if _TRIPLE.search(token):
            return self._squeezed.get(_REPEATED.sub(r"\1", token))
        if 7 <= len(token) <= 20:
            letters = set(token)
            for key in (token[:3], token[-5:]):
                for word in self._long.get(key, ()):
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
