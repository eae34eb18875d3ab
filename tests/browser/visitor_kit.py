"""What a visitor does with the widget."""
from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import Any, Iterator

from playwright.sync_api import Browser, Locator, Page, expect

from assistant.supervisor import Child

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@contextmanager
def visit(browser: Browser, address: str, **look: Any) -> Iterator[Page]:
    """A page in a fresh browser profile; a script error on it fails the test."""
    context = browser.new_context(**(look or DESKTOP))
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(address)
    yield opened
    context.close()
    assert not errors, errors


def open_chat(page: Page) -> None:
    page.locator("faq-chat .launcher").click()
    expect(page.locator("faq-chat .is-starters .chip").first).to_be_visible()


def say(page: Page, text: str) -> Locator:
    """Types a message and returns the newest answer once it is complete."""
    answers = page.locator("faq-chat .rows .row.bot")
    before = answers.count()
    page.locator("faq-chat #field").fill(text)
    page.keyboard.press("Enter")
    expect(answers.nth(before)).to_be_visible(timeout=10_000)
    return answers.last


@contextmanager
def silent(child: Child) -> Iterator[None]:
    """A process takes calls and says nothing until the block ends."""
    assert child.process
    os.kill(child.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child.process.pid, signal.SIGCONT)
