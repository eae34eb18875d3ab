"""The intent classifier: which prepared answer a message asks for, and how likely that is right.

Three views of a message are joined in one softmax: a regression over its sentence vector and its
character n-grams, the phrase of each intent that is spelled most alike, and the one that means most
alike. "Means" is judged with directions evened out in which the phrases of one intent differ among
themselves. The odds are lowered where no phrase comes close, and become a chance of being right by
cross-validation in which whole intents are held out too, since visitors also ask things no intent was
written for. Pure numpy and scipy.
"""

from __future__ import annotations

import collections
import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.sparse

from assistant.nlu.ngrams import NgramWeights

Array = npt.NDArray[Any]

ARRAYS_FILE, ABOUT_FILE = "classifier.npz", "classifier.json"
OUT_OF_SCOPE = "out_of_scope"
LEAST_CLOSENESS = 0.01


@dataclasses.dataclass(frozen=True)
class ClassifierSettings:
    """What the classifier may be told; the defaults were chosen on training data only."""

    encoder_weight: float = 1.5  # scale of the sentence vector beside the n-grams
    strength: float = 20.0  # how closely the regression follows its phrases (C)
    iterations: int = 40
    # What each view counts in the joint softmax. All were chosen by training on the phrases of some
    # writers and asking those of another.
    regression: float = 0.7
    spelling: float = 2.5
    meaning: float = 5.5
    evened: float = 0.2  # floor under the variance that is evened out, as a share of its mean
    closest: int = 10  # intents, by regression and spelling, whose meaning is looked at
    leading: int = 4  # intents, by all three views, whose closest phrase is looked for
    # Power of the likeness to the closest phrase by which the odds are lowered; a set without
    # out-of-scope phrases has nothing else that tells a stranger.
    doubt: float = 1.0
    doubt_alone: float = 8.0
    folds: int = 4
    # How much the phrases of held-out intents count when confidence is learned; more where they are the
    # only strangers there are.
    stranger_share: float = 0.015
    stranger_share_alone: float = 0.3
    caution: float = 10.0  # phrases' worth of belief that odds mean what they say: for small sets
    seed: int = 7


class Ranked(NamedTuple):
    """One intent and the chance, 0 to 1, that it is right."""

    name: str
    confidence: float


