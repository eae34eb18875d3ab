"""Every state of the widget in every look: no axe-core violation, nothing cut off, nothing too small to touch."""
from __future__ import annotations

import time
from typing import Any, Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from host_kit import HostPage
from playwright.sync_api import Browser, Page, expect
from visitor_kit import DESKTOP, PHONE, open_chat, say, silent, visit

from assistant.settings import Settings
from assistant.supervisor import Supervisor, asks

LOOKS = {
    "light": DESKTOP,
    "dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": PHONE,
    "dark phone": {**PHONE, "color_scheme": "dark"},
    "forced colours": {**DESKTOP, "forced_colors": "active"},
}
TOUCH = 44  # pixels
# A link in the middle of a sentence is as high as the sentence; what is folded away has no size.
_TOO_SMALL = """smallest => [...document.querySelector("faq-chat").shadowRoot
    .querySelectorAll("button, a, summary, textarea")]
  .filter(node => node.checkVisibility() && !node.matches("p > a:not(.tap), .card > ul > li > a:not(.tap)"))
  .map(node => [node.textContent || node.id, node.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.min(box.width, box.height) < smallest)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""
_CUT_OFF = """() => [...document.querySelector("faq-chat").shadowRoot
    .querySelectorAll(".panel *:not(.unseen, textarea)")]
  .filter(node => node.clientWidth && node.scrollWidth > node.clientWidth + 1)
  .filter(node => getComputedStyle(node).display !== "inline")
  .map(node => node.outerHTML.slice(0, 80))"""


def assert_well(page: Page, state: str) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    wrong = [f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes']]}" for one in found]
    assert wrong == [], state
    assert page.evaluate(_TOO_SMALL, TOUCH) == [], state
    assert page.evaluate(_CUT_OFF) == [], state


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_every_state_can_be_read_reached_and_touched(
    browser: Browser, bot: Supervisor, host: HostPage, look: dict[str, Any]
) -> None:
    with visit(browser, host.origin, **look) as page:
        expect(page.locator("faq-chat .launcher")).to_be_visible()
        assert_well(page, "closed")
        open_chat(page)
        assert_well(page, "open")
        answer = say(page, "does it hurt and how long does it last?")
        assert_well(page, "two answers")
        answer.locator("summary").click()
        assert_well(page, "sources")
        say(page, "what is micro-botox?")
        assert_well(page, "figure")
        say(page, "my throat feels tight")
        assert_well(page, "alarm")
        page.locator("faq-chat #field").fill("a" * 300 + " word" * 50)
        page.keyboard.press("Enter")
        expect(page.locator("faq-chat .status")).to_contain_text("500")
        assert_well(page, "too long")
        say(page, "W" * 480)
        assert_well(page, "one long word")
        say(page, "I'd like to book")
        assert_well(page, "form")
        for text in ("Yes to both", "Dana Whitlock", "503 555 0177", "Tuesday afternoon"):
            say(page, text)
        assert_well(page, "summary")
        say(page, "yes")
        page.locator("faq-chat .code button").click()
        expect(page.locator("faq-chat .status")).to_contain_text("Code")
        assert_well(page, "code")
        with silent(bot.bot):
            page.locator("faq-chat #field").fill("is it safe?")
            page.keyboard.press("Enter")
            expect(page.locator("faq-chat .dots")).to_be_visible()
            assert_well(page, "typing")
        expect(page.locator("faq-chat .rows .row.bot").last).to_contain_text("risk", timeout=15_000)
        page.context.set_offline(True)
        page.locator("faq-chat #field").fill("hello")
        page.keyboard.press("Enter")
        expect(page.locator("faq-chat .status")).to_contain_text("Reconnecting")
        assert_well(page, "line gone")


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_without_a_server_there_is_a_number_to_call(
    browser: Browser, bot: Supervisor, host: HostPage, look: dict[str, Any]
) -> None:
    with visit(browser, host.origin, **look) as page:
        expect(page.locator("faq-chat .launcher")).to_be_visible()
        page.context.set_offline(True)
        page.locator("faq-chat .launcher").click()
        expect(page.locator("faq-chat .intro")).to_contain_text("cannot be reached")
        expect(page.locator("faq-chat .intro a.tap")).to_have_attribute("href", "tel:5035550142")
        assert_well(page, "no server")
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("faq-chat .is-starters .chip").first).to_be_visible()


def test_a_page_that_is_not_listed_is_told_so(browser: Browser, bot: Supervisor) -> None:
    stranger = HostPage()
    stranger.server = bot.bot.url
    said: list[str] = []
    with visit(browser, stranger.origin) as page:
        page.on("console", lambda message: said.append(message.text))
        page.locator("faq-chat .launcher").click()
        expect(page.locator("faq-chat .intro")).to_contain_text("not set up for this page")
        expect(page.locator("faq-chat .intro")).to_contain_text("(503) 555-0142")
        assert_well(page, "refused")
        assert page.locator("faq-chat .composer").is_hidden()
    assert [text for text in said if stranger.origin in text and "clinic.yml" in text]
    stranger.close()


def test_without_an_action_server_the_number_stands_beside_book(
    browser: Browser, bot: Supervisor, host: HostPage, settings: Settings
) -> None:
    assert bot.actions.process
    bot.actions.process.kill()
    bot.actions.process.wait()
    try:
        wait_until(lambda: is_degraded(bot))
        with visit(browser, host.origin) as page:
            open_chat(page)
            book = page.locator("faq-chat .by-phone")
            expect(book.get_by_role("button", name="Book a visit")).to_be_visible()
            expect(book.get_by_role("link")).to_have_text("(503) 555-0142")
            expect(book.get_by_role("link")).to_have_attribute("href", "tel:+15035550142")
            assert_well(page, "degraded")
    finally:
        bot.actions.start(settings.var)
        wait_until(lambda: not is_degraded(bot))
    with visit(browser, host.origin) as page:
        open_chat(page)
        expect(page.locator("faq-chat .by-phone")).to_have_count(0)


def is_degraded(bot: Supervisor) -> bool:
    ready = asks(bot.bot.url + "/ready")
    assert ready, "the bot itself is well"
    return ready["degraded"] == ["booking"]


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.5)
