"""A visitor on the clinic's page, which is of another origin than the bot: questions, a booking, a reload."""
from __future__ import annotations

import os
import re
from urllib.parse import urlparse

from host_kit import HostPage
from playwright.sync_api import Locator, Page, expect
from visitor_kit import open_chat, say

from assistant.settings import ROOT

PICTURES = ROOT / "docs"


def take_picture(page: Page, name: str) -> None:
    """The README's pictures are taken from the running page when docs are written."""
    if os.environ.get("FAQ_WRITE_DOCS"):
        page.screenshot(path=PICTURES / name)


def book(page: Page) -> Locator:
    say(page, "I'd like to book")
    say(page, "Yes to both")
    say(page, "Dana Whitlock")
    say(page, "503 555 0177")
    summary = say(page, "Tuesday afternoon")
    expect(summary).to_contain_text("Dana Whitlock")
    expect(summary).to_contain_text("Tuesday")
    return say(page, "yes")


def test_five_questions_in_a_visitors_words_are_answered(page: Page) -> None:
    open_chat(page)
    for question, words in (
        ("what is micro botox", "skin"),
        ("how is it different from normal botox", "muscle"),
        ("does it hurt", "sting"),
        ("is there any downtime", "bruise"),
        ("how long does it last", "months"),
    ):
        expect(say(page, question)).to_contain_text(re.compile(words, re.I))


def test_sources_are_under_the_fold_and_name_kinds_only(demo_page: Page) -> None:
    page = demo_page
    open_chat(page)
    answer = say(page, "how long does it last")
    fold = answer.locator("details summary")
    expect(fold).to_contain_text("Sources")
    fold.click()
    expect(answer.locator("details")).to_contain_text("Study")
    take_picture(page, "widget.png")


def test_a_booking_ends_with_a_code_that_survives_a_reload(demo_page: Page) -> None:
    page = demo_page
    open_chat(page)
    answer = book(page)
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", answer.inner_text())
    assert code, answer.inner_text()
    take_picture(page, "booking.png")
    page.reload()
    page.locator("faq-chat .launcher").click()
    expect(page.locator("faq-chat .rows")).to_contain_text(code[0])
    expect(page.locator("faq-chat .rows")).to_contain_text("Dana Whitlock")


def test_suggestions_are_sent_as_the_visitors_own_words(page: Page) -> None:
    open_chat(page)
    page.locator("faq-chat .is-starters .chip", has_text="Does it hurt?").click()
    expect(page.locator("faq-chat .rows .row.bot").last).to_contain_text("sting", timeout=10_000)


def test_all_of_it_works_by_keyboard(page: Page) -> None:
    page.locator("faq-chat .launcher").focus()
    page.keyboard.press("Enter")
    expect(page.locator("faq-chat #field")).to_be_focused()
    page.keyboard.type("does it hurt?")
    page.keyboard.press("Enter")
    expect(page.locator("faq-chat .rows .row.bot").last).to_contain_text("sting", timeout=10_000)
    page.keyboard.press("Escape")
    expect(page.locator("faq-chat .launcher")).to_be_focused()


def test_what_a_visitor_types_is_shown_as_text(page: Page) -> None:
    open_chat(page)
    say(page, "<img src=x onerror=alert(1)> does it hurt")
    expect(page.locator("faq-chat .rows img")).to_have_count(0)


def test_nothing_is_asked_of_a_third_server_and_no_cookie_is_set(page: Page, host: HostPage) -> None:
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlparse(request.url).netloc))
    page.reload()
    open_chat(page)
    say(page, "does it hurt")
    assert hosts == {urlparse(host.origin).netloc, urlparse(host.server).netloc}
    assert page.context.cookies() == []


def test_the_consultation_first_face_names_no_product(demo_page: Page) -> None:
    page = demo_page
    page.goto(page.url + "?market=uk")
    page.locator("faq-chat .launcher").click()
    expect(page.locator("faq-chat .is-starters .chip").first).to_be_visible()
    shown = page.content() + page.locator("faq-chat .root").evaluate("root => root.outerHTML")
    shown = shown.lower()
    assert not [word for word in ("botox", "toxin", "dysport") if word in shown]


def test_who_answers_stands_in_the_header_and_is_spoken_once(page: Page) -> None:
    spoken = page.locator("faq-chat .panel > [role=status].unseen")
    page.locator("faq-chat .launcher").click()
    expect(page.locator("faq-chat .who p")).to_have_text("Automated assistant, not a clinician. Not for emergencies.")
    expect(spoken).to_have_text("Automated assistant, not a clinician. Not for emergencies.")
    spoken.evaluate("one => new MutationObserver(() => { one.dataset.again = 'yes'; }).observe(one, {childList: true})")
    page.keyboard.press("Escape")
    page.locator("faq-chat .launcher").click()
    say(page, "does it hurt")
    expect(spoken).not_to_have_attribute("data-again", "yes")
    expect(page.locator("faq-chat dialog")).not_to_have_attribute("aria-describedby", re.compile("."))
