"""Which prepared answer a message asks for, and how likely that is right.

A quick classifier looks at every message. Where it is not sure, or sees a hint of an alarm, a thorough one looks too,
at vectors of an encoder seven times as slow, and what both think is joined: most messages stay quick, and those that
are hard get the better understanding. Odds become a chance of being right by cross-validation in which whole intents
are held out too, since visitors also ask things no intent was written for. Pure numpy and scipy.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.nlu.calibration import folds, platt, sigmoid
from assistant.nlu.classifier import Classifier, Odds
from assistant.nlu.intents import OUT_OF_SCOPE, RED_FLAG
from assistant.nlu.ngrams import NgramCounts

Array = npt.NDArray[Any]
Look = Callable[[list[int]], Array]

CALIBRATION_FILE = "calibration.npy"
QUICK, THOROUGH = "quick", "thorough"  # folders of a saved pair
THOROUGH_SHARE = 0.65  # of what both think together; chosen on writers held out
FEW_DOUBTS = 100  # doubtful phrases that are too few to learn from: then all are taken
# Never held out whole: strangers are out of scope, and what the rules' word about alarms is worth is learned from
# phrases held out.
NEVER_AWAY = (OUT_OF_SCOPE, RED_FLAG)
HINT = -5.0  # log-odds of a red flag from which the quick classifier is not relied on, however sure it is
MOST_STRANGERS = 0.25  # of the phrases that are asked


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the pair may be told; the defaults were chosen on training data only.

    Attributes:
        sure: chance of the quick classifier's answer from which nobody looks again.
        folds: of cross-validation.
        enough: phrases asked are enough for two parameters: with many, two folds are trained instead of four.
        stranger_share: how much the phrases of held-out intents count when confidence is learned.
        stranger_share_alone: the same where they are the only strangers there are.
        caution: phrases' worth of belief that odds mean what they say: for small sets.
        seed: for who is held out.
    """

    sure: float = 0.9
    folds: int = 4
    enough: int = 4000
    stranger_share: float = 0.015
    stranger_share_alone: float = 0.3
    caution: float = 10.0
    seed: int = 7


class Ranked(NamedTuple):
    """One intent, the chance that its answer serves, and the chance that just it was meant, 0 to 1."""

    name: str
    confidence: float
    meant: float


class Asked(NamedTuple):
    """What classifiers trained without a phrase said of it, for m phrases that were asked.

    Attributes:
        rows: which of the phrases of `fit`, int [m].
        meant: calibrated log-odds of each intent that the phrase means it, [m, intents]; NaN where all of an
            intent's phrases were held out.
    """

    rows: Array
    meant: Array


