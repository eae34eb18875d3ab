"""A bot of their own for tests that kill, stop and restart its processes."""
from __future__ import annotations

from typing import Callable, Iterator

import pytest
from fault_kit import Rig

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
