"""A bot as the public meets it: visitors' channels only, limits on, a proxy in front of it."""
from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

from assistant.settings import Settings
from assistant.supervisor import Supervisor, free_port


@dataclass
class Answer:
    """What came back for a request."""

    status: int
    body: str
    headers: dict[str, str]
    seconds: float

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body.splitlines() if line.strip()]


class PublicBot:
    """The running bot and a way to send it anything."""

    def __init__(self, supervisor: Supervisor, var: Path, temporary: Path) -> None:
        self.supervisor, self.var, self.temporary = supervisor, var, temporary
        self.url = supervisor.bot.url
        self._addresses = (f"10.{high}.{low}.1" for high in range(256) for low in range(256))

    def address(self) -> str:
        """A visitor's address nobody used yet, so that limits of other tests do not matter."""
        return next(self._addresses)

    def ask(
        self, path: str, *, method: str = "POST", body: Optional[bytes] = None, token: Optional[str] = None,
        address: Optional[str] = None, **headers: str,
    ) -> Answer:
        request = urllib.request.Request(self.url + path, data=body, method=method)
        request.add_header("X-Forwarded-For", address or self.address())
        request.add_header("Content-Type", "application/json")
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        for name, value in headers.items():
            request.add_header(name, value)
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, text, found = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, text, found = error.code, error.read(), error.headers
        return Answer(status, text.decode(), dict(found), time.monotonic() - began)

    def token(self) -> str:
        return str(json.loads(self.ask("/chat/session", body=b"{}").body)["token"])

    def say(self, token: str, text: str, message_id: str) -> list[dict[str, Any]]:
        """The answers to a message."""
        body = json.dumps({"id": message_id, "text": text}).encode()
        answer = self.ask("/chat/messages", body=body, token=token)
        assert answer.status == 200, answer
        return [line for line in answer.lines if line["kind"] in ("text", "sorry")]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.supervisor.bot.port), timeout=20)


@pytest.fixture(scope="session")
def public_bot(
    made: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PublicBot]:
    """Also: everything it writes lies in two folders of its own, and one text breaks it."""
    var, temporary = tmp_path_factory.mktemp("public"), tmp_path_factory.mktemp("temporary")
    supervisor = Supervisor(
        settings, port=free_port(), actions_port=free_port(),
        environment={
            "FAQ_VAR": str(var),
            "TMPDIR": str(temporary),
            "FAQ_PROXIES": "127.0.0.1",
            "LOG_LEVEL": "DEBUG",  # Rasa's switch: it must change nothing
            "FAQ_RATE_LIMITS": "on",
        },
    )
    supervisor.bot.module = "tests.contract.poisoned_bot"
    supervisor._var = var  # the processes' output
    supervisor.start()
    yield PublicBot(supervisor, var, temporary)
    supervisor.stop()
