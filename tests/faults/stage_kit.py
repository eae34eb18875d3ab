"""A stage on which everything breaks in turn, and the record of what became of each message."""
from __future__ import annotations

import itertools
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Callable, Iterable, Iterator, Sequence, Union

from clock_kit import HOUR
from fault_kit import FORM, Rig, Visitor, kill, wait_for
from ledger_kit import Client, Ledger
from postgres_kit import Pair

from assistant.supervisor import STOP_SECONDS

POISON = "pomegranate"  # tests/contract/poisoned_bot.py
_TOPICS = ("does it hurt?", "how long does it last?", "what is micro-botox?", "is it safe?", "hello")
_draw = random.Random(0)


@dataclass(frozen=True)
class Waits:
    """How long things stay broken, at most; a run draws from a fifth of it to all of it."""

    locked: float
    full: float
    hanging: float
    away: float
    frozen: float
    offline: float

    @staticmethod
    def drawn(longest: float) -> float:
        """So long this time."""
        return _draw.uniform(0.2, 1) * longest


SHORT = Waits(locked=0.5, full=0.8, hanging=3.5, away=1.0, frozen=2.0, offline=0.3)
REAL = Waits(locked=15, full=15, hanging=20, away=10, frozen=10, offline=60)


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
        if not entries:
            return f"| {self.fault} | 0 |" + " |" * 10
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

    def __init__(self, rig: Rig, story: Story, urls: Sequence[str]) -> None:
        self._rig, self._story, self._urls = rig, story, urls

    def run(self, breaks: Callable[[], None], *, all_sessions: bool = False) -> None:
        """One asks, one is in the form, one is about to send the request; then it breaks.

        Args:
            breaks: breaks something while three messages are under way, and mends it.
            all_sessions: conversations may begin a new session on the way.
        """
        names = [Visitor(self._urls[0]).name for _ in range(3)]
        ledger = Ledger(database_url=self._rig.database_url if all_sessions else "")
        clients = [Client(ledger, *self._urls, name=name) for name in names]
        asking, naming, sending = clients
        asking.ask(_draw.choice(_TOPICS))
        steps = {client: iter(_form(client.name)) for client in (naming, sending)}
        for client, told in ((naming, 2), (sending, 5)):
            for text in itertools.islice(steps[client], told):
                client.ask(text)
        with ThreadPoolExecutor(3) as pool:
            turns = [
                pool.submit(asking.ask, _draw.choice(_TOPICS)),
                pool.submit(naming.ask, next(steps[naming])),
                pool.submit(sending.ask, next(steps[sending])),
            ]
            time.sleep(_draw.uniform(0, 0.05))
            breaks()
            for turn in turns:
                turn.result()
        for client in clients:
            client.ask(_draw.choice(_TOPICS))
        for client in (naming, sending):
            self._finish(client)
        self._story.wrong += ledger.violations()
        self._keep(clients)

    def hang_up(self, offline_seconds: float) -> None:
        """A browser goes away in the middle of its message, comes back and sends it again."""
        client = Client(Ledger(), *self._urls)
        client.ask(_draw.choice(_TOPICS))
        text = _draw.choice(_TOPICS)
        message_id = client.hang_up_on(text, after=_draw.uniform(0, 0.03))
        if _draw.random() < 0.5:
            time.sleep(Waits.drawn(offline_seconds))
        client.ask(text, message_id=message_id)
        client.ask(_draw.choice(_TOPICS))
        self._story.wrong += client.settled()
        self._keep([client])

    def two_tabs(self) -> None:
        """The same visitor says two things at once, three times over."""
        one, other = Client(Ledger(), *self._urls), Client(Ledger(), *self._urls)
        other.token = one.token
        for texts in itertools.pairwise(("I'd like to book", "Yes to both", "does it hurt?", "how long does it last?")):
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda tab, text: tab.ask(text), (one, other), texts))
        heard = [line["id"] for line in one.replay() if line["kind"] == "you"]
        # which of two that were sent at once came first is not known
        one.entries = sorted(one.entries + other.entries, key=lambda entry: heard.index(entry.id))
        self._story.wrong += one.settled() + [f"other tab: {line}" for line in _missing(other, one)]
        self._keep([one])

    def break_the_understanding(self) -> None:
        """A text that no component can judge, between two that they can."""
        client = Client(Ledger(), *self._urls)
        for text in (_draw.choice(_TOPICS), f"is {POISON} good for it?", _draw.choice(_TOPICS)):
            client.ask(text)
        self._story.wrong += client.settled()
        failed = [entry.failed for entry in client.entries]
        if failed != [False, True, False]:
            self._story.wrong.append(f"apologised for {failed}")
        self._keep([client])

    def _keep(self, clients: list[Client]) -> None:
        self._story.runs += 1
        self._story.ledger.clients += clients

    def _finish(self, client: Client) -> None:
        """Rule R3: whatever happened, asking again ends in exactly one request."""
        codes: set[str] = set()
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


