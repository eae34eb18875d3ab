"""Visitors who follow docs/protocol.md to the letter, and a ledger of what became of each message."""
from __future__ import annotations

import base64
import itertools
import json
import re
import secrets
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, Iterable, Iterator
from urllib.parse import urlsplit

from answers_kit import says
from sqlalchemy import create_engine

from assistant.conversations import ledger as tables
from assistant.settings import ROOT

Line = dict[str, Any]

# Between tries; the widget's first ones are longer, and after half a minute it waits for its visitor.
WAITS = (0.2, 0.5, 1, 2, 4, 8, *[15] * 16)
NOTICE_SECONDS = 10.0  # until a visitor sees an answer, an apology or that the line is gone
LATE_SECONDS = 45.0  # until an answer that was apologised for must be kept
_INNARDS = re.compile(
    rf"Traceback|{re.escape(str(ROOT))}|site-packages|\.py\b|sqlalchemy|psycopg|sqlite|rasa|Exception", re.I
)
_APOLOGIES = ("utter_widget_failed", "utter_action_failed")


@dataclass
class Entry:
    """One message: what the visitor did and what is kept of it."""

    id: str
    text: str
    sent: int = 0  # times
    answered: int = 0  # kept turns with this id; once is right
    apologised: bool = False  # while it was waited for
    failed: bool = False  # kept with an apology instead of an answer
    notice_seconds: float = 0.0  # longest wait without an answer, an apology or a cut line
    seconds: float = 0.0  # until its answer was there


@dataclass
class Ledger:
    """Every message of every visitor, and what was wrong."""

    clients: list["Client"] = field(default_factory=list)
    # Read what is kept from here; "": from the replay, which ends where a session began.
    database_url: str = ""

    @property
    def entries(self) -> list[Entry]:
        """All messages."""
        return [entry for client in self.clients for entry in client.entries]

    def violations(self) -> list[str]:
        """Rules R1, R2, R4 and R5 of the test plan, once all is quiet; no rule is broken: []."""
        found = [wrong for client in self.clients for wrong in client.settled(self.database_url)]
        for client, other in itertools.permutations(self.clients, 2):
            if client.name and any(client.name in line.get("text", "") for line in other.seen):
                found.append("a visitor saw another one's name")
        return found

    def rows(self) -> Iterator[str]:
        """The ledger as lines of CSV."""
        for entry in self.entries:
            yield (
                f"{entry.id},{entry.sent},{entry.answered},{int(entry.apologised)},{int(entry.failed)},"
                f"{entry.notice_seconds:.2f},{entry.seconds:.2f}"
            )


