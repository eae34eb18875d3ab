"""Character n-grams of words, weighted by tf-idf: what catches typos and rare words."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from assistant.nlu.encoder import tidy

SHORTEST, LONGEST = 2, 5
WORDS = 20_000  # whose n-grams are remembered: people use the same ones again and again
COMMON = 600  # n-grams of more phrases tell little and drown the others: without them more is right, in less time
MANY = 2000  # in so many phrases an n-gram seen in one only is left out: half the size, as good


class NgramWeights:
    """Turns texts into sparse rows of length 1, one column per n-gram known from training.

    Written here because scikit-learn's takes 3 ms for one text, most of it in checks.
    """

    def __init__(self, ngrams: list[str], idf: npt.NDArray[np.float32]) -> None:
        """Take the n-grams in column order and their inverse document frequencies."""
        self.ngrams, self.idf = ngrams, idf
        self._columns = {ngram: column for column, ngram in enumerate(ngrams)}
        self._of_word = functools.lru_cache(maxsize=WORDS)(self._columns_of)

    @classmethod
    def fit(cls, texts: Sequence[str]) -> NgramWeights:
        """Learn the n-grams of the training phrases."""
        seen: Counter[str] = Counter()
        of_word = functools.lru_cache(maxsize=WORDS)(_ngrams)
        for text in texts:
            seen.update(set().union(*map(of_word, _words(text))))
        least = 2 if len(texts) >= MANY else 1
        ngrams = sorted(ngram for ngram, count in seen.items() if least <= count <= COMMON)
        frequency = np.array([seen[ngram] for ngram in ngrams], dtype=np.float32)
        return cls(ngrams, np.log((1 + len(texts)) / (1 + frequency)) + 1)

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a scipy CSR matrix, float32 [texts, n-grams]; an unknown text is a row of zeros."""
        columns: list[Any] = [_NOTHING]
        values: list[Any] = [_NOTHING]
        ends = [0]
        for text in texts:
            found = np.concatenate([_NOTHING, *map(self._of_word, _words(text))])
            row, counts = np.unique(found, return_counts=True)
            weights = (1 + np.log(counts.astype(np.float32))) * self.idf[row]
            columns.append(row)
            values.append(weights / (np.linalg.norm(weights) or 1.0))
            ends.append(ends[-1] + len(row))
        shape = (len(texts), len(self.ngrams))
        parts = (np.concatenate(values), np.concatenate(columns), ends)
        return scipy.sparse.csr_matrix(parts, shape=shape, dtype=np.float32)

    def _columns_of(self, word: str) -> npt.NDArray[np.int32]:
        known = map(self._columns.get, _ngrams(word))
        return np.array([column for column in known if column is not None], dtype=np.int32)


_NOTHING = np.zeros(0, dtype=np.int32)


def _words(text: str) -> list[str]:
    return tidy(text).lower().split()


def _ngrams(word: str) -> list[str]:
    """Return a word's n-grams; a blank on either side marks where it begins and ends."""
    padded = f" {word} "
    return [
        padded[start : start + length]
        for length in range(SHORTEST, min(LONGEST, len(padded)) + 1) for start in range(len(padded) - length + 1)
    ]
