"""What goes wrong on a visitor's side: double clicks, reloads, two tabs, a lost line, no mouse."""
from __future__ import annotations

import gzip
import re
from typing import Iterator

import pytest
from host_kit import HostPage
from playwright.sync_api import Browser, Locator, Page, expect
from visitor_kit import PHONE, open_chat, say, silent, visit

from assistant.settings import ROOT
from assistant.supervisor import Supervisor

MOST_BYTES = 20_000  # compressed
SECONDS = 20_000  # ms; tries go on for half a minute


@pytest.fixture
def phone(browser: Browser, bot: Supervisor, host: HostPage) -> Iterator[Page]:
    """The clinic's page on a phone."""
    with visit(browser, host.origin, **PHONE) as opened:
        yield opened


def send(page: Page, text: str) -> None:
    page.locator("faq-chat #field").fill(text)
    page.keyboard.press("Enter")


def said(page: Page) -> Locator:
    return page.locator("faq-chat .rows .row")


def assert_in_view(row: Locator) -> None:
    """The row's first line is not above or below what can be seen of the conversation."""
    top = row.bounding_box()
    log = row.page.locator("faq-chat .log").bounding_box()
    assert top and log
    assert log["y"] <= top["y"] <= log["y"] + log["height"] - 24


def focused(page: Page) -> str:
    """What has the focus inside the widget, "" when it is elsewhere."""
    return str(page.evaluate("""() => {
        const node = document.querySelector("faq-chat").shadowRoot.activeElement;
        return node ? node.getAttribute("aria-label") || node.id || node.textContent.trim() : "";
    }"""))


def test_it_is_small() -> None:
    assert len(gzip.compress((ROOT / "widget" / "chat.js").read_bytes())) <= MOST_BYTES


def test_a_double_click_sends_once(page: Page) -> None:
    open_chat(page)
    page.locator("faq-chat #field").fill("does it hurt?")
    page.locator("faq-chat .send").dblclick()
    expect(page.locator("faq-chat .row.bot .card").last).to_contain_text("sting", timeout=SECONDS)
    expect(said(page)).to_have_count(2)


def test_a_double_click_on_a_suggestion_sends_once(page: Page) -> None:
    open_chat(page)
    page.locator("faq-chat .is-starters .chip", has_text="Does it hurt?").dblclick()
    expect(said(page).last).to_contain_text("sting", timeout=SECONDS)
    expect(page.locator("faq-chat .row.you")).to_have_count(1)


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(page: Page, bot: Supervisor) -> None:
    open_chat(page)
    say(page, "I'd like to book")
    say(page, "Yes to both")
    with silent(bot.actions):
        send(page, "Dana Whitlock")
        expect(page.locator("faq-chat .dots")).to_be_visible()
        page.reload()
        page.locator("faq-chat .launcher").click()
        expect(said(page)).to_have_count(4)
    expect(said(page)).to_have_count(6, timeout=SECONDS)
    expect(said(page).nth(4)).to_contain_text("Dana Whitlock")
    expect(said(page).last).to_contain_text("phone number or email")


def test_a_message_that_a_reload_lost_is_not_lost_silently(page: Page, bot: Supervisor) -> None:
    open_chat(page)
    say(page, "does it hurt?")
    with silent(bot.bot):  # it never reads the message: the page is gone before it wakes
        send(page, "how long does it last?")
        expect(page.locator("faq-chat .dots")).to_be_visible()
        page.reload()
    page.locator("faq-chat .launcher").click()
    expect(said(page).last).to_contain_text(re.compile("may not have got through|months"), timeout=SECONDS)
    assert page.evaluate("Object.values(sessionStorage)") == [""]


def test_two_tabs_show_the_same_conversation_once(page: Page, host: HostPage) -> None:
    open_chat(page)
    say(page, "does it hurt?")
    other = page.context.new_page()
    other.goto(host.origin)
    other.locator("faq-chat .launcher").click()
    expect(said(other)).to_have_count(2)
    say(other, "how long does it last?")
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(said(page)).to_have_count(4)
    say(page, "is it safe?")
    expect(said(page)).to_have_count(6)
    assert page.locator("faq-chat .rows").inner_text().count("stings") == 1


def test_a_message_typed_offline_is_sent_once_when_the_line_is_back(page: Page) -> None:
    open_chat(page)
    say(page, "does it hurt?")
    page.context.set_offline(True)
    send(page, "how long does it last?")
    expect(page.locator("faq-chat .status")).to_have_text("Reconnecting\u2026")
    page.context.set_offline(False)
    expect(said(page).last).to_contain_text("months", timeout=SECONDS)
    expect(said(page)).to_have_count(4)
    expect(page.locator("faq-chat .status")).to_be_empty()


@pytest.mark.parametrize("question", ["does it hurt and how long does it last?", "what is micro-botox?", "is it safe?"])
def test_an_answer_begins_in_sight(phone: Page, question: str) -> None:
    open_chat(phone)
    say(phone, "does it hurt?")
    before = phone.locator("faq-chat .rows .row.bot").count()
    say(phone, question)
    assert_in_view(phone.locator("faq-chat .rows .row.bot").nth(before))


def test_opened_sources_are_in_sight(phone: Page) -> None:
    open_chat(phone)
    say(phone, "does it hurt?")
    answer = say(phone, "how long does it last?")
    answer.locator("summary").click()
    item = answer.locator("details li").first
    expect(item).to_be_visible()
    assert_in_view(item)


def test_what_was_too_long_may_be_shortened(page: Page) -> None:
    open_chat(page)
    send(page, "word " * 120)
    expect(page.locator("faq-chat .status")).to_contain_text("500")
    page.locator("faq-chat #field").fill("does it hurt?")
    expect(page.locator("faq-chat .status")).to_be_empty()
    page.keyboard.press("Enter")
    expect(said(page).last).to_contain_text("sting", timeout=SECONDS)


def test_tab_goes_through_the_window_in_order_and_out_of_it(page: Page) -> None:
    open_chat(page)
    page.locator("faq-chat .call a").focus()
    stops = []
    for _ in range(12):
        stops.append(focused(page))
        page.keyboard.press("Tab")
    assert stops[0].startswith("Call")
    assert stops[1:3] == ["Close chat", "Conversation"]
    assert stops[3:7] == ["What is micro-Botox?", "Does it hurt?", "How long does it last?", "Book a visit"]
    assert stops[7:9] == ["field", "Send"]
    assert stops[9].startswith("Privacy")
    assert "" in stops[10:], "a keyboard trap"


def test_on_a_phone_the_page_behind_is_out_of_reach_and_escape_leads_back(phone: Page) -> None:
    open_chat(phone)
    assert phone.locator("faq-chat .panel").evaluate("panel => panel.matches(':modal')")
    phone.keyboard.press("Escape")
    expect(phone.locator("faq-chat .launcher")).to_be_focused()


def test_a_message_that_waits_for_the_one_before_it_survives_a_reload(page: Page, bot: Supervisor) -> None:
    open_chat(page)
    say(page, "what is it?")
    with silent(bot.bot):
        send(page, "does it hurt?")
        expect(page.locator("faq-chat .dots")).to_be_visible()
        send(page, "how long does it last?")  # stands in the queue
        page.reload()
    page.locator("faq-chat .launcher").click()
    expect(said(page).last).to_contain_text(re.compile("may not have got through|months"), timeout=SECONDS)
