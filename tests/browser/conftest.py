"""A real Chromium; without one these tests fail in CI and are skipped loudly elsewhere."""
from __future__ import annotations

import os
import shutil
import warnings
from typing import Iterator

import pytest
from host_kit import HostPage
from playwright.sync_api import Browser, Page, sync_playwright
from visitor_kit import visit

from assistant.supervisor import Supervisor

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file; left open, its event loop would keep every asynchronous test from running."""
    if not _CHROMIUM:
        if os.environ.get("CI") == "true":
            pytest.fail("No Chromium found: the browser tests must run in CI (Debian: apt-get install chromium).")
        warnings.warn("NO CHROMIUM FOUND: THE BROWSER TESTS WERE SKIPPED", stacklevel=1)
        pytest.skip("NO CHROMIUM FOUND: install chromium to run the browser tests")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET)
        yield opened
        opened.close()


@pytest.fixture
def demo_page(browser: Browser, bot: Supervisor) -> Iterator[Page]:
    """The page that the bot itself serves."""
    with visit(browser, f"{bot.bot.url}/") as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, bot: Supervisor, host: HostPage) -> Iterator[Page]:
    """The clinic's own page, of another origin than the bot."""
    with visit(browser, host.origin) as opened:
        yield opened
