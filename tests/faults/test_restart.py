"""A bot that is killed comes back, knows its conversations, and sends each request once."""
from __future__ import annotations

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Callable, Iterator, Optional

import pytest

from conftest import PHONE, QUESTIONS, RECEIVED, kill, wait_for  # isort: skip


class Relay(ThreadingHTTPServer):
    """Stands between bot and action server; may lose the answer to one call, after the call was carried out."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.actions_url = ""
        self.loses_answer_to: Optional[str] = None
        self.when_lost: Callable[[], None] = lambda: None
        Thread(target=self.serve_forever, daemon=True).start()

    def lose_answer_to(self, action: str, then: Callable[[], None] = lambda: None) -> None:
        self.loses_answer_to, self.when_lost = action, then

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The killed bot's broken connection is expected."""


class _Call(BaseHTTPRequestHandler):
    server: Relay

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: self.headers[name] for name in ("Content-Type", "X-Faq-Secret")}
        call = urllib.request.Request(self.server.actions_url, data=body, headers=headers)
        with urllib.request.urlopen(call, timeout=30) as answer:
            status, answered = answer.status, answer.read()
        if json.loads(body).get("next_action") == self.server.loses_answer_to:
            self.server.loses_answer_to = None
            self.server.when_lost()
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answered)))
        self.end_headers()
        self.wfile.write(answered)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    server = Relay()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def rig(start_rig: Any, relay: Relay) -> Any:
    started = start_rig({"FAQ_ACTIONS_URL": f"http://127.0.0.1:{relay.server_address[1]}/webhook"})
    relay.actions_url = f"{started.supervisor.actions.url}/webhook"
    return started


def test_the_supervisor_restarts_a_killed_bot_and_says_so(rig: Any) -> None:
    mid_form, done, elsewhere = rig.visitor(), rig.visitor(), rig.visitor()
    mid_form.gets_to("What name")
    mid_form.say(mid_form.name)
    named, answered = mid_form.sent, mid_form.answers
    done.finishes()
    sent, received = done.sent, done.answers
    elsewhere.say("how long does regular Botox last?")
    kept = mid_form.replay()
    kill(rig.supervisor.bot)

    rig.is_looked_after()

    assert rig.said[-1] == "The bot process died (it was killed by signal 9). Starting it again."
    assert mid_form.replay() == kept
    mid_form.say(mid_form.name, message_id=named)
    assert mid_form.answers == answered
    assert mid_form.replay() == kept, "a message sent again was kept again"
    assert QUESTIONS[2] in mid_form.told
    mid_form.say("does it hurt?")
    assert mid_form.topics == ["faq_pain", "book_appointment"]
    mid_form.finishes(given=QUESTIONS[:2])
    assert len(rig.codes(mid_form.name)) == 1
    done.say("Yes, send it", message_id=sent)
    assert done.answers == received
    assert len(rig.codes(done.name)) == 1
    elsewhere.say("does it hurt?")
    assert "Standard Botox" in elsewhere.told


def test_killed_after_the_request_was_written_it_shows_that_request_when_asked_again(
    rig: Any, relay: Relay
) -> None:
    visitor = rig.visitor()
    visitor.gets_to("Shall I send")
    kept = visitor.replay()
    relay.lose_answer_to("action_submit_booking", lambda: kill(rig.supervisor.bot))
    with pytest.raises((urllib.error.URLError, OSError, HTTPException)):
        visitor.say("Yes, send it", message_id="the-last-yes")
    written = rig.codes(visitor.name)
    assert len(written) == 1

    rig.is_looked_after()

    assert visitor.replay() == kept, "half a turn was kept"
    visitor.say("Yes, send it", message_id="the-last-yes")
    assert RECEIVED in visitor.told
    assert written[0] in visitor.told
    assert rig.codes(visitor.name) == written


def test_an_answer_lost_after_the_request_was_written_does_not_make_it_two(rig: Any, relay: Relay) -> None:
    visitor = rig.visitor()
    visitor.gets_to("Shall I send")
    relay.lose_answer_to("action_submit_booking")
    visitor.say("Yes, send it")
    assert PHONE in visitor.told
    assert RECEIVED not in visitor.told
    written = rig.codes(visitor.name)
    assert len(written) == 1

    visitor.finishes(given=QUESTIONS[:4])

    assert written[0] in visitor.told
    assert rig.codes(visitor.name) == written


def test_the_supervisor_restarts_a_killed_action_server_and_says_so(rig: Any) -> None:
    visitor = rig.visitor()
    visitor.gets_to("When would you like")
    kill(rig.supervisor.actions)
    visitor.say("Tuesday afternoon")
    assert PHONE in visitor.told

    rig.is_looked_after()

    assert rig.said[-1] == "The actions process died (it was killed by signal 9). Starting it again."
    visitor.finishes(given=QUESTIONS[:3])
    assert len(rig.codes(visitor.name)) == 1


def test_a_visitor_who_writes_while_the_bot_is_away_gets_the_answer_afterwards(rig: Any) -> None:
    visitor = rig.visitor()
    visitor.gets_to("What name")
    kill(rig.supervisor.bot)
    with pytest.raises((urllib.error.URLError, OSError)):
        visitor.say(visitor.name, message_id="sent-while-away")

    rig.is_looked_after()

    with ThreadPoolExecutor() as pool:  # an impatient browser sends it several times at once
        for turn in [pool.submit(visitor.say, visitor.name, message_id="sent-while-away") for _ in range(3)]:
            assert QUESTIONS[2] in turn.result()
    mine = [line for line in visitor.replay() if line.get("id") == "sent-while-away"]
    assert [line["kind"] for line in mine] == ["you", "text"]
    wait_for(rig.supervisor.bot.is_ready)
    visitor.finishes(given=QUESTIONS[:2])
    assert len(rig.codes(visitor.name)) == 1
