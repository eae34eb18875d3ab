"""From odds to a chance of being right, learned by cross-validation, and the threshold a cost gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.optimize

Array = npt.NDArray[Any]


def threshold(wrong_costs: float) -> float:
    """Return the confidence from which answering costs less, on average, than a "not sure".

    Args:
        wrong_costs: the cost of a wrong answer when a "not sure" costs 1.
    """
    return 1.0 - 1.0 / wrong_costs


def folds(labels: Array, *, count: int, seed: int, never_away: Sequence[str]) -> Iterator[tuple[Array, Array]]:
    """Yield rows to train on and rows to test: a part of each intent, and all of some intents.

    Args:
        labels: the intent of each phrase.
        count: how many folds.
        seed: for who goes where.
        never_away: intents that are never held out whole.
    """
    random = np.random.RandomState(seed)
    intents = random.permutation(np.unique(labels))
    part = np.empty(len(labels), dtype=int)
    for number, intent in enumerate(intents):
        rows = random.permutation(np.flatnonzero(labels == intent))
        part[rows] = (np.arange(len(rows)) + number) % count
    for fold in range(count):
        away = [name for name in intents[fold :: count] if name not in never_away]
        test = (part == fold) | np.isin(labels, away)
        yield np.flatnonzero(~test), np.flatnonzero(test)


def platt(
    odds: Array, right: Array, stranger: Array, share: float, caution: float
) -> tuple[float, float]:
    """Fit slope and offset so that sigmoid(slope * odds + offset) is the share of right.

    Args:
        odds: the log-odds of the leading intent of n phrases.
        right: whether its answer serves.
        stranger: whether the phrase's own intent was held out.
        share: what the strangers count for together, 0 to 1.
        caution: phrases' worth of belief in slope 1 and offset 0.
    """
    weight = np.where(stranger, share / max(stranger.sum(), 1), (1 - share) / max((~stranger).sum(), 1))
    weight *= len(odds) / weight.sum()
    # Platt's targets: never quite 0 or 1, so that a few easy phrases do not promise certainty.
    hits, misses = (weight * right).sum(), (weight * ~right).sum()
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2))

    def loss(parameters: Array) -> float:
        z = np.exp(parameters[0]) * odds + parameters[1]
        losses = weight * (np.logaddexp(0, z) - target * z)
        return float((losses.sum() + caution * (parameters**2).sum()) / len(odds))

    found = scipy.optimize.minimize(loss, np.zeros(2), method="Nelder-Mead")
    return float(np.exp(found.x[0])), float(found.x[1])


def logit(share: Array) -> Array:
    """Return the log-odds of chances; what is all but certain stays finite."""
    share = np.clip(share.astype(np.float64), 1e-6, 1 - 1e-6)
    odds: Array = np.log(share / (1 - share))
    return odds


def sigmoid(odds: Array) -> Array:
    """Return the chances of log-odds."""
    share: Array = 1.0 / (1.0 + np.exp(-odds))
    return share
