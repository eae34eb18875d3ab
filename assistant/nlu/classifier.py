"""One look at a message: how likely each intent is meant.

A sentence vector is cut to the directions in which phrases differ most. Three views of a message are
joined in one softmax: a regression over its vector and its character n-grams, the phrase of each intent
that is spelled most alike, and the one that means most alike. "Means" is judged with directions evened out
in which the phrases of one intent differ among themselves. The odds are lowered where no phrase comes close,
and become a chance of being right in `two_looks.py`. Some topics' answers serve each other's questions (`kin`): what
one of them loses to the other is no doubt about the answer. Pure numpy and scipy.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse

from assistant.nlu.calibration import logit
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.ngrams import MANY, NgramCounts, NgramWeights
from assistant.nlu.regression import softmax, softmax_regression

Array = npt.NDArray[Any]

ARRAYS_FILE, ABOUT_FILE = "classifier.npz", "classifier.json"
LEAST_CLOSENESS = 0.01
VECTORS = "vectors"
FIRST = 128  # directions in which an intent's nearest phrases are looked for
NEAREST = 100  # phrases that are then compared in all
MANY_OF_ONE = 1000  # phrases of an intent from which that is faster than comparing all
FEW = 8  # messages, or parts of one, that are faster multiplied one by one than together
SPARSE = ("data", "indices", "indptr")  # parts of a sparse matrix


@dataclasses.dataclass(frozen=True)
class ClassifierSettings:
    """What the classifier may be told; but for `iterations` (see tests/nlu/README.md) chosen on training data only."""

    directions: int = 384  # what is kept of a longer vector where phrases are many, for memory and time
    encoder_weight: float = 1.5  # scale of the sentence vector beside the n-grams
    strength: float = 20.0  # how closely the regression follows its phrases (C)
    iterations: int = 14
    # What each view counts in the joint softmax. All were chosen by training on the phrases of some
    # writers and asking those of another.
    regression: float = 0.7
    spelling: float = 2.5
    meaning: float = 5.5
    evened: float = 0.2  # floor under the variance that is evened out, as a share of its mean
    closest: int = 5  # intents, by regression and spelling, whose meaning is looked at
    leading: int = 3  # intents, by all three views, whose closest phrase is looked for
    # Power of the likeness to the closest phrase by which the odds are lowered; a set without
    # out-of-scope phrases has nothing else that tells a stranger.
    doubt: float = 1.0
    doubt_alone: float = 3.0


class Odds(NamedTuple):
    """Log-odds of each intent for n messages, both [n, intents].

    Attributes:
        meant: that the message means just this intent.
        served: that this intent's answer serves it.
    """

    meant: Array
    served: Array


class Classifier:
    """A trained classifier; make one with `fit` or `load`."""

    def __init__(
        self, *, settings: ClassifierSettings, intents: list[str], arrays: dict[str, Array],
        ngrams: list[str],
    ) -> None:
        """Take the parts that `save` writes.

        Args:
            settings: how it was trained.
            intents: intent names, sorted; their order is the order of all columns.
            arrays: cut, vectors, starts, weights, idf, middle, evening, spelling_* and serves (see `fit`).
            ngrams: character n-grams in column order.
        """
        self.settings, self.intents, self.arrays = settings, intents, arrays
        self._ngrams = NgramWeights(ngrams, arrays["idf"])
        starts = arrays["starts"]
        self._starts = starts[:-1]
        self._vectors = arrays[VECTORS]
        width = self._vectors.shape[1]
        self._dense_weights = arrays["weights"][:width] * settings.encoder_weight
        self._ngram_weights, self._bias = arrays["weights"][width:-1], arrays["weights"][-1]
        self._evened = self._even_out(self._vectors)
        self._first = {
            int(column): np.ascontiguousarray(self._evened[starts[column] : starts[column + 1], :FIRST])
            for column in np.flatnonzero(np.diff(starts) > MANY_OF_ONE)
        }
        self._doubt = settings.doubt if OUT_OF_SCOPE in intents else settings.doubt_alone
        parts = tuple(arrays[f"spelling_{part}"] for part in SPARSE)
        self._phrases_by_ngram = scipy.sparse.csr_matrix(parts, shape=(len(ngrams), starts[-1]))

    @classmethod
    def fit(
        cls, texts: Sequence[str] | NgramCounts, labels: Sequence[str] | Array, vectors: Array, *,
        kin: Sequence[Sequence[str]] = (), settings: ClassifierSettings = ClassifierSettings(),
    ) -> Classifier:
        """Train on phrases.

        Args:
            texts: n phrases, or their n-grams where these have been counted.
            labels: their n intents, at least two different ones.
            vectors: their n sentence vectors of length 1, float32 [n, d].
            kin: groups of intents whose answers serve each other's questions; unknown names are ignored.
            settings: see `ClassifierSettings`.

        Raises:
            ValueError: when there are fewer than two intents.
        """
        labels = np.asarray(labels)
        order = np.argsort(labels, kind="stable")
        intents, counts = np.unique(labels, return_counts=True)
        if len(intents) < 2:
            raise ValueError("The classifier needs phrases of at least two intents.")
        targets = np.repeat(np.arange(len(intents)), counts)
        cut = _directions(vectors, settings.directions)
        # rounded to half precision, in which they are saved: what is loaded is what was fitted
        vectors = _cut(vectors[order], cut).astype(np.float16).astype(np.float32)
        counted = texts if isinstance(texts, NgramCounts) else NgramCounts.of(texts)
        ngrams, phrases = counted[order].weights()
        middle, evening = _evening(vectors, targets, settings.evened)
        weights = softmax_regression(
            vectors * settings.encoder_weight, phrases, targets,
            strength=settings.strength, iterations=settings.iterations,
        )
        by_ngram = phrases.T.tocsr()
        arrays = {
            "cut": cut,
            VECTORS: vectors,
            "starts": np.concatenate([[0], np.cumsum(counts)]),
            "weights": weights,
            "idf": ngrams.idf,
            "middle": middle,
            "evening": evening,
            **{f"spelling_{part}": getattr(by_ngram, part) for part in SPARSE},
            "serves": _serves(list(intents), kin),
        }
        return cls(
            settings=settings, intents=[str(intent) for intent in intents], arrays=arrays, ngrams=ngrams.ngrams
        )

    def odds(self, texts: Sequence[str], vectors: Array) -> Odds:
        """Return what is likely, not yet calibrated."""
        settings = self.settings
        vectors = _cut(vectors, self.arrays["cut"])
        ngrams = self._ngrams.transform(texts)
        joint = vectors @ self._dense_weights + ngrams @ self._ngram_weights + self._bias
        joint *= settings.regression
        overlaps = (ngrams @ self._phrases_by_ngram).toarray()
        joint += settings.spelling * np.maximum.reduceat(overlaps, self._starts, axis=1)
        evened = self._even_out(vectors)
        known: dict[int, tuple[set[int], slice | Array]] = {}

        def near(column: int, rows: Array) -> slice | Array:
            if column not in known or not known[column][0].issuperset(rows):
                known[column] = set(rows), self._near(evened[rows], column)
            return known[column][1]

        for column, rows in _best(joint, settings.closest):
            alike = _products(evened[rows], self._evened[near(column, rows)])
            joint[rows, column] += settings.meaning * alike.max(axis=1)
        closeness = np.full(joint.shape, LEAST_CLOSENESS, dtype=np.float32)
        for column, rows in _best(joint, settings.leading):
            alike = _products(vectors[rows], self._vectors[near(column, rows)])
            closeness[rows, column] = np.maximum(alike.max(axis=1), LEAST_CLOSENESS)
        shares = softmax(joint)
        doubt = self._doubt * np.log(closeness)
        return Odds(logit(shares) + doubt, logit(shares @ self.arrays["serves"]) + doubt)

    def _near(self, evened: Array, column: int) -> slice | Array:
        """Return those phrases of an intent that may be the closest to one of the messages.

        Of many phrases only those that lie nearest in the first directions: the closest one is almost always among
        them, and the others need not be read whole.
        """
        start, end = self.arrays["starts"][column : column + 2]
        if column not in self._first:
            return slice(start, end)
        rough = _products(evened[:, :FIRST], self._first[column])
        nearest: Array = start + np.unique(np.argpartition(rough, -NEAREST, axis=1)[:, -NEAREST:])
        return nearest

    def _even_out(self, vectors: Array) -> Array:
        """Return vectors of length 1 in which every direction counts alike within an intent."""
        evened: Array = (vectors - self.arrays["middle"]) @ self.arrays["evening"]
        evened /= np.linalg.norm(evened, axis=1, keepdims=True) + 1e-9
        return evened

    def save(self, directory: Path) -> None:
        """Write the classifier into `directory`: numbers as npz, the rest as JSON; no pickle."""
        # not compressed: Rasa packs the archive
        np.savez(directory / ARRAYS_FILE, **{**self.arrays, VECTORS: self._vectors.astype(np.float16)})
        about = {
            "settings": dataclasses.asdict(self.settings),
            "intents": self.intents,
            "ngrams": self._ngrams.ngrams,
        }
        (directory / ABOUT_FILE).write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Classifier:
        """Read what `save` wrote."""
        about = json.loads((directory / ABOUT_FILE).read_text(encoding="utf-8"))
        with np.load(directory / ARRAYS_FILE, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        arrays[VECTORS] = arrays[VECTORS].astype(np.float32)
        return cls(
            settings=ClassifierSettings(**about["settings"]),
            intents=about["intents"], arrays=arrays, ngrams=about["ngrams"],
        )


def _products(messages: Array, phrases: Array) -> Array:
    """Return what each message has in common with each phrase, [m, n].

    BLAS copies both sides before it multiplies matrices; for a few messages that takes longer than the products.
    """
    if len(messages) > FEW:
        return messages @ phrases.T
    return np.array([phrases @ message for message in messages])


def _best(joint: Array, most: int) -> Iterator[tuple[int, Array]]:
    """Yield the column of each intent that is among the `most` best of some row, and those rows."""
    most = min(most, joint.shape[1])
    columns = np.argpartition(-joint, most - 1, axis=1)[:, :most]
    for column in np.unique(columns):
        yield int(column), np.flatnonzero((columns == column).any(axis=1))


def _directions(vectors: Array, most: int) -> Array:
    """Return the directions that carry most of the vectors, float32 [d, `most` at most]; all where phrases are few."""
    count, width = vectors.shape
    if width <= most or count < MANY:  # what a stranger says may lie in the others
        return np.eye(width, dtype=np.float32)
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(directions[:, -most:], dtype=np.float32)


def _cut(vectors: Array, directions: Array) -> Array:
    """Return vectors of length 1 in those directions; where all are kept, the same ones."""
    width, kept = directions.shape
    if kept == width:
        return vectors
    cut: Array = vectors @ directions
    cut /= np.linalg.norm(cut, axis=1, keepdims=True) + 1e-9
    return cut


def _evening(vectors: Array, targets: Array, floor: float) -> tuple[Array, Array]:
    """Return the mean vector, and the matrix that evens out how phrases of one intent differ; `targets` are sorted.

    The directions in which phrases then differ most come first: see `Classifier._near`.
    """
    sums = np.add.reduceat(vectors, np.searchsorted(targets, np.arange(int(targets[-1]) + 1)))
    own = vectors - (sums / np.bincount(targets)[:, None])[targets]
    variances, directions = np.linalg.eigh(own.T @ own / len(own))
    scale = np.maximum(variances + floor * variances.mean(), 1e-6) ** -0.5
    evening = directions * scale
    middle = vectors.mean(axis=0)
    about = vectors - middle
    _, turned = np.linalg.eigh(evening.T @ (about.T @ about) @ evening)
    return middle, np.ascontiguousarray(evening @ turned[:, ::-1], dtype=np.float32)


def _serves(intents: list[str], kin: Sequence[Sequence[str]]) -> Array:
    """Return a matrix, float32 [intents, intents]: 1 where the column's answer serves the row's question."""
    serves = np.eye(len(intents), dtype=np.float32)
    for group in kin:
        known = [intents.index(name) for name in group if name in intents]
        serves[np.ix_(known, known)] = 1.0
    return serves
