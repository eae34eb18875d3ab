"""Ports are checked before anything is loaded."""
from __future__ import annotations

import socket

import pytest

from assistant.supervisor import StartError, check_port, free_port


def test_a_port_in_use_is_one_sentence_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} is in use"):
            check_port(port)


def test_a_free_port_passes() -> None:
    check_port(free_port())
