"""Tells a crisis from other alarms by the alarm phrases closest in meaning, where no rule has told it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.nlu.encoder import Vectors

FILE = "crisis.npz"
CLOSEST = 3  # phrases of either kind that are looked at: one alone may have an odd word in common


class CrisisTeller:
    """Knows the alarm phrases of the training data, those of a crisis apart."""

    def __init__(self, crisis: Vectors, others: Vectors) -> None:
        """Take the vectors of both kinds of phrases, float32 [n, d], length 1; none of a kind is fine."""
        self._crisis, self._others = crisis, others

    @classmethod
    def fit(cls, vectors: Vectors, of_crisis: Sequence[bool]) -> CrisisTeller:
        """Learn from n alarm phrases, float32 [n, d], and whether each tells of a crisis."""
        told = np.array(of_crisis, dtype=bool)
        return cls(vectors[told], vectors[~told])

    def tells(self, vector: Vectors) -> bool:
        """Return whether a message, float32 [d], is closer to the phrases of a crisis."""
        return _likeness(vector, self._crisis) > _likeness(vector, self._others)

    def save(self, directory: Path) -> None:
        """Write it into a folder."""
        np.savez_compressed(directory / FILE, crisis=self._crisis, others=self._others)

    @classmethod
    def load(cls, directory: Path) -> CrisisTeller:
        """Read what `save` wrote."""
        with np.load(directory / FILE, allow_pickle=False) as file:
            return cls(file["crisis"], file["others"])


def _likeness(vector: Vectors, phrases: Vectors) -> float:
    alike = np.sort(phrases @ vector)[-CLOSEST:]
    return float(alike.mean()) if len(alike) else -1.0
