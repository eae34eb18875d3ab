"""Whatever breaks, every message is answered exactly once and every booking kept exactly once.

Each run leaves three visitors in the middle of a message. The faults that cost a start of a bot are
run three times together with the tests that look closer at them, the others ten times; `make soak`
runs all of them 200 times with real waits.
"""
from __future__ import annotations

from typing import Iterator

import pytest
from fault_kit import Rig
from ledger_kit import megabytes
from postgres_kit import Pair
from stage_kit import ON_POSTGRES, ON_SQLITE, SHORT, Story, play_on_postgres, play_on_sqlite

MOST_MEGABYTES = 2000
RUNS = 10
# test_restart.py kills a bot twice more; test_shutdown.py stops one once more, test_postgres.py kills one of two
STARTS_A_BOT = {"bot killed": 1, "bot asked to stop": 2, "one of two bots killed": 2}


@pytest.fixture
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    made = Story(request.node.callspec.params["fault"])
    yield made
    assert made.runs == STARTS_A_BOT.get(made.fault, RUNS)
    assert made.wrong == []
    assert not [entry for entry in made.ledger.entries if entry.answered != 1]


@pytest.mark.parametrize("fault", ON_SQLITE)
def test_nothing_is_lost_or_doubled(rig: Rig, story: Story, fault: str) -> None:
    for _ in range(STARTS_A_BOT.get(fault, RUNS)):
        play_on_sqlite(fault, story, rig, SHORT)
    rig.clock.set(0)
    for child in rig.supervisor.children:
        assert child.process
        assert megabytes(child.process.pid) < MOST_MEGABYTES


@pytest.mark.parametrize("fault", ON_POSTGRES)
def test_nothing_is_lost_or_doubled_by_two_bots(pair: Pair, story: Story, fault: str) -> None:
    for _ in range(STARTS_A_BOT.get(fault, RUNS)):
        play_on_postgres(fault, story, pair, SHORT)