class TwoLooks:
    """A quick and a thorough classifier; make a pair with `fit` or `load`.

    Attributes:
        intents: sorted; their order is the order of all columns.
        asked: after `fit`, what was asked of phrases held out; None after `load`.
    """

    def __init__(self, quick: Classifier, thorough: Classifier, calibration: Array, sure: float) -> None:
        """Take the parts.

        Args:
            quick: looks at everything.
            thorough: looks at what the quick one is not sure of; knows the same intents.
            calibration: slope and offset from odds to a chance, of the quick one alone and of both, [2, 2].
            sure: see `Settings`.

        Raises:
            ValueError: when the two know different intents.
        """
        if quick.intents != thorough.intents:
            raise ValueError("Both classifiers have to know the same intents.")
        self.intents = quick.intents
        self.asked: Asked | None = None
        self._quick, self._thorough, self._calibration, self._sure = quick, thorough, calibration, sure

    @classmethod
    def fit(
        cls, texts: Sequence[str], labels: Sequence[str], vectors: Array, thorough_vectors: Array, *,
        thorough_rows: Array | None = None, kin: Sequence[Sequence[str]] = (), unseen: Array | None = None,
        settings: Settings = Settings(),
    ) -> TwoLooks:
        """Train on phrases.

        Args:
            texts: n phrases.
            labels: their n intents, at least two different ones.
            vectors: their n sentence vectors of length 1 for the quick look, float32 [n, d].
            thorough_vectors: the same for the thorough one, of those m phrases that it learns from, float32 [m, e].
            thorough_rows: which those are, rising, of every intent some, int [m]; all n when left out.
            kin: groups of intents whose answers serve each other's questions; unknown names are ignored.
            unseen: of each phrase, whether the encoders were made without it: only those tell how sure an answer
                to a visitor's words is; all when left out.
            settings: see `Settings`.

        Raises:
            ValueError: when there are fewer than two intents.
        """
        names = np.array(labels)
        if len(set(labels)) < 2:
            raise ValueError("The classifier needs phrases of at least two intents.")
        both = np.arange(len(names)) if thorough_rows is None else thorough_rows
        place = np.full(len(names), -1)
        place[both] = np.arange(len(both))
        phrases = _Phrases(texts, NgramCounts.of(texts), names, vectors, thorough_vectors, place, kin)
        askable = place >= 0 if unseen is None else unseen & (place >= 0)
        # numpy and scipy let go of the interpreter while they compute
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            splits = _splits(names, askable, settings)
            learned = [np.arange(len(names)), *(train for train, _ in splits)]
            quick, second = pool.map(phrases.quick, learned), pool.map(phrases.thorough, learned)
            (first, *others) = zip(quick, second, strict=True)
            asked = list(pool.map(phrases.ask, others, (test for _, test in splits)))
        pair = cls(*first, np.array([[1.0, 0.0], [1.0, 0.0]]), settings.sure)
        if asked:
            pair._learn_confidence(asked, known_strangers=OUT_OF_SCOPE in names, settings=settings)
        return pair

    def _learn_confidence(self, asked: list[_Answers], *, known_strangers: bool, settings: Settings) -> None:
        every = _Answers(*map(np.concatenate, zip(*asked, strict=True)))
        share = settings.stranger_share if known_strangers else settings.stranger_share_alone

        def learned(odds: Odds, rows: Array) -> Array:
            best = odds.meant[rows].argmax(axis=1)
            served = odds.served[rows][np.arange(len(best)), best]
            right = every.serving[rows][np.arange(len(best)), best]
            # strangers gather among the doubtful: their share there is greater
            among = [share * _share_among(every.stranger, rows), (1 - share) * _share_among(~every.stranger, rows)]
            return np.array(platt(
                served, right, every.stranger[rows], among[0] / max(sum(among), 1e-9), settings.caution
            ))

        quick = Odds(every.quick_meant, every.quick_served)
        self._calibration[0] = learned(quick, np.arange(len(every.rows)))
        doubtful = np.flatnonzero(self._doubts(_scaled(quick, self._calibration[0])))
        both = Odds(every.both_meant, every.both_served)
        self._calibration[1] = learned(both, doubtful if len(doubtful) >= FEW_DOUBTS else np.arange(len(every.rows)))
        meant = _scaled(quick, self._calibration[0]).meant
        meant[doubtful] = _scaled(both, self._calibration[1]).meant[doubtful]
        self.asked = Asked(every.rows, np.where(np.isfinite(meant), meant, np.nan))

    def odds(self, texts: Sequence[str], vectors: Array, look: Look) -> Odds:
        """Return calibrated log-odds.

        Args:
            texts: n messages.
            vectors: for the quick look, float32 [n, d].
            look: gives the vectors for the thorough one, of the rows it is asked for.
        """
        quick = self._quick.odds(texts, vectors)
        found = _scaled(quick, self._calibration[0])
        doubtful = np.flatnonzero(self._doubts(found))
        if len(doubtful):
            second = self._thorough.odds([texts[row] for row in doubtful], look(list(map(int, doubtful))))
            both = _scaled(_joined(Odds(*(side[doubtful] for side in quick)), second), self._calibration[1])
            for side, better in zip(found, both, strict=True):
                side[doubtful] = better
        return found

    def quick_odds(self, texts: Sequence[str], vectors: Array) -> Odds:
        """Return what the quick look makes of parts of a message, cut blindly: nobody looks at them twice."""
        return _scaled(self._quick.odds(texts, vectors), self._calibration[0])

    def ranking(self, odds: Odds, *, most: int = 10) -> list[list[Ranked]]:
        """Return, for each message of `odds`, the `most` likely intents, best first."""
        order = np.argsort(-odds.meant, axis=1, kind="stable")[:, :most]
        return [
            [Ranked(self.intents[k], float(serves[k]), float(means[k])) for k in columns]
            for columns, serves, means in zip(order, sigmoid(odds.served), sigmoid(odds.meant), strict=True)
        ]

    def _doubts(self, odds: Odds) -> Array:
        """Return of each message whether the quick look leaves a doubt about the best answer, or hints at an alarm."""
        best = odds.meant.argmax(axis=1)
        doubts: Array = sigmoid(odds.served[np.arange(len(best)), best]) < self._sure
        if RED_FLAG in self.intents:
            doubts |= odds.meant[:, self.intents.index(RED_FLAG)] > HINT
        return doubts

    def save(self, directory: Path) -> None:
        """Write the pair into `directory`: numbers as npz and npy, the rest as JSON; no pickle."""
        for name, classifier in ((QUICK, self._quick), (THOROUGH, self._thorough)):
            (directory / name).mkdir(exist_ok=True)
            classifier.save(directory / name)
        np.save(directory / CALIBRATION_FILE, np.append(self._calibration.ravel(), self._sure))

    @classmethod
    def load(cls, directory: Path) -> TwoLooks:
        """Read what `save` wrote."""
        *calibration, sure = np.load(directory / CALIBRATION_FILE, allow_pickle=False)
        quick, thorough = (Classifier.load(directory / name) for name in (QUICK, THOROUGH))
        return cls(quick, thorough, np.array(calibration).reshape(2, 2), float(sure))


