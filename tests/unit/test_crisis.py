"""Crisis or another alarm, told by the closest phrases."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.nlu.crisis import CrisisTeller


def towards(*directions: int) -> np.ndarray:
    """Vectors of length 1 along these axes."""
    return np.eye(4, dtype=np.float32)[list(directions)]


def test_the_closer_kind_tells() -> None:
    teller = CrisisTeller.fit(towards(0, 0, 1, 1), [True, True, False, False])
    assert teller.tells(towards(0)[0])
    assert not teller.tells(towards(1)[0])
    assert not teller.tells(towards(2)[0]), "as far from both: no crisis"


def test_one_odd_phrase_does_not_decide() -> None:
    teller = CrisisTeller.fit(towards(0, 2, 2, 0, 0, 0), [True, True, True, False, False, False])
    assert not teller.tells(towards(0)[0])


def test_without_phrases_of_a_crisis_nothing_is_one() -> None:
    assert not CrisisTeller.fit(towards(0, 1), [False, False]).tells(towards(0)[0])
    assert not CrisisTeller.fit(towards(), []).tells(towards(0)[0])


def test_it_is_the_same_after_saving(tmp_path: Path) -> None:
    CrisisTeller.fit(towards(0, 1), [True, False]).save(tmp_path)
    teller = CrisisTeller.load(tmp_path)
    assert teller.tells(towards(0)[0]) and not teller.tells(towards(1)[0])
