"""Character n-grams of words, weighted by tf-idf: what catches typos and rare words."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from assistant.nlu.encoder import tidy

SHORTEST, LONGEST = 2, 5
MANY = 2000  # in so many phrases an n-gram seen in one only is left out: half the size, as good


class NgramWeights:
    """Turns texts into sparse rows of length 1, one column per n-gram known from training.

    Written here because scikit-learn's takes 3 ms for one text, most of it in checks.
    """

    def __init__(self, ngrams: list[str], idf: npt.NDArray[np.float32]) -> None:
        """Take the n-grams in column order and their inverse document frequencies."""
        self.ngrams, self.idf = ngrams, idf
        self._columns = {ngram: column for column, ngram in enumerate(ngrams)}

    @classmethod
    def fit(cls, texts: Sequence[str]) -> NgramWeights:
        """Learn the n-grams of the training phrases."""
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update(set(_ngrams(text)))
        least = 2 if len(texts) >= MANY else 1
        ngrams = sorted(ngram for ngram, count in seen.items() if count >= least)
        frequency = np.array([seen[ngram] for ngram in ngrams], dtype=np.float32)
        return cls(ngrams, np.log((1 + len(texts)) / (1 + frequency)) + 1)

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a scipy CSR matrix, float32 [texts, n-grams]; an unknown text is a row of zeros."""
        columns: list[int] = []
        counts: list[int] = []
        ends = [0]
        for text in texts:
            found = Counter(map(self._columns.get, _ngrams(text)))
            found.pop(None, None)
            row = sorted((column, n) for column, n in found.items() if column is not None)
            columns += [column for column, _ in row]
            counts += [n for _, n in row]
            ends.append(len(columns))
        values = (1 + np.log(np.array(counts, dtype=np.float32))) * self.idf[columns]
        for start, end in itertools.pairwise(ends):
            values[start:end] /= np.linalg.norm(values[start:end]) or 1.0
        shape = (len(texts), len(self.ngrams))
        return scipy.sparse.csr_matrix((values, columns, ends), shape=shape, dtype=np.float32)


def _ngrams(text: str) -> Iterator[str]:
    """Yield the n-grams of each word; a blank on either side marks where the word begins and ends."""
    for word in tidy(text).lower().split():
        padded = f" {word} "
        for length in range(SHORTEST, min(LONGEST, len(padded)) + 1):
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]
