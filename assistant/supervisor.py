"""Starts bot and action server, waits until both are truly ready, and keeps them running.

Knows nothing of Rasa: it starts two processes, asks their health over HTTP and shows the front
desk every new booking request.
"""
from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

from assistant.settings import ROOT, Settings

HOST = "127.0.0.1"
READY_SECONDS = 120
STOP_SECONDS = 15
CALM_SECONDS = 60  # a process that lived this long is restarted at once, a shorter-lived one after a pause
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class StartError(Exception):
    """The bot could not be started; the message is one sentence that says what to do."""


@dataclass
class Child:
    """One supervised process: how it is started, and where its health is asked."""

    name: str
    module: str
    port: int
    health: str
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    process: Optional[subprocess.Popen[bytes]] = None
    started: float = 0.0
    restarts: int = 0

    @property
    def url(self) -> str:
        """Address of the process, without a path."""
        return f"http://{HOST}:{self.port}"

    def start(self, log_folder: Path) -> None:
        """Starts the process with its output in <log_folder>/<name>.log."""
        self.started = time.monotonic()
        with (log_folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, "--port", str(self.port), *self.arguments],
                cwd=ROOT, env={**os.environ, **self.environment}, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with_parent,
            )

    def is_ready(self) -> bool:
        """Whether the process itself says that it can serve."""
        return asks(self.url + self.health) is not None

    def stop(self) -> None:
        """Asks the process to finish its turns and end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()


class Supervisor:
    """Bot and action server as one thing that is started, watched and stopped."""

    def __init__(
        self, settings: Settings, *, port: int = 5005, actions_port: int = 5055,
        say: Callable[[str], None] = lambda _: None, credentials: str = "credentials.yml",
        environment: Optional[dict[str, str]] = None,
    ) -> None:
        """Nothing is started yet; `say` is told about deaths and restarts."""
        self._say = say
        self._var = settings.var
        shared = {
            "FAQ_ACTIONS_URL": f"http://{HOST}:{actions_port}/webhook",
            "RASA_TELEMETRY_ENABLED": "false",
            **(environment or {}),
        }
        self.actions = Child("actions", "assistant.serve_actions", actions_port, "/ready", [], shared)
        self.bot = Child(
            "bot", "assistant.serve", port, "/ready",
            ["--credentials", str(ROOT / credentials)], shared,
        )

    @property
    def children(self) -> tuple[Child, Child]:
        """Both processes, in the order they are started."""
        return self.actions, self.bot

    def start(self, *, progress: Callable[[str], None] = lambda _: None) -> None:
        """Starts both and returns when both are ready.

        Raises:
            StartError: a port is taken, a process died while loading, or it took too long.
        """
        for child in self.children:
            check_port(child.port)
        for child in self.children:
            child.start(self._var)
        began = time.monotonic()
        while not all(child.is_ready() for child in self.children):
            for child in self.children:
                if child.process is not None and child.process.poll() is not None:
                    self.stop()
                    raise StartError(f"The {child.name} process ended while starting: {self._last_words(child)}")
            waited = time.monotonic() - began
            if waited > READY_SECONDS:
                self.stop()
                raise StartError(f"The bot was not ready after {READY_SECONDS} s; see {self._var}/bot.log.")
            progress(f"Loading the model ({waited:.0f} s)")
            time.sleep(0.3)

    def look_after(self) -> None:
        """Restarts what has died and says so; call it again and again, about once a second."""
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            lived = time.monotonic() - child.started
            pause = 0 if lived > CALM_SECONDS else min(30, 2**child.restarts)
            if lived < pause:
                continue
            child.restarts = 0 if lived > CALM_SECONDS else child.restarts + 1
            self._say(f"The {child.name} process died ({self._last_words(child)}). Starting it again.")
            child.start(self._var)

    def stop(self) -> None:
        """Stops both: first politely, after 15 s for good."""
        for child in reversed(self.children):
            child.stop()
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    def _last_words(self, child: Child) -> str:
        code = child.process.poll() if child.process else None
        if code is not None and code < 0:
            return f"it was killed by signal {-code}"
        log = self._var / f"{child.name}.log"
        lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
        last = next(filter(None, reversed(lines)), "nothing")
        return f"exit code {code}; {log} ends with: {last}"


def asks(url: str, *, timeout: float = 2.0) -> Optional[dict[str, object]]:
    """The JSON behind an address when it answers with 200, else None."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            body: dict[str, object] = json.load(answer)
            return body
    except (urllib.error.URLError, OSError, ValueError):
        return None


def check_port(port: int) -> None:
    """Raises StartError when something listens on a port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise StartError(
                f"Port {port} is in use: stop what runs there, or choose another one with PORT=5006 make run."
            ) from None


def free_port() -> int:
    """A port nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    # a supervisor that is killed outright must not leave two servers behind
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGTERM)
