"""Three opinions about an alarm: what each is worth is learned, and nobody is believed alone against all."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.alarms import BELIEVED, AlarmJudge


def opinions(worth: tuple[float, float, float], many: int = 30_000) -> tuple[np.ndarray, ...]:
    """Invented phrases, a fifth of them alarms, of which each opinion knows so much."""
    random = np.random.RandomState(3)
    alarms = random.rand(many) < 0.2
    towards = np.where(alarms, 1.0, -1.0)
    meant = worth[0] * towards * 3 + random.randn(many) * 3
    ruled = random.rand(many) < 0.5 + 0.45 * worth[1] * towards
    told = worth[2] * towards * 3 + random.randn(many) * 3
    return meant, ruled, told, alarms


def test_an_opinion_that_knows_nothing_is_worth_nothing() -> None:
    meant, ruled, told, before = AlarmJudge.fit(*opinions((1.0, 0.0, 1.0))).weights
    assert abs(ruled) < 0.2 and meant > 0.3 and told > 0.3 and before < 0


def test_chances_are_the_share_of_alarms() -> None:
    meant, ruled, told, alarms = opinions((0.7, 0.8, 0.7))
    judge = AlarmJudge.fit(meant, ruled, told, alarms)
    chances = np.array([judge.chance(*said) for said in zip(meant, ruled, told, strict=True)])
    assert chances.mean() == pytest.approx(alarms.mean(), abs=0.01)
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 1.0)):
        among = (chances > low) & (chances <= high)
        assert chances[among].mean() == pytest.approx(alarms[among].mean(), abs=0.06)


@pytest.mark.parametrize("alarms", [np.zeros(5, bool), np.ones(5, bool)])
def test_phrases_of_one_kind_teach_nothing(alarms: np.ndarray) -> None:
    assert AlarmJudge.fit(np.arange(5), alarms, np.arange(5), alarms).weights == BELIEVED


def test_few_phrases_change_little() -> None:
    few = AlarmJudge.fit(np.array([9.0, -9.0]), np.array([False, True]), np.array([1.0, 1.0]), np.array([True, False]))
    assert np.abs(np.subtract(few.weights, BELIEVED)).max() < 1.0


def test_it_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    judge = AlarmJudge((0.1, 2.0, 0.3, -1.0))
    judge.save(tmp_path)
    assert AlarmJudge.load(tmp_path).weights == judge.weights


def test_extreme_odds_stay_chances() -> None:
    assert AlarmJudge().chance(-1e9, False, -1e9) == pytest.approx(0.0)
    assert AlarmJudge().chance(1e9, True, 1e9) == pytest.approx(1.0)
