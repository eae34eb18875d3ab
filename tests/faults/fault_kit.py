"""A bot whose processes are killed, stopped and restarted, and visitors who go through it."""
from __future__ import annotations

import itertools
import json
import os
import resource
import secrets
import signal
import sqlite3
import time
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional

from answers_kit import says
from clock_kit import Clock
from relay_kit import Relay
from sqlalchemy import create_engine, select

from assistant.booking.model import BOOKING
from assistant.settings import Settings
from assistant.supervisor import Child, Supervisor, free_port

PHONE = "(503) 555-0142"
# The form's questions in their order, and what a visitor answers.
FORM = {
    "consent": "Yes to both",
    "visitor_name": "",  # each visitor has an own one
    "visitor_contact": "(503) 555-0177",
    "preferred_time": "Tuesday afternoon",
    "booking_confirmed": "Yes, send it",
}
QUESTIONS = tuple(FORM)
SECONDS = 10  # until a visitor has an answer, whatever has died
# Waits of a bot in `make test`; `make soak` leaves them as they are.
SHORT_WAITS = {"FAQ_DEADLINE_SECONDS": "4"}
_names = (
    f"Mara {a}{b}{c}{d}{e}vik" for a, b, c, d, e in itertools.product("BDFGHKLM", "aeiou", "lmnrst", "aeiou", "lmnrst")
)


class Visitor:
    """One visitor: a conversation, a name nobody else has, and what the bot said last."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.name = next(_names)
        self.token = self._post("/chat/session", {})[0]["token"]
        self.sent: Optional[str] = None
        self.answers: list[dict[str, Any]] = []

    @property
    def told(self) -> str:
        """All that was said to the visitor in the last turn."""
        return "\n".join(answer["text"] for answer in self.answers)

    @property
    def topics(self) -> list[Any]:
        """Topics of the last answers, in order."""
        return [answer.get("topic") for answer in self.answers]

    @property
    def is_asked(self) -> Optional[str]:
        """The form's question that the last answer is, None for any other."""
        last = self.answers[-1]["text"]
        return next((one for one in QUESTIONS if says(last, f"utter_ask_booking_form_{one}")), None)

    def hears(self, response: str) -> bool:
        """Whether one of the last answers is this response."""
        return any(says(answer["text"], response) for answer in self.answers)

    def say(self, text: str, *, message_id: Optional[str] = None) -> str:
        """Sends a message (again, with its id) and returns what is said; silence is an error."""
        self.sent = message_id or secrets.token_hex(8)
        began = time.monotonic()
        lines = self._post("/chat/messages", {"id": self.sent, "text": text})
        took = time.monotonic() - began
        if not lines or lines[-1]["kind"] != "end":
            raise ConnectionError("the line was cut")
        self.answers = [line for line in lines if line["kind"] in ("text", "sorry")]
        assert self.answers, f"silence after {text!r}"
        assert took < SECONDS, f"{text!r} was answered after {took:.1f} s"
        return self.told

    def gets_to(self, question: str) -> None:
        """Starts the form and answers its questions up to one that stays open."""
        self.say("I'd like to book")
        for asked in QUESTIONS[: QUESTIONS.index(question)]:
            assert self.is_asked == asked, self.told
            self.say(self.answer_to(asked))
        assert self.is_asked == question, self.told

    def answer_to(self, question: str) -> str:
        """What this visitor answers to a question of the form."""
        return FORM[question] or self.name

    def finishes(self, *, given: tuple[str, ...] = ()) -> None:
        """Asks to book (again) and answers until the request is received; `given` is not asked twice."""
        self.say("I'd like to book")
        for _ in range(2 * len(QUESTIONS)):
            if self.hears("utter_booking_received"):
                return
            asked = self.is_asked
            assert asked, f"no question of the form: {self.told!r}"
            assert asked not in given, f"asked again: {self.told!r}"
            self.say(self.answer_to(asked))
        raise AssertionError(f"the form does not end: {self.told!r}")

    def replay(self) -> list[dict[str, Any]]:
        """Everything kept of the conversation, as another browser tab gets it."""
        return self._lines(urllib.request.Request(self._url + "/chat/messages?after=0"))

    def _post(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        return self._lines(urllib.request.Request(self._url + path, data=json.dumps(body).encode()))

    def _lines(self, request: urllib.request.Request) -> list[dict[str, Any]]:
        request.add_header("Content-Type", "application/json")
        if hasattr(self, "token"):
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=SECONDS + 5) as answer:
            return [json.loads(line) for line in answer if line.strip()]


