"""Character n-grams of words, weighted by tf-idf: what catches typos and rare words."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence, Sized
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

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a scipy CSR matrix, float32 [texts, n-grams]; an unknown text is a row of zeros."""
        return self.weigh(_counted(texts, self._of_word, self.ngrams))

    def weigh(self, counts: Any) -> Any:
        """Turn a CSR matrix of counts, float32 [texts, n-grams], into one of weights, in place, and return it."""
        weights = counts.data
        np.log(weights, out=weights)
        weights += 1
        weights *= self.idf[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, weights * weights, minlength=counts.shape[0])).astype(np.float32)
        weights /= lengths[rows]
        return counts

    def _columns_of(self, word: str) -> npt.NDArray[np.int32]:
        known = map(self._columns.get, _ngrams(word))
        return np.array([column for column in known if column is not None], dtype=np.int32)


class NgramCounts:
    """How often which n-gram stands in which of n phrases: counted once, learned from in several choices of rows."""

    def __init__(self, ngrams: list[str], counts: Any) -> None:
        """Take the n-grams, sorted, and a CSR matrix of their counts, float32 [n, n-grams]."""
        self._ngrams, self._counts = ngrams, counts

    @classmethod
    def of(cls, texts: Sequence[str]) -> NgramCounts:
        """Count the n-grams of n phrases."""
        columns: dict[str, int] = {}

        def of_word(word: str) -> npt.NDArray[np.int32]:
            return np.array([columns.setdefault(ngram, len(columns)) for ngram in _ngrams(word)], dtype=np.int32)

        counts = _counted(texts, functools.lru_cache(maxsize=WORDS)(of_word), columns)
        ngrams = sorted(columns)
        return cls(ngrams, counts[:, [columns[ngram] for ngram in ngrams]])

    def __getitem__(self, rows: npt.NDArray[Any]) -> NgramCounts:
        """Return the counts of some phrases, in the order given."""
        return NgramCounts(self._ngrams, self._counts[rows])

    def weights(self) -> tuple[NgramWeights, Any]:
        """Learn which n-grams tell something, and return their weights and those of these phrases (CSR, float32)."""
        count = self._counts.shape[0]
        frequency = np.bincount(self._counts.indices, minlength=len(self._ngrams))
        known = np.flatnonzero((frequency >= (2 if count >= MANY else 1)) & (frequency <= COMMON))
        idf = np.log((1 + count) / (1 + frequency[known].astype(np.float32))) + 1
        weights = NgramWeights([self._ngrams[column] for column in known], idf.astype(np.float32))
        return weights, weights.weigh(self._counts[:, known])


def _counted(texts: Sequence[str], of_word: Callable[[str], npt.NDArray[np.int32]], ngrams: Sized) -> Any:
    """Return a CSR matrix of counts, float32 [texts, n-grams].

    Args:
        texts: n phrases or messages.
        of_word: gives the columns of a word's n-grams; may add n-grams while it reads.
        ngrams: all of them, once every text has been read.
    """
    found = [np.concatenate([_NOTHING, *map(of_word, _words(text))]) for text in texts]
    columns = np.concatenate([_NOTHING, *found])
    ends = np.cumsum([0, *map(len, found)])
    ones = np.ones(len(columns), dtype=np.float32)
    counts = scipy.sparse.csr_matrix((ones, columns, ends), shape=(len(texts), len(ngrams)))
    counts.sum_duplicates()
    return counts


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
