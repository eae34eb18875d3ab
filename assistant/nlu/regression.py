"""Multinomial logistic regression over dense and sparse features together, in single precision."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg.blas
import scipy.sparse

Array = npt.NDArray[Any]


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
    count, classes = len(targets), int(targets.max()) + 1
    width = dense.shape[1]
    rows = np.arange(count)
    room = np.empty((count, classes), dtype=np.float32)  # for the logits of every step

    def loss_and_gradient(weights: Array) -> tuple[float, Array]:
        logits = np.matmul(dense, weights[:width], out=room)
        logits += sparse @ weights[width:-1]
        logits += weights[-1]
        shares = _to_shares(logits)
        loss = -np.log(shares[rows, targets] + 1e-12).sum() * strength
        loss += 0.5 * np.vdot(weights[:-1], weights[:-1])
        shares[rows, targets] -= 1.0
        shares *= strength / count
        gradient = np.empty_like(weights)
        np.matmul(dense.T, shares, out=gradient[:width])
        gradient[width:-1] = sparse.T @ shares
        shares.sum(axis=0, out=gradient[-1])
        _add(1.0 / count, weights[:-1], gradient[:-1])
        return float(loss) / count, gradient

    start = np.zeros((width + sparse.shape[1] + 1, classes), dtype=np.float32)
    return _lbfgs(loss_and_gradient, start, iterations)


def _lbfgs(
    loss_and_gradient: Callable[[Array], tuple[float, Array]], place: Array, iterations: int,
    *, memory: int = 8, tolerance: float = 1e-5,
) -> Array:
    """Minimise a smooth convex function by L-BFGS in the precision of `place`.

    scipy's works in double precision and takes several times as long on millions of weights; and making room for
    a copy of them costs more than the arithmetic, so steps are added in place.
    """
    loss, gradient = loss_and_gradient(place)
    history: collections.deque[tuple[Array, Array, float]] = collections.deque(maxlen=memory)
    for _ in range(iterations):
        direction = -gradient
        shares = []
        for step, change, scale in reversed(history):
            shares.append(scale * np.vdot(step, direction))
            _add(-shares[-1], change, direction)
        if history:
            step, change, scale = history[-1]
            direction *= 1.0 / (scale * np.vdot(change, change))
        else:
            direction /= np.linalg.norm(gradient) + 1e-12
        for (step, change, scale), share in zip(history, reversed(shares), strict=True):
            _add(share - scale * np.vdot(change, direction), step, direction)
        slope = float(np.vdot(gradient, direction))
        length = 1.0
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
    return _to_shares(logits.copy())


def _to_shares(logits: Array) -> Array:
    """Turn logits into shares, in place, and return them."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def _add(times: float, what: Array, to: Array) -> None:
    """Add an array so many times to another one, in place; both float32 and contiguous."""
    scipy.linalg.blas.saxpy(what.reshape(-1), to.reshape(-1), a=times)
