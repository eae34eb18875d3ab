"""A bot of their own for tests that kill, stop and restart its processes."""
from __future__ import annotations

from typing import Callable, Iterator

import pytest
from fault_kit import Rig
from ledger_kit import Ledger

from assistant.settings import Settings


@pytest.fixture(scope="module")
def start_rig(
    made: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[dict[str, str]], Rig]]:
    """Starts a bot with more environment; it is stopped after the module."""
    started: list[Rig] = []

    def start(environment: dict[str, str]) -> Rig:
        rig = Rig(settings, tmp_path_factory.mktemp("rig"), environment)
        started.append(rig)
        rig.supervisor.start()
        return rig

    yield start
    for rig in started:
        rig.supervisor.stop()


@pytest.fixture(scope="session")
def shared_rig(made: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A bot that several modules hurt; each test leaves it running and well."""
    rig = Rig(settings, tmp_path_factory.mktemp("shared-rig"), {})
    rig.supervisor.start()
    yield rig
    rig.supervisor.stop()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Every message of the test's clients; in the end each was answered, once, and nobody saw too much."""
    made = Ledger()
    yield made
    assert made.violations() == []