class Client:
    """A visitor at one or more processes that does what the protocol asks of a client."""

    def __init__(self, ledger: Ledger, *urls: str, name: str = "") -> None:
        self._urls = list(urls)
        self.name = name
        self.entries: list[Entry] = []
        self.seen: list[Line] = []
        self.token = self._json("POST", "/chat/session", {})["token"]
        ledger.clients.append(self)

    def ask(self, text: str, *, message_id: str = "") -> list[Line]:
        """Sends a message until it is answered; returns the answers."""
        entry = self._entry(message_id or secrets.token_hex(8), text)
        began = time.monotonic()
        for wait in WAITS:
            lines = self._try(entry)
            if lines and lines[-1]["kind"] == "end":
                break
            self._urls.append(self._urls.pop(0))  # a proxy would go to the next process
            time.sleep(wait)
        else:
            raise AssertionError(f"never answered: {text!r}")
        answers = [line for line in lines if line["kind"] == "text"]
        if not answers:
            answers = self._late(entry)
        entry.seconds = max(entry.seconds, time.monotonic() - began)
        return answers

    def hang_up_on(self, text: str, *, after: float) -> str:
        """Sends a message and drops the line; returns the message's id."""
        entry = self._entry(secrets.token_hex(8), text)
        entry.sent += 1
        body = json.dumps({"id": entry.id, "text": text}).encode()
        address = urlsplit(self._urls[0])
        with socket.create_connection((address.hostname or "", address.port or 0)) as line:
            line.sendall(
                b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            time.sleep(after)
        return entry.id

    def replay(self, after: int = 0) -> list[Line]:
        """What is kept, without the last line."""
        *lines, end = self._lines("GET", f"/chat/messages?after={after}", None)
        assert end["kind"] == "end"
        return lines

    def settled(self, database_url: str = "") -> list[str]:
        """What is wrong with this conversation now that nothing runs any more."""
        kept = _kept_in(database_url, self.token) if database_url else self.replay()
        wrong = []
        if [line["n"] for line in kept] != list(range(1, len(kept) + 1)):
            wrong.append(f"numbers with gaps: {[line['n'] for line in kept]}")
        by_number = {line["n"]: line for line in kept}
        for line in self.seen:
            if line["kind"] == "text" and line != by_number.get(line["n"]):
                wrong.append(f"shown and not kept: {line}")
            if _INNARDS.search(line.get("text", "")):
                wrong.append(f"shows its innards: {line['text']}")
        for entry in self.entries:
            wrong += self._wrong_with(entry, [line for line in kept if line.get("id") == entry.id])
        heard = [line["id"] for line in kept if line["kind"] == "you"]
        sent = [entry.id for entry in self.entries]
        if heard != sent:
            wrong.append(f"heard {heard}, sent {sent}")
        return wrong

    def _wrong_with(self, entry: Entry, kept: list[Line]) -> Iterable[str]:
        entry.answered = sum(line["kind"] == "you" for line in kept)
        answers = [line for line in kept if line["kind"] == "text"]
        shown = {line["n"] for line in self.seen if line.get("id") == entry.id and line["kind"] == "text"}
        entry.failed = any(says(line["text"], apology) for line in answers for apology in _APOLOGIES)
        if entry.answered != 1 or not answers:
            yield f"{entry.id} answered {entry.answered} times with {len(answers)} answers"
        elif shown and shown != {line["n"] for line in answers}:
            yield f"{entry.id} shown as {shown}, kept as {answers}"
        if entry.notice_seconds > NOTICE_SECONDS:
            yield f"{entry.id} nothing seen for {entry.notice_seconds:.1f} s"

    def _entry(self, message_id: str, text: str) -> Entry:
        known = next((entry for entry in self.entries if entry.id == message_id), None)
        if known is None:
            known = Entry(message_id, text)
            self.entries.append(known)
        return known

    def _try(self, entry: Entry) -> list[Line]:
        """One try; what came before the line was cut, [] when nothing did."""
        entry.sent += 1
        began, lines = time.monotonic(), []
        try:
            for line in self._stream("POST", "/chat/messages", {"id": entry.id, "text": entry.text}):
                lines.append(line)
                if line["kind"] in ("text", "sorry"):
                    self.seen.append(line)
                    self._noticed(entry, began)
                    entry.apologised |= line["kind"] == "sorry"
        except urllib.error.HTTPError as refused:
            said = json.load(refused)
            assert refused.code in (429, 503), said
            assert set(said) == {"error", "says", "phone"}
            assert int(refused.headers["Retry-After"]) > 0
            self._noticed(entry, began)
        except (OSError, HTTPException, ValueError):  # a cut line; ValueError: it was cut in the middle
            self._noticed(entry, began)
            return []
        return lines

    @staticmethod
    def _noticed(entry: Entry, began: float) -> None:
        entry.notice_seconds = max(entry.notice_seconds, time.monotonic() - began)

    def _late(self, entry: Entry) -> list[Line]:
        """Answers that are kept after the apology, as the widget finds them."""
        give_up = time.monotonic() + LATE_SECONDS
        while time.monotonic() < give_up:
            time.sleep(0.5)
            try:
                found = [line for line in self.replay() if line.get("id") == entry.id]
            except (OSError, HTTPException):
                continue
            answers = [line for line in found if line["kind"] == "text"]
            if answers:
                self.seen += answers
                return answers
        raise AssertionError(f"apologised for and never answered: {entry.text!r}")

    def _json(self, method: str, path: str, body: Any) -> Any:
        return next(iter(self._stream(method, path, body)))

    def _lines(self, method: str, path: str, body: Any) -> list[Line]:
        return list(self._stream(method, path, body))

    def _stream(self, method: str, path: str, body: Any) -> Iterator[Line]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._urls[0] + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        if hasattr(self, "token"):
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            for line in answer:
                if line.strip():
                    yield json.loads(line)


def _kept_in(database_url: str, token: str) -> list[Line]:
    """All lines of a token's conversation, of every session."""
    body = base64.urlsafe_b64decode(token.partition(".")[0] + "==")
    conversation_id = base64.urlsafe_b64encode(body[:-8]).decode()  # without the expiry
    with create_engine(database_url).connect() as database:
        return tables.kept(database, conversation_id, after=0, fresh_within=None).lines


def megabytes(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
