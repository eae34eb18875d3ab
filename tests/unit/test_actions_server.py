"""The action server as `rasa run actions` starts it."""
from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any, Iterator

import pytest

from assistant.settings import ROOT, Settings

CANARY = "Anna-Canary 503 555 0199"


def start(port: int, log: Path, **environment: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    with log.open("wb") as file:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SANIC_HOST": "127.0.0.1", **environment},
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, body: Any = None, **headers: str) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("actions")
    port, log = free_port(), folder / "log"
    process = start(port, log, FAQ_DATABASE_URL=f"sqlite:///{folder / 'faq.db'}")
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                ask(f"{base}/health")
                break
            except OSError:
                time.sleep(0.2)
        yield base, log
    finally:
        process.terminate()
        process.wait(20)


def test_it_is_ready_when_a_booking_could_be_written(server: tuple[str, Path]) -> None:
    assert ask(f"{server[0]}/ready") == (200, '{"ready":true}')


def test_a_caller_without_the_secret_is_refused(server: tuple[str, Path]) -> None:
    assert ask(f"{server[0]}/webhook", {"next_action": "action_submit_booking"})[0] == 403


def test_the_bot_is_heard(server: tuple[str, Path], settings: Settings) -> None:
    tracker = {"sender_id": "c", "slots": {}, "events": []}
    body = {"next_action": "action_submit_booking", "tracker": tracker}
    status, answer = ask(
        f"{server[0]}/webhook", body, **{"X-Faq-Secret": settings.secret.decode()}
    )
    assert (status, json.loads(answer)) == (200, {"events": [], "responses": []})


def test_an_error_says_nothing_about_people(server: tuple[str, Path], settings: Settings) -> None:
    body = {"next_action": "action_submit_booking", "tracker": {"slots": {"name": CANARY}}}
    status, answer = ask(
        f"{server[0]}/webhook", body, **{"X-Faq-Secret": settings.secret.decode()}
    )
    assert status == 500 and "Canary" not in answer
    assert "Canary" not in server[1].read_text(encoding="utf-8")


def test_it_is_not_ready_without_one_of_its_tables(server: tuple[str, Path]) -> None:
    file = server[1].with_name("faq.db")
    for old, new in (("outbox", "away"), ("away", "outbox")):
        with closing(sqlite3.connect(file)) as database:
            database.execute(f"alter table {old} rename to {new}")
        if new == "away":
            assert ask(f"{server[0]}/ready") == (503, '{"ready":false,"why":"no table outbox"}')
    assert ask(f"{server[0]}/ready")[0] == 200


def test_it_does_not_start_without_its_database(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(free_port(), log, FAQ_DATABASE_URL=f"sqlite:///{tmp_path}/missing/faq.db")
    assert process.wait(30) != 0
    assert "unable to open database file" in log.read_text(encoding="utf-8")