class Rig:
    """A supervised bot with a database and a clock of its own, and the means to hurt it."""

    def __init__(
        self, settings: Settings, folder: Path, *, database_url: str = "",
        waits: Mapping[str, str] = SHORT_WAITS,
    ) -> None:
        self.database_url = database_url or f"sqlite:///{folder / 'faq.db'}"
        self.folder = folder
        self.clock = Clock(folder)
        self.relay = Relay()
        self.said: list[str] = []
        self.supervisor = Supervisor(
            settings,
            port=free_port(),
            actions_port=free_port(),
            say=self.said.append,
            environment={
                "FAQ_VAR": str(folder),
                "FAQ_DATABASE_URL": self.database_url,
                "FAQ_ACTIONS_URL": self.relay.url,
                "FAQ_RATE_LIMITS": "off",
                **self.clock.environment,
                **waits,
            },
        )
        self.supervisor._var = folder  # the processes' output
        self.supervisor.bot.module = "tests.contract.poisoned_bot"
        self.relay.actions_port = self.supervisor.actions.port

    def start(self) -> None:
        """Returns when bot and action server are ready, however busy the machine is."""
        for child in self.supervisor.children:
            child.start(self.folder)
        wait_for(lambda: all(child.is_ready() for child in self.supervisor.children))

    def stop(self) -> None:
        """Stops everything."""
        self.supervisor.stop()
        self.relay.close()

    def visitor(self) -> Visitor:
        """Somebody new."""
        return Visitor(self.supervisor.bot.url)

    def codes(self, name: str) -> list[str]:
        """Codes of the requests in a name, as visitors see them."""
        with create_engine(self.database_url).connect() as database:
            rows = database.execute(select(BOOKING.c.code).where(BOOKING.c.name == name)).scalars()
            return [f"{code[:4]}-{code[4:]}" for code in rows]

    @contextmanager
    def dead_actions(self) -> Iterator[None]:
        """No action server, and nobody who looks after it, until the block ends."""
        kill(self.supervisor.actions)
        self.relay.close()
        try:
            yield
        finally:
            self.supervisor.actions.start(self.folder)
            wait_for(self.supervisor.actions.is_ready)
            self.relay.open()

    @contextmanager
    def hanging_actions(self) -> Iterator[None]:
        """An action server that takes calls and never answers, until the block ends."""
        process = self.supervisor.actions.process
        assert process
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Somebody else writes to the (SQLite) database and does not stop until the block ends."""
        with closing(sqlite3.connect(self.folder / "faq.db", isolation_level=None)) as other:
            other.execute("begin immediate")
            try:
                yield
            finally:
                other.execute("rollback")

    @contextmanager
    def unreadable_database(self) -> Iterator[None]:
        """The table of turns is gone until the block ends."""
        self._rename("turns", "turns_away")
        try:
            yield
        finally:
            self._rename("turns_away", "turns")

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """No process can write to any file, logs included, until the block ends."""
        pids = [child.process.pid for child in self.supervisor.children if child.process]
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        try:
            yield
        finally:
            for pid in pids:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def _rename(self, table: str, name: str) -> None:
        with closing(sqlite3.connect(self.folder / "faq.db", timeout=10)) as database:
            database.execute(f"alter table {table} rename to {name}")

    def is_looked_after(self) -> None:
        """Lets the supervisor do its work until both processes are ready."""
        for child in self.supervisor.children:
            child.restarts = 0  # as if it had been calm: it waits before it restarts what keeps dying

        def ready() -> bool:
            self.supervisor.look_after()
            return all(child.is_ready() for child in self.supervisor.children)

        wait_for(ready)


def kill(child: Child) -> None:
    """Kills a process outright."""
    assert child.process
    child.process.kill()
    child.process.wait()


def wait_for(condition: Callable[[], bool], *, seconds: float = 300) -> None:
    """Returns once a condition holds."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it took too long"
        time.sleep(0.2)
