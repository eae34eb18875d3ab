"""How likely a message tells of a worrying sign: three opinions, weighed by what each is worth.

The rules read who has a sign and when, but know only the words they list; the classifier knows what messages with an
alarm are like among all others; the encoder's alarm graph knows nothing but the difference between an alarm and what
only looks like one. What they are worth is learned from phrases none of them has been trained on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.optimize

from assistant.nlu.calibration import sigmoid

FILE = "alarms.json"
# Worth of the classifier's odds, the rules' word and the alarm graph's odds, and what is said before all of them;
# where a training set is too small to tell better.
BELIEVED = (0.3, 2.2, 0.45, -0.9)
CAUTION = 1.0  # how much it is believed: little beside a few hundred phrases

Array = npt.NDArray[Any]


class AlarmJudge:
    """Weighs three opinions; make one with `fit` or `load`."""

    def __init__(self, weights: Sequence[float] = BELIEVED) -> None:
        """Take the four weights `fit` finds."""
        self.weights = tuple(map(float, weights))

    @classmethod
    def fit(cls, meant: Array, ruled: Array, told: Array, alarms: Array) -> AlarmJudge:
        """Learn the weights.

        Args:
            meant: the classifier's log-odds that red_flag is meant, of n phrases.
            ruled: whether the rules find an alarm.
            told: the alarm graph's log-odds.
            alarms: whether it is one.
        """
        if alarms.all() or not alarms.any():
            return cls()
        opinions = np.stack([meant, ruled, told, np.ones(len(meant))], axis=1).astype(np.float64)
        believed = np.array(BELIEVED)

        def loss(weights: Array) -> tuple[float, Array]:
            odds = opinions @ weights
            away = weights - believed
            slope = opinions.T @ (sigmoid(odds) - alarms) + 2 * CAUTION * away
            return float((np.logaddexp(0, odds) - alarms * odds).sum() + CAUTION * away @ away), slope

        return cls(scipy.optimize.minimize(loss, believed, jac=True, method="L-BFGS-B").x)

    def chance(self, meant: float, ruled: bool, told: float) -> float:
        """Return the chance that a message tells of a worrying sign, 0 to 1."""
        odds = np.dot(self.weights, (meant, float(ruled), told, 1.0))
        return float(sigmoid(np.clip(odds, -50.0, 50.0)))

    def save(self, directory: Path) -> None:
        """Write it into a folder."""
        (directory / FILE).write_text(json.dumps(self.weights), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> AlarmJudge:
        """Read what `save` wrote."""
        return cls(json.loads((directory / FILE).read_text(encoding="utf-8")))
