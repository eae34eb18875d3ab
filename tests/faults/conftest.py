"""Bots of their own for tests that kill, stop and restart processes; one session, started once."""
from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import pytest
from fault_kit import SHORT_WAITS, Rig
from ledger_kit import Ledger
from postgres_kit import Pair, Postgres

from assistant.settings import Settings


def _waits(request: pytest.FixtureRequest) -> dict[str, str]:
    return {} if request.config.option.markexpr == "soak" else SHORT_WAITS


@pytest.fixture(scope="session")
def side_by_side() -> Iterator[ThreadPoolExecutor]:
    """Two threads for the whole session: a bot ends with the thread that has started it."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="session")
def rig(
    made: None, settings: Settings, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Rig]:
    """One bot on SQLite; each test leaves it running and well."""
    started = Rig(settings, tmp_path_factory.mktemp("rig"), waits=_waits(request))
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="faq-postgres-"))  # pytest's folders are closed to its user
    server = Postgres(folder)
    yield server
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pair(
    made: None, settings: Settings, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Pair]:
    """Two bots on PostgreSQL; each test leaves all running and well."""
    folder = tmp_path_factory.mktemp("pair")
    started = Pair(Rig(settings, folder, database_url=postgres.url, waits=_waits(request)), postgres)
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Every message of the test's clients; in the end each was answered, once, and nobody saw too much."""
    made = Ledger()
    yield made
    assert made.violations() == []