def threshold(wrong_costs: float) -> float:
    """Return the confidence from which answering costs less, on average, than a "not sure".

    Args:
        wrong_costs: the cost of a wrong answer when a "not sure" costs 1.
    """
    return 1.0 - 1.0 / wrong_costs


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
            arrays: vectors, starts, weights, idf, middle, evening, phrases_* and calibration (see
                `_train`, `fit`).
            ngrams: character n-grams in column order.
        """
        self.settings, self.intents, self.arrays = settings, intents, arrays
        self._ngrams = NgramWeights(ngrams, arrays["idf"])
        starts = arrays["starts"]
        self._starts = starts[:-1]
        self._vectors = arrays["vectors"]
        width = self._vectors.shape[1]
        self._dense_weights = arrays["weights"][:width] * settings.encoder_weight
        self._ngram_weights, self._bias = arrays["weights"][width:-1], arrays["weights"][-1]
        self._evened = self._even_out(self._vectors)
        self._doubt = settings.doubt if OUT_OF_SCOPE in intents else settings.doubt_alone
        parts = tuple(arrays[f"phrases_{part}"] for part in ("data", "indices", "indptr"))
        phrases = scipy.sparse.csr_matrix(parts, shape=(starts[-1], len(ngrams)))
        self._phrases_by_ngram = phrases.T.tocsr()

    @classmethod
    def fit(
        cls, texts: Sequence[str], labels: Sequence[str], vectors: Array, *,
        settings: ClassifierSettings = ClassifierSettings(),
    ) -> Classifier:
        """Train on phrases.

        Args:
            texts: n phrases.
            labels: their n intents, at least two different ones.
            vectors: their n sentence vectors of length 1, float32 [n, d].
            settings: see `ClassifierSettings`.

        Raises:
            ValueError: when there are fewer than two intents.
        """
        if len(set(labels)) < 2:
            raise ValueError("The classifier needs phrases of at least two intents.")
        names = np.array(labels)
        slope, offset = _calibrate(texts, names, vectors, settings)
        model = _train(texts, names, vectors, settings, settings.iterations)
        model.arrays["calibration"] = np.array([slope, offset])
        return model

    def odds(self, texts: Sequence[str], vectors: Array) -> Array:
        """Return the log-odds of each intent, [n, intents]; not yet calibrated."""
        settings = self.settings
        ngrams = self._ngrams.transform(texts)
        joint = vectors @ self._dense_weights + ngrams @ self._ngram_weights + self._bias
        joint *= settings.regression
        overlaps = (ngrams @ self._phrases_by_ngram).toarray()
        joint += settings.spelling * np.maximum.reduceat(overlaps, self._starts, axis=1)
        evened = self._even_out(vectors)
        for phrases, column, rows in self._best(joint, settings.closest):
            alike = evened[rows] @ self._evened[phrases].T
            joint[rows, column] += settings.meaning * alike.max(axis=1)
        closeness = np.full(joint.shape, LEAST_CLOSENESS, dtype=np.float32)
        for phrases, column, rows in self._best(joint, settings.leading):
            alike = vectors[rows] @ self._vectors[phrases].T
            closeness[rows, column] = np.maximum(alike.max(axis=1), LEAST_CLOSENESS)
        odds: Array = _logit(_softmax(joint)) + self._doubt * np.log(closeness)
        return odds

    def _best(self, joint: Array, most: int) -> Iterator[tuple[slice, int, Array]]:
        """Yield the phrases and column of each intent that is among the `most` best of some row, and those rows."""
        most = min(most, joint.shape[1])
        columns = np.argpartition(-joint, most - 1, axis=1)[:, :most]
        ends = self.arrays["starts"]
        for column in np.unique(columns):
            rows = np.flatnonzero((columns == column).any(axis=1))
            yield slice(ends[column], ends[column + 1]), int(column), rows

    def _even_out(self, vectors: Array) -> Array:
        """Return vectors of length 1 in which every direction counts alike within an intent."""
        evened: Array = (vectors - self.arrays["middle"]) @ self.arrays["evening"]
        evened /= np.linalg.norm(evened, axis=1, keepdims=True) + 1e-9
        return evened

    def confidences(self, texts: Sequence[str], vectors: Array) -> Array:
        """Return, for each intent, the chance that it is the right one, [n, intents]."""
        slope, offset = self.arrays["calibration"]
        return _sigmoid(slope * self.odds(texts, vectors) + offset)

    def rank(self, texts: Sequence[str], vectors: Array, *, most: int = 10) -> list[list[Ranked]]:
        """Return, for each text, the `most` likely intents, best first."""
        confidences = self.confidences(texts, vectors)
        order = np.argsort(-confidences, axis=1, kind="stable")[:, :most]
        return [
            [Ranked(self.intents[column], float(row[column])) for column in columns]
            for row, columns in zip(confidences, order, strict=True)
        ]

    def save(self, directory: Path) -> None:
        """Write the classifier into `directory`: numbers as npz, the rest as JSON; no pickle."""
        np.savez_compressed(directory / ARRAYS_FILE, **self.arrays)
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
        return cls(
            settings=ClassifierSettings(**about["settings"]),
            intents=about["intents"], arrays=arrays, ngrams=about["ngrams"],
        )


def _train(
    texts: Sequence[str], labels: Array, vectors: Array, settings: ClassifierSettings,
    iterations: int,
) -> Classifier:
    """Train without calibration (slope 1, offset 0)."""
    order = np.argsort(labels, kind="stable")
    intents, counts = np.unique(labels, return_counts=True)
    targets = np.repeat(np.arange(len(intents)), counts)
    vectors = np.ascontiguousarray(vectors[order], dtype=np.float32)
    ordered = [texts[row] for row in order]
    ngrams = NgramWeights.fit(ordered)
    middle, evening = _evening(vectors, targets, settings.evened)
    phrases = ngrams.transform(ordered)
    weights = _softmax_regression(vectors * settings.encoder_weight, phrases, targets, settings,
                                  iterations)
    arrays = {
        "vectors": vectors,
        "starts": np.concatenate([[0], np.cumsum(counts)]),
        "weights": weights,
        "idf": ngrams.idf,
        "middle": middle,
        "evening": evening,
        "phrases_data": phrases.data,
        "phrases_indices": phrases.indices,
        "phrases_indptr": phrases.indptr,
        "calibration": np.array([1.0, 0.0]),
    }
    return Classifier(settings=settings, intents=[str(intent) for intent in intents],
                      arrays=arrays, ngrams=ngrams.ngrams)


def _evening(vectors: Array, targets: Array, floor: float) -> tuple[Array, Array]:
    """Return the mean vector, and the matrix that evens out how phrases of one intent differ."""
    sums = np.zeros((int(targets.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, targets, vectors)
    own = vectors - (sums / np.bincount(targets)[:, None])[targets]
    variances, directions = np.linalg.eigh(own.T @ own / len(own))
    scale = np.maximum(variances + floor * variances.mean(), 1e-6) ** -0.5
    return vectors.mean(axis=0), (directions * scale).astype(np.float32)


def _softmax_regression(
    dense: Array, sparse: scipy.sparse.csr_matrix, targets: Array, settings: ClassifierSettings,
    iterations: int,
) -> Array:
    """Fit a multinomial logistic regression.

    Returns:
        One column per class; rows: dense features, sparse features, intercept. float32.
    """
    count, classes = len(targets), int(targets.max()) + 1
    width = dense.shape[1]
    transposed = sparse.T.tocsr()
    rows = np.arange(count)

    def loss_and_gradient(weights: Array) -> tuple[float, Array]:
        shares = _softmax(dense @ weights[:width] + sparse @ weights[width:-1] + weights[-1])
        loss = -np.log(shares[rows, targets] + 1e-12).sum() * settings.strength
        loss += 0.5 * np.vdot(weights[:-1], weights[:-1])
        shares[rows, targets] -= 1.0
        shares *= settings.strength / count
        gradient = np.empty_like(weights)
        gradient[:width] = dense.T @ shares
        gradient[width:-1] = transposed @ shares
        gradient[:-1] += weights[:-1] / count
        gradient[-1] = shares.sum(axis=0)
        return float(loss) / count, gradient

    start = np.zeros((width + sparse.shape[1] + 1, classes), dtype=np.float32)
    return _lbfgs(loss_and_gradient, start, iterations)


def _lbfgs(
    loss_and_gradient: Callable[[Array], tuple[float, Array]], place: Array, iterations: int,
    *, memory: int = 8, tolerance: float = 1e-5,
) -> Array:
    """Minimise a smooth convex function by L-BFGS in the precision of `place`.

    scipy's works in double precision and takes several times as long on millions of weights.
    """
    loss, gradient = loss_and_gradient(place)
    history: collections.deque[tuple[Array, Array, float]] = collections.deque(maxlen=memory)
    for _ in range(iterations):
        direction = -gradient
        shares = []
        for step, change, scale in reversed(history):
            shares.append(scale * np.vdot(step, direction))
            direction -= shares[-1] * change
        if history:
            step, change, scale = history[-1]
            direction *= 1.0 / (scale * np.vdot(change, change))
        else:
            direction /= np.linalg.norm(gradient) + 1e-12
        for (step, change, scale), share in zip(history, reversed(shares), strict=True):
            direction += (share - scale * np.vdot(change, direction)) * step
        slope = float(np.vdot(gradient, direction))
        length = 1.0
        while True:
            following = place + np.float32(length) * direction
            new_loss, new_gradient = loss_and_gradient(following)
            if new_loss <= loss + 1e-4 * length * slope or length < 1e-3:
                break
            length /= 2
        step, change = following - place, new_gradient - gradient
        curvature = float(np.vdot(step, change))
        if curvature > 1e-12:
            history.append((step, change, 1.0 / curvature))
        settled = abs(loss - new_loss) <= tolerance * max(abs(loss), 1e-3)
        place, loss, gradient = following, new_loss, new_gradient
        if settled:
            break
    return place


def _calibrate(
    texts: Sequence[str], labels: Array, vectors: Array, settings: ClassifierSettings
) -> tuple[float, float]:
    """Learn how odds become a chance of being right; returns (slope, offset) of the log-odds."""
    odds, right, stranger = [], [], []
    for train, test in _folds(labels, settings):
        if len(set(labels[train])) < 2 or not len(test):
            continue
        model = _train([texts[row] for row in train], labels[train], vectors[train], settings,
                       settings.iterations)
        found = model.odds([texts[row] for row in test], vectors[test])
        odds.append(found.max(axis=1))
        right.append(np.array(model.intents)[found.argmax(axis=1)] == labels[test])
        stranger.append(~np.isin(labels[test], model.intents))
    if not odds:
        return 1.0, 0.0
    known = OUT_OF_SCOPE in labels
    share = settings.stranger_share if known else settings.stranger_share_alone
    return _platt(np.concatenate(odds), np.concatenate(right), np.concatenate(stranger), share,
                  settings.caution)


def _folds(labels: Array, settings: ClassifierSettings) -> Iterator[tuple[Array, Array]]:
    """Yield rows to train on and rows to test: a part of each intent, and all of some intents."""
    random = np.random.RandomState(settings.seed)
    intents = random.permutation(np.unique(labels))
    part = np.empty(len(labels), dtype=int)
    for number, intent in enumerate(intents):
        rows = random.permutation(np.flatnonzero(labels == intent))
        part[rows] = (np.arange(len(rows)) + number) % settings.folds
    for fold in range(settings.folds):
        away = [name for name in intents[fold :: settings.folds] if name != OUT_OF_SCOPE]
        test = (part == fold) | np.isin(labels, away)
        yield np.flatnonzero(~test), np.flatnonzero(test)


def _platt(
    odds: Array, right: Array, stranger: Array, share: float, caution: float
) -> tuple[float, float]:
    """Fit two parameters so that sigmoid(slope * odds + offset) is the share of right."""
    weight = np.where(stranger, share / max(stranger.sum(), 1), (1 - share) / (~stranger).sum())
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


def _softmax(logits: Array) -> Array:
    shares: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _logit(share: Array) -> Array:
    share = np.clip(share.astype(np.float64), 1e-6, 1 - 1e-6)
    odds: Array = np.log(share / (1 - share))
    return odds


def _sigmoid(odds: Array) -> Array:
    share: Array = 1.0 / (1.0 + np.exp(-odds))
    return share
