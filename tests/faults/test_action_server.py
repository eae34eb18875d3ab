"""Whatever happens to the action server, each visitor has an answer, and no request is lost or doubled."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from fault_kit import PHONE, QUESTIONS, Rig, Visitor


def assert_apology(visitor: Visitor) -> None:
    assert len(visitor.answers) == 1
    assert visitor.hears("utter_action_failed"), visitor.told
    assert PHONE in visitor.told
    for words in ("received", "thank", "your code"):
        assert words not in visitor.told.lower(), visitor.told


def assert_alarm_heard(visitor: Visitor) -> None:
    assert visitor.topics == ["red_flag"]
    assert "Call 911 now" in visitor.told


def test_a_visitor_outside_the_form_notices_nothing_until_the_booking(rig: Rig) -> None:
    asking, alarmed, booking = rig.visitor(), rig.visitor(), rig.visitor()
    with rig.dead_actions():
        asking.say("does it hurt?")
        assert asking.topics == ["faq_pain"]
        alarmed.say("I can't breathe after my injection")
        assert_alarm_heard(alarmed)
        booking.say("I'd like to book")
        assert_apology(booking)
        booking.say("yes")
        assert not booking.hears("utter_booking_received")
        booking.say("how long does it last?")
        assert booking.topics == ["faq_duration"]
    for visitor in (asking, alarmed, booking):
        visitor.finishes()
        assert len(rig.codes(visitor.name)) == 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_inside_the_form_everything_is_answered_and_the_form_goes_on_afterwards(rig: Rig, question: str) -> None:
    asking, alarmed, answering = visitors = [rig.visitor() for _ in range(3)]
    for visitor in visitors:
        visitor.gets_to(question)
    given = QUESTIONS[: QUESTIONS.index(question)]
    with rig.dead_actions():
        asking.say("does it hurt?")
        assert asking.topics == ["faq_pain", "book_appointment"]
        assert asking.is_asked == question
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


def test_what_was_told_is_kept_when_the_last_yes_was_lost(rig: Rig) -> None:
    visitor = rig.visitor()
    visitor.gets_to("booking_confirmed")
    with rig.dead_actions():
        visitor.say("Yes, send it")
        assert_apology(visitor)
        assert rig.codes(visitor.name) == []
    visitor.say("I'd like to book")
    assert visitor.hears("utter_booking_resumed")
    assert visitor.name in visitor.told
    assert "(503) 555-0177" in visitor.told
    assert "Tuesday afternoon" in visitor.told
    visitor.say("Yes, send it")
    assert rig.codes(visitor.name)[0] in visitor.told


def test_a_hanging_action_server_costs_an_apology_and_holds_up_nobody_else(rig: Rig) -> None:
    starting, naming, sending = waiting = [rig.visitor() for _ in range(3)]
    asking, alarmed = rig.visitor(), rig.visitor()
    naming.gets_to("visitor_name")
    sending.gets_to("booking_confirmed")
    asking.gets_to("visitor_name")
    alarmed.gets_to("booking_confirmed")
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


class Strange(BaseHTTPRequestHandler):
    """An action server that gives the same senseless answer to each call."""

    status, body = 200, b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: Any) -> None:
        pass


def test_an_answer_that_makes_no_sense_is_an_apology(rig: Rig) -> None:
    senseless = [
        (500, b'{"error": "OperationalError"}'),
        (403, b'{"error": "not allowed"}'),
        (200, b"<html>Bad gateway</html>"),
        (200, b'{"events": "none"}'),
        (200, b'{"events": ['),
        (200, b"null"),
        (200, b""),
    ]
    visitors = [rig.visitor() for _ in senseless]
    for visitor in visitors:
        visitor.gets_to("booking_confirmed")
    with rig.dead_actions():
        server = ThreadingHTTPServer(("127.0.0.1", rig.relay.port), Strange)
        Thread(target=server.serve_forever, daemon=True).start()
        for visitor, (Strange.status, Strange.body) in zip(visitors, senseless, strict=True):
            visitor.say("yes")
            assert_apology(visitor)
        server.shutdown()
        server.server_close()
    for visitor in visitors:
        visitor.finishes(given=QUESTIONS[:4])
        assert len(rig.codes(visitor.name)) == 1
