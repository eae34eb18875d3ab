"""Multinomial logistic regression over dense and sparse features together, in single precision.

Features differ a thousandfold in how sharply the loss bends along them. L-BFGS told so beforehand takes a third of the
steps to the same loss.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg.blas
import scipy.sparse

Array = npt.NDArray[Any]
Change = Callable[[Array], Array]

# What p (1 - p) of a class is taken to be when it is guessed how the loss bends: on average of all phrases, which every
# dense feature is made of, and of the few with a sparse one, which is left with those that are hard to tell; and how
# much of the first step is tried first. None of them moves the best place; they decide how close a few steps come.
UNCERTAIN, UNCERTAIN_OF_FEW, FIRST_STEP = 0.001, 0.02, 1 / 32


def softmax_regression(
    dense: Array, sparse: scipy.sparse.csr_matrix, targets: Array, *, strength: float, iterations: int
) -> Array:
    """Fit the weights.

    Args:
        dense: features of n phrases, float32 [n, d].
        sparse: more features of the same phrases, float32 [n, s].
        targets: the class of each phrase, 0 to classes - 1.
        strength: how closely the phrases are followed (C).
        iterations: at most so many steps.

    Returns:
        One column per class; rows: dense features, sparse features, intercept. float32.
    """
    count, classes, width = len(targets), int(targets.max()) + 1, dense.shape[1]
    merged, column, shares_of = _merged(sparse)
    turned = merged.T.tocsc()
    squares = np.empty(merged.shape[1], dtype=np.float32)
    squares[column] = sparse.multiply(sparse).sum(axis=0)  # of each by itself: a better guess than their sum
    rows = np.arange(count)
    room = np.empty((classes, count), dtype=np.float32)  # for the logits of every step

    def loss_and_gradient(weights: Array) -> tuple[float, Array]:
        logits = np.matmul(weights[:, :width], dense.T, out=room)
        for one, told in zip(weights, logits, strict=True):  # scipy takes a third less time so
            told += merged @ one[width:-1]
            told += one[-1]
        shares = _to_shares(logits, axis=0)
        loss = -np.log(shares[targets, rows] + 1e-12).sum() * strength
        loss += 0.5 * np.vdot(weights[:, :-1], weights[:, :-1])
        shares[targets, rows] -= 1.0
        shares *= strength / count
        gradient = weights / count
        gradient[:, -1] = shares.sum(axis=1)
        gradient[:, :width] += shares @ dense
        for one, missing in zip(gradient, shares, strict=True):
            one[width:-1] += turned @ missing
        return float(loss) / count, gradient

    start = np.zeros((classes, width + merged.shape[1] + 1), dtype=np.float32)
    found = _lbfgs(loss_and_gradient, start, iterations, unbend=_unbending(dense, squares, strength)).T
    return np.concatenate([found[:width], found[width:-1][column] * shares_of[:, None], found[-1:]])


def _merged(sparse: scipy.sparse.csr_matrix) -> tuple[Any, Array, Array]:
    """Make one column of those that are the same: k times the same column is one that is longer by the root of k.

    A rare word's n-grams all stand in the same phrases: two columns of five go.

    Returns:
        The columns that are left, each so much longer, CSR; for each of the old ones, which that is; and what of its
        weight is the old one's.
    """
    columns = sparse.tocsc()
    random = np.random.RandomState(0)
    # so long that columns that differ are not taken for the same
    marks = random.randint(1, 2**62, size=sparse.shape[0], dtype=np.int64)
    marked = marks[columns.indices] * columns.data.astype(np.float32).view(np.int32)
    sums = np.concatenate([[0], np.cumsum(marked)])
    _, first, column, alike = np.unique(
        np.diff(sums[columns.indptr]), return_index=True, return_inverse=True, return_counts=True
    )
    longer = np.sqrt(alike).astype(np.float32)
    merged = columns[:, first].multiply(longer[None]).tocsr().astype(np.float32)
    return merged, column, 1.0 / longer[column]


def _unbending(dense: Array, of_sparse: Array, strength: float) -> Change:
    """Return what multiplies with a guess at the inverse of the loss's second derivative.

    Exact in the dense features among themselves, but for `UNCERTAIN`; of the sparse ones each is taken by itself.

    Args:
        dense: features of n phrases, [n, d].
        of_sparse: the sum of squares of each sparse one, [s].
        strength: see `softmax_regression`.
    """
    count, width = dense.shape
    squares, directions = np.linalg.eigh(dense.T @ dense)

    def inverse(squares: Array, uncertain: float) -> Array:
        return (count / (strength * uncertain * np.maximum(squares, 0.0) + 1.0)).astype(np.float32)

    of_dense, of_sparse = inverse(squares, UNCERTAIN), inverse(of_sparse, UNCERTAIN_OF_FEW)
    of_intercept = 1.0 / (strength * UNCERTAIN)

    def unbend(gradient: Array) -> Array:
        step = np.empty_like(gradient)
        np.matmul(of_dense * (gradient[:, :width] @ directions), directions.T, out=step[:, :width])
        np.multiply(of_sparse, gradient[:, width:-1], out=step[:, width:-1])
        step[:, -1] = of_intercept * gradient[:, -1]
        return step

    return unbend


def _lbfgs(
    loss_and_gradient: Callable[[Array], tuple[float, Array]], place: Array, iterations: int,
    *, unbend: Change, memory: int = 8, tolerance: float = 1e-5,
) -> Array:
    """Minimise a smooth convex function by L-BFGS in the precision of `place`.

    scipy's works in double precision and takes several times as long on millions of weights; and making room for
    a copy of them costs more than the arithmetic, so steps are added in place.

    Args:
        loss_and_gradient: of the function, at a place.
        place: where to start.
        iterations: at most so many steps.
        unbend: multiplies with a guess at the inverse of its second derivative, positive definite.
        memory: how many steps are remembered.
        tolerance: share of the loss by which the last step must have changed it.
    """
    loss, gradient = loss_and_gradient(place)
    history: collections.deque[tuple[Array, Array, float]] = collections.deque(maxlen=memory)
    for _ in range(iterations):
        direction, length = -gradient, FIRST_STEP
        shares = []
        for step, change, scale in reversed(history):
            shares.append(scale * np.vdot(step, direction))
            _add(-shares[-1], change, direction)
        direction = unbend(direction)
        if history:
            length = 1.0
            step, change, scale = history[-1]
            direction *= 1.0 / (scale * np.vdot(change, unbend(change)))
        for (step, change, scale), share in zip(history, reversed(shares), strict=True):
            _add(share - scale * np.vdot(change, direction), step, direction)
        slope = float(np.vdot(gradient, direction))
        while True:
            following = place.copy()
            _add(length, direction, following)
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


def softmax(logits: Array) -> Array:
    """Return the shares of each row, which sum to 1."""
    return _to_shares(logits.copy(), axis=1)


def _to_shares(logits: Array, axis: int) -> Array:
    """Turn logits into shares, which sum to 1 along the axis, in place, and return them."""
    logits -= logits.max(axis=axis, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=axis, keepdims=True)
    return logits


def _add(times: float, what: Array, to: Array) -> None:
    """Add an array so many times to another one, in place; both float32 and contiguous."""
    scipy.linalg.blas.saxpy(what.reshape(-1), to.reshape(-1), a=times)
