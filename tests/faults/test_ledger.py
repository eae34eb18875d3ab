"""Whatever breaks, every message is answered exactly once and every booking kept exactly once.

Each run leaves three visitors in the middle of a message. The faults that cost a start of a bot are
run three times together with the tests that look closer at them, the others ten times; `make soak`
runs all of them 200 times with real waits.
"""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Iterable

import pytest
from fault_kit import Rig
from ledger_kit import megabytes
from postgres_kit import Pair
from stage_kit import (
    ON_POSTGRES,
    ON_SQLITE,
    SHORT,
    Story,
    play_on_postgres,
    play_on_sqlite,
    play_round,
)

MOST_MEGABYTES = 2000
RUNS = 10
# test_restart.py kills a bot twice more; test_shutdown.py stops one once more, test_postgres.py kills one of two
STARTS_A_BOT = {"bot killed": 1, "bot asked to stop": 2, "one of two bots killed": 2}


def runs_of(fault: str) -> int:
    return STARTS_A_BOT.get(fault, RUNS)


def rounds(faults: Iterable[str], stories: dict[str, Story]) -> Iterable[list[Story]]:
    """In each round the faults that have runs left."""
    for number in range(RUNS):
        yield [stories[fault] for fault in faults if runs_of(fault) > number]


@pytest.fixture(scope="module")
def stories(side_by_side: ThreadPoolExecutor, rig: Rig, pair: Pair) -> dict[str, Story]:
    """All runs, those on SQLite and those on PostgreSQL side by side: most of it is waiting."""
    made = {fault: Story(fault) for fault in (*ON_SQLITE, *ON_POSTGRES)}

    def on_sqlite() -> None:
        for left in rounds(ON_SQLITE, made):
            play_round(left, play_on_sqlite, rig, SHORT)
        rig.clock.set(0)

    def on_postgres() -> None:
        for left in rounds(ON_POSTGRES, made):
            play_round(left, play_on_postgres, pair, SHORT)

    for group in [side_by_side.submit(on_sqlite), side_by_side.submit(on_postgres)]:
        group.result()
    return made


@pytest.mark.parametrize("fault", [*ON_SQLITE, *ON_POSTGRES])
def test_nothing_is_lost_or_doubled(stories: dict[str, Story], fault: str) -> None:
    story = stories[fault]
    assert story.wrong == []
    assert story.runs == runs_of(fault)
    assert not [entry for entry in story.ledger.entries if entry.answered != 1]


def test_no_process_has_grown(stories: dict[str, Story], rig: Rig, pair: Pair) -> None:
    for child in (*rig.supervisor.children, *pair.rig.supervisor.children):
        assert child.process
        assert megabytes(child.process.pid) < MOST_MEGABYTES
