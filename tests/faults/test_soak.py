"""The same faults again and again, and a ledger of every message: sent, answered, how often.

`make soak` runs each 200 times with real waits and writes docs/reports/soak.md. In `make test` there
are 10 runs of each, and of those that need a bot restart as many as make three together with
test_restart.py and test_postgres.py.
"""
from __future__ import annotations

import datetime as dt
import itertools
import os
import platform
import random
import sqlite3
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Callable, Iterator

import pytest
from fault_kit import FORM, Rig, Visitor, kill
from ledger_kit import Client, Ledger, megabytes

from assistant.settings import ROOT

RUNS = 200
REPORT = ROOT / "docs" / "reports" / "soak.md"
MESSAGES = ROOT / "docs" / "reports" / "soak-messages.csv"
QUESTIONS = ("does it hurt?", "how long does it last?", "what is micro-botox?", "is it safe?", "hello")
MOST_MEGABYTES = 2000
_draw = random.Random(0)


@dataclass
class Story:
    """What a fault did to its visitors, over all runs."""

    fault: str
    runs: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    wrong: list[str] = field(default_factory=list)
    bookings: int = 0

    def row(self) -> str:
        """The table row of this fault."""
        entries = self.ledger.entries
        unanswered = sum(not entry.answered for entry in entries)
        twice = sum(entry.answered > 1 for entry in entries)
        return (
            f"| {self.fault} | {self.runs} | {len(entries)} | {sum(entry.sent for entry in entries)} | {unanswered} "
            f"| {twice} | {sum(entry.failed for entry in entries)} | {self.bookings} | {len(self.wrong)} "
            f"| {statistics.median(entry.seconds for entry in entries):.2f} "
            f"| {max(entry.seconds for entry in entries):.1f} "
            f"| {max(entry.notice_seconds for entry in entries):.1f} |"
        )


class Stage:
    """Visitors in every position of a conversation while something breaks."""

    def __init__(self, rig: Rig, story: Story) -> None:
        self._rig, self._story = rig, story

    def run(self, breaks: Callable[[], None]) -> None:
        """One asks, one is in the form, one is about to send the request; then it breaks."""
        url = self._rig.supervisor.bot.url
        names = [Visitor(url).name for _ in range(3)]
        ledger = Ledger()
        clients = [Client(ledger, url, name=name) for name in names]
        asking, naming, sending = clients
        asking.ask(_draw.choice(QUESTIONS))
        steps = {client: iter(self._form(client.name)) for client in (naming, sending)}
        for client, told in ((naming, 2), (sending, 5)):
            for text in itertools.islice(steps[client], told):
                client.ask(text)
        with ThreadPoolExecutor(4) as pool:
            turns = [
                pool.submit(asking.ask, _draw.choice(QUESTIONS)),
                pool.submit(naming.ask, next(steps[naming])),
                pool.submit(sending.ask, next(steps[sending])),
            ]
            time.sleep(_draw.uniform(0, 0.05))
            breaks()
            for turn in turns:
                turn.result()
        for client in clients:
            client.ask(_draw.choice(QUESTIONS))
        for client in (naming, sending):
            self._finish(client)
        self._story.runs += 1
        self._story.wrong += ledger.violations()
        self._story.ledger.clients += clients

    def hang_up(self) -> None:
        """A browser goes away in the middle of its message and comes back."""
        client = Client(Ledger(), self._rig.supervisor.bot.url)
        client.ask(_draw.choice(QUESTIONS))
        text = _draw.choice(QUESTIONS)
        message_id = client.hang_up_on(text, after=_draw.uniform(0, 0.03))
        if _draw.random() < 0.5:
            time.sleep(0.2)
        client.ask(text, message_id=message_id)
        client.ask(_draw.choice(QUESTIONS))
        self._story.runs += 1
        self._story.wrong += client.settled()
        self._story.ledger.clients.append(client)

    @staticmethod
    def _form(name: str) -> Iterator[str]:
        yield "I'd like to book"
        for answer in FORM.values():
            yield answer or name

    def _finish(self, client: Client) -> None:
        """Rule R3: whatever happened, asking again ends in exactly one request."""
        for _ in range(12):
            codes = {line["code"] for line in client.replay() if line.get("code")}
            if codes:
                break
            self._answer(client)
        if list(codes) != self._rig.codes(client.name):
            self._story.wrong.append(f"told {codes}, kept {self._rig.codes(client.name)}")
        self._story.bookings += len(codes)

    @staticmethod
    def _answer(client: Client) -> None:
        visitor = object.__new__(Visitor)
        visitor.name = client.name
        visitor.answers = [line for line in client.replay() if line["kind"] == "text"]
        client.ask(visitor.answer_to(visitor.is_asked) if visitor.is_asked else "I'd like to book")


