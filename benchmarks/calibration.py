"""How well said confidence matches the share that is right, and two ways of learning to say it."""
from __future__ import annotations

from typing import Any, Callable, NamedTuple

import numpy as np

BINS = 10

Array = Any
Confidence = Callable[[Array], Array]


class Bin(NamedTuple):
    """Messages of like confidence: the mean of what was said, the share that was right, how many."""

    said: float
    right: float
    count: int


def bins(confidence: Array, right: Array) -> list[Bin]:
    """Ten bins of equal width, without the empty ones."""
    place = np.minimum((np.asarray(confidence) * BINS).astype(int), BINS - 1)
    return [
        Bin(float(confidence[place == one].mean()), float(right[place == one].mean()), int((place == one).sum()))
        for one in range(BINS)
        if (place == one).any()
    ]


def expected_error(confidence: Array, right: Array) -> float:
    """Expected calibration error, 0 to 1: the gap of each bin, weighted by its size."""
    found = bins(confidence, right)
    return sum(one.count * abs(one.said - one.right) for one in found) / max(len(confidence), 1)


def two_parameters(odds: Array, right: Array) -> Confidence:
    """Slope and offset on the log-odds (Platt)."""
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(right)) < 2:
        return lambda asked: np.full(len(asked), float(right[0]))
    model = LogisticRegression(C=1e6).fit(odds[:, None], right)
    return lambda asked: model.predict_proba(asked[:, None])[:, 1]


def isotonic(odds: Array, right: Array) -> Confidence:
    """A rising staircase."""
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(odds, right.astype(float))
    return lambda asked: model.predict(asked)
