"""What tests share: one real bot with model, action server and database for the whole run."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import pytest
from host_kit import HostPage

from assistant.making import make_everything
from assistant.settings import ROOT, Settings, load_settings
from assistant.staff.client import ChatClient
from assistant.supervisor import Supervisor, free_port

# Tests of a folder share bots, so one worker runs them all.
_SHARING = ("faults", "nlu", "contract", "browser", "conversations")
_LONGEST = ("faults", "nlu", "test_tune")  # begin first, so that no worker waits for them in the end


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts tests that belong together into one group for `-n 2 --dist loadgroup`; the other files each by itself."""
    def group(item: pytest.Item) -> str:
        folder = item.path.parent.name
        return folder if folder in _SHARING else item.path.stem

    for item in items:
        item.add_marker(pytest.mark.xdist_group(group(item)))
    items.sort(key=lambda item: group(item) not in _LONGEST)


@pytest.fixture(scope="session", autouse=True)
def own_var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Databases, logs and the secret of a test run are its own."""
    folder = tmp_path_factory.mktemp("var")
    before = os.environ.get("FAQ_VAR")
    os.environ["FAQ_VAR"] = str(folder)
    yield folder
    if before is None:
        del os.environ["FAQ_VAR"]
    else:
        os.environ["FAQ_VAR"] = before


@pytest.fixture(scope="session")
def settings(own_var: Path) -> Settings:
    """The demo clinic."""
    return load_settings(ROOT / "clinic.yml")


@pytest.fixture(scope="session")
def made() -> None:
    """Encoder, pipeline and model are there and fit their inputs."""
    make_everything(lambda _: None)


@pytest.fixture(scope="session")
def host() -> Iterator[HostPage]:
    """The clinic's own page, on another origin than the bot."""
    page = HostPage()
    yield page
    page.close()


@pytest.fixture(scope="session")
def bot(made: None, settings: Settings, host: HostPage, own_var: Path) -> Iterator[Supervisor]:
    """The running bot, which lets the clinic's page in; tests that kill something start their own."""
    clinic = (ROOT / "clinic.yml").read_text(encoding="utf-8")
    assert "origins: [" in clinic
    file = own_var / "clinic.yml"
    file.write_text(clinic.replace("origins: [", f'origins: ["{host.origin}", '), encoding="utf-8")
    supervisor = Supervisor(
        settings, port=free_port(), actions_port=free_port(), credentials="tests/credentials.yml",
        environment={"FAQ_RATE_LIMITS": "off", "FAQ_CLINIC": str(file)},
    )
    host.server = supervisor.bot.url
    supervisor.start()
    yield supervisor
    supervisor.stop()


@pytest.fixture
def chat(bot: Supervisor) -> ChatClient:
    """A fresh conversation with the running bot."""
    return ChatClient(bot.bot.url)
