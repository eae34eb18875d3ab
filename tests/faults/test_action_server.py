"""Whatever happens to the action server, each visitor has an answer, and no request is lost or doubled."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from conftest import PHONE, QUESTIONS, RECEIVED  # isort: skip

FIELDS = [pytest.param(question, id=question) for question in QUESTIONS]


@pytest.fixture(scope="module")
def rig(start_rig: Any) -> Any:
    return start_rig({})


def assert_apology(visitor: Any) -> None:
    assert PHONE in visitor.told
    assert "sorry" in visitor.told.lower()
    for words in (RECEIVED, "thank", "your code", *QUESTIONS):
        assert words.lower() not in visitor.told.lower(), visitor.told


def assert_alarm_heard(visitor: Any) -> None:
    assert visitor.topics == ["red_flag"]
    assert "Call 911 now" in visitor.told


def test_a_visitor_outside_the_form_notices_nothing_until_the_booking(rig: Any) -> None:
    asking, alarmed, booking = rig.visitor(), rig.visitor(), rig.visitor()
    with rig.dead_actions():
        asking.say("does it hurt?")
        assert asking.topics == ["faq_pain"]
        alarmed.say("I can't breathe after my injection")
        assert_alarm_heard(alarmed)
        booking.say("I'd like to book")
        assert_apology(booking)
        booking.say("yes")
        assert RECEIVED not in booking.told
        booking.say("how long does it last?")
        assert booking.topics == ["faq_duration"]
    for visitor in (asking, alarmed, booking):
        visitor.finishes()
        assert len(rig.codes(visitor.name)) == 1


@pytest.mark.parametrize("question", FIELDS)
def test_inside_the_form_everything_is_answered_and_the_form_goes_on_afterwards(rig: Any, question: str) -> None:
    asking, alarmed, answering = visitors = [rig.visitor() for _ in range(3)]
    for visitor in visitors:
        visitor.gets_to(question)
    given = QUESTIONS[: QUESTIONS.index(question)]
    with rig.dead_actions():
        asking.say("does it hurt?")
        assert asking.topics == ["faq_pain", "book_appointment"]
        assert question in asking.told
        alarmed.say("my tongue is swelling")
        assert_alarm_heard(alarmed)
        answering.say(answering.answer_to(question))
        assert_apology(answering)
        answering.say("how long does it last?")
        assert answering.topics == ["faq_duration"]
        answering.say("I'd like to book")
        assert_apology(answering)
    for visitor in visitors:
        visitor.finishes(given=given)
        assert len(rig.codes(visitor.name)) == 1


def test_what_was_told_is_kept_when_the_last_yes_was_lost(rig: Any) -> None:
    visitor = rig.visitor()
    visitor.gets_to("Shall I send")
    with rig.dead_actions():
        visitor.say("Yes, send it")
        assert_apology(visitor)
        assert rig.codes(visitor.name) == []
    visitor.say("I'd like to book")
    assert "I have kept what you told me" in visitor.told
    assert visitor.name in visitor.told
    assert "(503) 555-0177" in visitor.told
    assert "Tuesday afternoon" in visitor.told
    visitor.say("Yes, send it")
    assert rig.codes(visitor.name)[0] in visitor.told


def test_a_hanging_action_server_costs_an_apology_and_holds_up_nobody_else(rig: Any) -> None:
    starting, naming, sending = waiting = [rig.visitor() for _ in range(3)]
    asking, alarmed = rig.visitor(), rig.visitor()
    naming.gets_to("What name")
    sending.gets_to("Shall I send")
    asking.gets_to("What name")
    alarmed.gets_to("Shall I send")
    with rig.hanging_actions(), ThreadPoolExecutor() as pool:
        turns = [
            pool.submit(visitor.say, text)
            for visitor, text in ((starting, "I'd like to book"), (naming, naming.name), (sending, "yes"))
        ]
        asking.say("does it hurt?")
        assert asking.topics == ["faq_pain", "book_appointment"]
        alarmed.say("I can't breathe")
        assert_alarm_heard(alarmed)
        assert not any(turn.done() for turn in turns), "they were to be answered while others wait"
        for turn in turns:
            turn.result()
        for visitor in waiting:
            assert_apology(visitor)
    for visitor in (*waiting, asking, alarmed):
        visitor.finishes()
        assert len(rig.codes(visitor.name)) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(500, b'{"error": "OperationalError"}', id="an error"),
        pytest.param(200, b"<html>Bad gateway</html>", id="a page"),
        pytest.param(200, b'{"events": "none"}', id="JSON in another form"),
        pytest.param(200, b'{"events": [', id="half an answer"),
        pytest.param(403, b'{"error": "not allowed"}', id="a refusal"),
    ],
)
def test_an_answer_that_makes_no_sense_is_an_apology(rig: Any, status: int, body: bytes) -> None:
    class Strange(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    visitor = rig.visitor()
    visitor.gets_to("Shall I send")
    with rig.dead_actions():
        strange = ThreadingHTTPServer(("127.0.0.1", rig.supervisor.actions.port), Strange)
        Thread(target=strange.serve_forever, daemon=True).start()
        visitor.say("yes")
        strange.shutdown()
        strange.server_close()
        assert_apology(visitor)
    visitor.finishes(given=QUESTIONS[:4])
    assert len(rig.codes(visitor.name)) == 1
