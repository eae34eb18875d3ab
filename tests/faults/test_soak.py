"""Every fault again and again with real waits, and a ledger of every message: sent, answered, how often.

`make soak` runs each 200 times and writes docs/reports/soak.md; `SOAK_RUNS=20 make soak` runs each 20
times, `SOAK_MINUTES=60 make soak` begins no new round after an hour.
Five groups of faults go on side by side, each with bots and a database of its own.
"""
from __future__ import annotations

import datetime as dt
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Callable, Iterator, Union

import pytest
from fault_kit import Rig
from ledger_kit import megabytes
from postgres_kit import Pair
from stage_kit import (
    ON_POSTGRES,
    ON_SQLITE,
    REAL,
    Story,
    play_on_postgres,
    play_on_sqlite,
    play_round,
)

from assistant.settings import ROOT, Settings

RUNS = 200
REPORT = ROOT / "docs" / "reports" / "soak.md"
MESSAGES = ROOT / "docs" / "reports" / "soak-messages.csv"
# Side by side, because all but the first group mostly wait; PostgreSQL's faults are one more.
GROUPS = (
    ("bot killed", "bot asked to stop", "action server killed"),
    ("action server hangs", "clock jumps", "two tabs at once", "understanding breaks"),
    ("database locked", "disk full"),
    ("client hangs up",),
)
MOST_MEGABYTES = 2000
Say = Callable[[str], None]


class Soak:
    """What is known so far, written down after every round so that an interrupted soak is not for nothing."""

    def __init__(self, runs: int, minutes: float, say: Say) -> None:
        self.stories = [Story(fault) for fault in (*ON_SQLITE, *ON_POSTGRES)]
        self._runs, self._minutes, self._say = runs, minutes, say
        self._began, self._lock = time.monotonic(), Lock()

    @property
    def minutes(self) -> float:
        """How long it has been going on."""
        return (time.monotonic() - self._began) / 60

    def play(self, play: Callable[..., None], on: Union[Rig, Pair], faults: tuple[str, ...]) -> None:
        """All rounds of a group; in each round one run of each of its faults."""
        stories = [story for story in self.stories if story.fault in faults]
        for number in range(1, self._runs + 1):
            if self.minutes > self._minutes:
                break
            play_round(stories, play, on, REAL)
            self._write(f"{number} of {self._runs} rounds: {', '.join(faults)}")

    def _write(self, done: str) -> None:
        with self._lock:
            wrong = sum(len(story.wrong) for story in self.stories)
            self._say(f"{self.minutes:4.0f} min, {wrong} rules broken, {done}")
            _report([story for story in self.stories if story.runs or story.wrong], self.minutes)


@pytest.fixture(scope="module")
def rigs(made: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Rig]]:
    """A bot on SQLite for each group."""
    started = [Rig(settings, tmp_path_factory.mktemp("rig"), waits={}) for _ in GROUPS]
    for one in started:
        one.start()
    yield started
    for one in started:
        one.stop()


@pytest.mark.soak
def test_nothing_is_lost_or_doubled_in_many_runs(
    rigs: list[Rig], pair: Pair, request: pytest.FixtureRequest
) -> None:
    assert {fault for group in GROUPS for fault in group} == set(ON_SQLITE)
    runs = int(os.environ.get("SOAK_RUNS") or RUNS)
    minutes = float(os.environ.get("SOAK_MINUTES") or "inf")
    soak = Soak(runs, minutes, request.config.pluginmanager.get_plugin("terminalreporter").write_line)
    with ThreadPoolExecutor(len(GROUPS) + 1) as pool:
        plays = [pool.submit(soak.play, play_on_sqlite, rig, group) for rig, group in zip(rigs, GROUPS, strict=True)]
        plays.append(pool.submit(soak.play, play_on_postgres, pair, tuple(ON_POSTGRES)))
        for play in plays:
            play.result()
    assert {story.fault: story.wrong for story in soak.stories if story.wrong} == {}
    assert all(story.runs == runs or soak.minutes > minutes for story in soak.stories)
    assert {entry.answered for story in soak.stories for entry in story.ledger.entries} == {1}
    for one in (*rigs, pair.rig):
        for child in one.supervisor.children:
            assert child.process
            assert megabytes(child.process.pid) < MOST_MEGABYTES


def _report(stories: list[Story], minutes: float) -> None:
    least, most = (choose(story.runs for story in stories) for choose in (min, max))
    lines = [
        "# Soak", "",
        f"{least} to {most} runs of each fault, written by `make soak` (200 runs unless `SOAK_RUNS` or `SOAK_MINUTES` "
        f"says otherwise) on {dt.date.today():%d %B %Y}: {minutes:.0f} minutes, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}.", "",
        "In each run three visitors (one asking, one in the form, one sending the request) are caught in the middle",
        "of a message; then all go on and both bookings are finished. Hanging up, two tabs and a broken",
        "understanding are one visitor each. Waits are those of a real bot. How long something is broken is drawn",
        f"for each run, up to {REAL.hanging:.0f} s for an action server that hangs, {REAL.locked:.0f} s for a locked "
        f"database or a full disk,", f"{REAL.away:.0f} s for PostgreSQL and {REAL.offline:.0f} s offline; the clock "
        "jumps by five seconds or an hour. Only the supervisor's pause", "before it restarts a process that keeps "
        "dying is left out. Five groups of faults run side by side.",
        "Every message with how often it was sent and answered: `soak-messages.csv`.", "",
        "| fault | runs | messages | sent | unanswered | answered twice | kept as an apology | bookings | rules broken "
        "| median s | longest s | longest without a sign s |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *(story.row() for story in stories), "",
        *(f"* {story.fault}: {wrong}" for story in stories for wrong in story.wrong[:10]),
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    rows = ["fault,id,sent,answered,apologised,kept_as_apology,longest_without_a_sign_s,answered_after_s"]
    rows += [f"{story.fault},{row}" for story in stories for row in story.ledger.rows()]
    MESSAGES.write_text("\n".join(rows) + "\n", encoding="utf-8")
