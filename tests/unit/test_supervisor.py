"""Ports are checked before anything is loaded; what has died says why."""
from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from assistant.settings import Settings
from assistant.supervisor import Child, StartError, Supervisor, check_port, free_port


def test_a_port_in_use_is_one_sentence_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} is in use"):
            check_port(port)


def test_a_free_port_passes() -> None:
    check_port(free_port())


def test_a_process_that_cannot_start_is_told_with_its_exit_code_and_the_end_of_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(cast(Settings, SimpleNamespace(var=tmp_path)), port=free_port(), actions_port=free_port())
    supervisor.actions = Child("actions", "json.tool", free_port(), "/ready")  # takes no --port
    supervisor.bot = Child("bot", "http.server", free_port(), "/ready")
    with pytest.raises(StartError, match=r"exit code 2; .*actions\.log ends with: .*can.t open"):
        supervisor.start()
    assert all(child.process is not None and child.process.poll() is not None for child in supervisor.children)