def _form(name: str) -> Iterator[str]:
    yield "I'd like to book"
    for answer in FORM.values():
        yield answer or name


def _missing(tab: Client, other: Client) -> list[object]:
    kept = other.replay()
    return [line for line in tab.seen if line["kind"] == "text" and line not in kept]


def _during(trouble: Callable[[], AbstractContextManager[None]], seconds: float) -> None:
    with trouble():
        time.sleep(Waits.drawn(seconds))


def _killed(rig: Rig) -> None:
    kill(rig.supervisor.bot)
    rig.is_looked_after()


def _stopped(rig: Rig) -> None:
    bot = rig.supervisor.bot
    bot.stop()
    assert bot.process
    bot.process.wait(STOP_SECONDS)
    rig.is_looked_after()


def _actions_killed(rig: Rig) -> None:
    kill(rig.supervisor.actions)
    rig.is_looked_after()


def _clock_jumps(rig: Rig) -> None:
    rig.clock.set(_draw.choice([offset for offset in (-HOUR, -5, 0, 5, HOUR) if offset != rig.clock.offset]))


def _one_killed(pair: Pair) -> None:
    pair.kill_one()
    pair.bring_back()


Act = Callable[[Stage, Rig, Waits], None]
ON_SQLITE: dict[str, Act] = {
    "bot killed": lambda stage, rig, waits: stage.run(lambda: _killed(rig)),
    "bot asked to stop": lambda stage, rig, waits: stage.run(lambda: _stopped(rig)),
    "action server killed": lambda stage, rig, waits: stage.run(lambda: _actions_killed(rig)),
    "action server hangs": lambda stage, rig, waits: stage.run(lambda: _during(rig.hanging_actions, waits.hanging)),
    "database locked": lambda stage, rig, waits: stage.run(lambda: _during(rig.locked_database, waits.locked)),
    "disk full": lambda stage, rig, waits: stage.run(lambda: _during(rig.full_disk, waits.full)),
    "clock jumps": lambda stage, rig, waits: stage.run(lambda: _clock_jumps(rig), all_sessions=True),
    "client hangs up": lambda stage, rig, waits: stage.hang_up(waits.offline),
    "two tabs at once": lambda stage, rig, waits: stage.two_tabs(),
    "understanding breaks": lambda stage, rig, waits: stage.break_the_understanding(),
}
ActOnPair = Callable[[Stage, Pair, Waits], None]
ON_POSTGRES: dict[str, ActOnPair] = {
    "one of two bots killed": lambda stage, pair, waits: stage.run(lambda: _one_killed(pair)),
    "PostgreSQL restarted": lambda stage, pair, waits: stage.run(lambda: pair.be_away(0)),
    "PostgreSQL away": lambda stage, pair, waits: stage.run(lambda: pair.be_away(Waits.drawn(waits.away))),
    "PostgreSQL hangs": lambda stage, pair, waits: stage.run(lambda: pair.be_frozen(Waits.drawn(waits.frozen))),
}


def play_on_sqlite(fault: str, story: Story, rig: Rig, waits: Waits) -> None:
    """One run of a fault."""
    ON_SQLITE[fault](Stage(rig, story, [rig.supervisor.bot.url]), rig, waits)


def play_on_postgres(fault: str, story: Story, pair: Pair, waits: Waits) -> None:
    """One run of a fault."""
    ON_POSTGRES[fault](Stage(pair.rig, story, pair.urls), pair, waits)
    wait_for(lambda: all(bot.is_ready() for bot in (pair.rig.supervisor.bot, pair.second)))


def play_round(stories: Iterable[Story], play: Callable[..., None], on: Union[Rig, Pair], waits: Waits) -> None:
    """One run of each story's fault; one that ends in an error is a broken rule, and the others still run."""
    for story in stories:
        try:
            play(story.fault, story, on, waits)
        except Exception as error:
            story.wrong.append(f"a run ended with {type(error).__name__}: {error}")
