"""The regression finds the one best place, and in few steps although features bend the loss very differently."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from assistant.nlu.classifier import ClassifierSettings
from assistant.nlu.regression import softmax, softmax_regression

STRENGTH = 20.0


@pytest.fixture(scope="module")
def phrases() -> tuple[Any, Any, Any]:
    """400 phrases of five classes: 12 dense features with a common middle, and 300 rare sparse ones."""
    random = np.random.RandomState(3)
    targets = np.sort(random.randint(0, 5, 400))
    dense = 3.0 + random.randn(5, 12)[targets] * np.logspace(0, -2, 12) + 0.3 * random.randn(400, 12)
    rare = scipy.sparse.random(400, 300, density=0.02, random_state=random, format="csr", dtype=np.float32)
    return dense.astype(np.float32), rare, targets


def loss(phrases: tuple[Any, Any, Any], weights: Any) -> float:
    dense, rare, targets = phrases
    shares = softmax(dense @ weights[:12] + rare @ weights[12:-1] + weights[-1])
    told = -np.log(shares[np.arange(len(targets)), targets]).sum()
    return float(STRENGTH * told + 0.5 * (weights[:-1] ** 2).sum())


def test_it_finds_what_another_implementation_finds(phrases: tuple[Any, Any, Any]) -> None:
    dense, rare, targets = phrases
    found = softmax_regression(dense, rare, targets, strength=STRENGTH, iterations=500)
    table = np.hstack([dense, rare.toarray()]).astype(np.float64)
    peer = LogisticRegression(C=STRENGTH, max_iter=5000, tol=1e-8).fit(table, targets)
    best = loss(phrases, np.vstack([peer.coef_.T, peer.intercept_]))
    assert loss(phrases, found) == pytest.approx(best, rel=0.01)
    agree = (table @ found[:-1] + found[-1]).argmax(axis=1) == peer.predict(table)
    assert agree.mean() > 0.99


def test_a_classifiers_few_steps_come_close(phrases: tuple[Any, Any, Any]) -> None:
    dense, rare, targets = phrases
    few, many = (
        loss(phrases, softmax_regression(dense, rare, targets, strength=STRENGTH, iterations=steps))
        for steps in (ClassifierSettings().iterations, 500)
    )
    nothing = loss(phrases, np.zeros((12 + 300 + 1, 5), dtype=np.float32))
    assert few - many < 0.01 * (nothing - many)


def test_columns_that_are_the_same_share_what_one_of_them_would_weigh(phrases: tuple[Any, Any, Any]) -> None:
    dense, rare, targets = phrases
    alone = 2.0 * rare[:, 200:250]  # in the same phrases, but not the same
    thrice = scipy.sparse.hstack([rare, rare[:, :100], rare[:, 50:100], alone], format="csr")
    found = softmax_regression(dense, thrice, targets, strength=STRENGTH, iterations=500)
    peer = LogisticRegression(C=STRENGTH, max_iter=5000, tol=1e-8).fit(
        np.hstack([dense, thrice.toarray()]).astype(np.float64), targets
    )
    shares = softmax(dense @ found[:12] + thrice @ found[12:-1] + found[-1])
    assert shares == pytest.approx(peer.predict_proba(np.hstack([dense, thrice.toarray()])), abs=0.05)
    of_rare = found[12:-1]
    assert (of_rare[:100] == of_rare[300:400]).all() and (of_rare[50:100] == of_rare[400:450]).all()
    assert of_rare[450:] == pytest.approx(2.0 * of_rare[200:250], abs=0.1 * np.abs(of_rare).max())


def test_without_sparse_features_the_dense_ones_decide(phrases: tuple[Any, Any, Any]) -> None:
    dense, _, targets = phrases
    nothing = scipy.sparse.csr_matrix((len(targets), 0), dtype=np.float32)
    found = softmax_regression(dense, nothing, targets, strength=STRENGTH, iterations=500)
    assert found.shape == (13, 5) and ((dense @ found[:12] + found[12]).argmax(axis=1) == targets).mean() > 0.9