class _Answers(NamedTuple):
    """What was said of m phrases held out; all [m, intents] but `rows` and `stranger`, [m]."""

    rows: Array
    quick_meant: Array
    quick_served: Array
    both_meant: Array
    both_served: Array
    serving: Array  # whether the intent's answer serves the phrase
    stranger: Array  # whether the phrase's own intent was held out


@dataclasses.dataclass(frozen=True)
class _Phrases:
    """What is trained on, and how."""

    texts: Sequence[str]
    ngrams: NgramCounts
    labels: Array
    vectors: Array
    thorough_vectors: Array
    place: Array  # of each phrase among thorough_vectors, -1 where it is not there
    kin: Sequence[Sequence[str]]

    def quick(self, rows: Array) -> Classifier:
        return self._train(rows, self.vectors[rows])

    def thorough(self, rows: Array) -> Classifier:
        rows = rows[self.place[rows] >= 0]
        return self._train(rows, self.thorough_vectors[self.place[rows]])

    def _train(self, rows: Array, vectors: Array) -> Classifier:
        return Classifier.fit(self.ngrams[rows], self.labels[rows], vectors, kin=self.kin)

    def ask(self, pair: tuple[Classifier, Classifier], test: Array) -> _Answers:
        """Ask a quick and a thorough classifier about phrases they were trained without."""
        quick, thorough = pair
        texts = [self.texts[row] for row in test]
        first = quick.odds(texts, self.vectors[test])
        both = _joined(first, thorough.odds(texts, self.thorough_vectors[self.place[test]]))
        column = {intent: number for number, intent in enumerate(quick.intents)}
        own = np.array([column.get(label, -1) for label in self.labels[test]])
        serving = (own >= 0)[:, None] & (quick.arrays["serves"][own] > 0)
        every = list(np.unique(self.labels))
        known = [every.index(intent) for intent in quick.intents]

        def spread(side: Array, filler: float) -> Array:
            found = np.full((len(test), len(every)), filler, dtype=side.dtype)
            found[:, known] = side
            return found

        quick_meant, quick_served, both_meant, both_served = (spread(side, -np.inf) for side in (*first, *both))
        return _Answers(
            test, quick_meant, quick_served, both_meant, both_served, spread(serving, False), stranger=own < 0
        )


def _splits(labels: Array, askable: Array, settings: Settings) -> list[tuple[Array, Array]]:
    """Return rows to train on and rows to ask, as many times as confidence needs to be learned."""
    random = np.random.RandomState(settings.seed)
    splits: list[tuple[Array, Array]] = []
    for train, test in folds(labels, count=settings.folds, seed=settings.seed, never_away=NEVER_AWAY):
        test = random.permutation(test[askable[test]])
        if len(set(labels[train])) < 2 or not len(test):
            continue
        if sum(len(asked) for _, asked in splits) >= settings.enough:
            break
        most = settings.enough // 2
        stranger = ~np.isin(labels[test], labels[train])
        strangers = test[stranger][: int(most * MOST_STRANGERS)]
        splits.append((train, np.concatenate([test[~stranger][: most - len(strangers)], strangers])))
    return splits


def _share_among(holds: Array, rows: Array) -> float:
    """Return the share of those for whom it holds that are among the rows."""
    return float(holds[rows].sum() / max(holds.sum(), 1))


def _joined(first: Odds, second: Odds) -> Odds:
    """Return what two looks think together."""
    share = THOROUGH_SHARE
    return Odds(*((1 - share) * one + share * other for one, other in zip(first, second, strict=True)))


def _scaled(odds: Odds, calibration: Array) -> Odds:
    slope, offset = calibration
    return Odds(*(slope * side + offset for side in odds))