def kill_bot(rig: Rig) -> None:
    kill(rig.supervisor.bot)
    rig.is_looked_after()


def kill_actions(rig: Rig) -> None:
    kill(rig.supervisor.actions)
    rig.is_looked_after()


def lock_database(rig: Rig, seconds: float) -> None:
    with closing(sqlite3.connect(rig.folder / "faq.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        time.sleep(seconds)
        other.execute("rollback")


@pytest.fixture
def story(request: pytest.FixtureRequest, shared_rig: Rig) -> Iterator[Story]:
    made = Story(request.node.callspec.params["fault"] if hasattr(request.node, "callspec") else "?")
    yield made
    assert made.wrong == []
    assert not [entry for entry in made.ledger.entries if entry.answered != 1]
    for child in shared_rig.supervisor.children:
        assert child.process
        assert megabytes(child.process.pid) < MOST_MEGABYTES


def play(rig: Rig, story: Story, runs: int, *, locked_seconds: float) -> None:
    """Runs of one fault."""
    stage = Stage(rig, story)
    breaks: dict[str, Callable[[], None]] = {
        "bot killed": lambda: kill_bot(rig),
        "action server killed": lambda: kill_actions(rig),
        "database locked": lambda: lock_database(rig, _draw.uniform(0.2, 1) * locked_seconds),
    }
    for _ in range(runs):
        if story.fault == "client hangs up":
            stage.hang_up()
        else:
            stage.run(breaks[story.fault])


FAULTS = {"bot killed": 1, "action server killed": 2, "database locked": 10, "client hangs up": 10}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_or_doubled(shared_rig: Rig, story: Story, fault: str) -> None:
    play(shared_rig, story, FAULTS[fault], locked_seconds=0.4)


@pytest.mark.soak
def test_nothing_is_lost_or_doubled_in_many_runs(shared_rig: Rig) -> None:
    stories = [Story(fault) for fault in FAULTS]
    runs = int(os.environ.get("FAQ_SOAK_RUNS") or RUNS)
    for story in stories:
        play(shared_rig, story, runs, locked_seconds=15)
        _report(stories)
    assert [story.wrong for story in stories if story.wrong] == []
    assert {entry.answered for story in stories for entry in story.ledger.entries} == {1}


def _report(stories: list[Story]) -> None:
    """Written after each fault, so that an interrupted soak is not for nothing."""
    done = [story for story in stories if story.runs]
    lines = [
        "# Soak", "",
        f"`make soak` on {dt.date.today():%d %B %Y}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, SQLite.",
        "In each run three visitors (one asking, one in the form, one sending the request) are caught in the",
        "middle of a message; then all go on and both bookings are finished. A client that hangs up is one visitor.",
        "Every message with how often it was sent and answered: `soak-messages.csv`.", "",
        "| fault | runs | messages | sent | unanswered | answered twice | kept as an apology | bookings | rules broken "
        "| median s | longest s | longest without a sign s |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *(story.row() for story in done), "",
        *(f"* {story.fault}: {wrong}" for story in done for wrong in story.wrong[:10]),
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    rows = ["fault,id,sent,answered,apologised,kept_as_apology,longest_without_a_sign_s,answered_after_s"]
    rows += [f"{story.fault},{row}" for story in done for row in story.ledger.rows()]
    MESSAGES.write_text("\n".join(rows) + "\n", encoding="utf-8")
