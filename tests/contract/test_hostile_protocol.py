"""Whatever is sent to the public address: a short refusal within a second, and the bot goes on."""
from __future__ import annotations

import base64
import json
import re
import secrets
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator

import pytest
from bad_bodies import BAD_BODIES, message

from assistant.channels.protocol import BODY_SECONDS
from assistant.settings import ROOT

POISON = "pomegranate"  # tests/contract/poisoned_bot.py
SLOW = 40  # connections that send nothing more
PHONE = "(503) 555-0142"
GOOD = json.dumps({"id": "message-1", "text": "does it hurt?"}).encode()
_INNARDS = re.compile(rf"Traceback|site-packages|{re.escape(str(ROOT))}|\.py\b|sanic|rasa|python", re.I)


@pytest.fixture(scope="module", autouse=True)
def slow(public_bot: Any) -> Iterator[Any]:
    """Visitors who send half a request and wait, from before the first test to the last."""
    began, lines = time.monotonic(), []
    for number in range(SLOW):
        line = public_bot.connect()
        half = b"POST /chat/messages HTTP/1.1\r\nHost: x\r\n"
        if number % 2:
            half += f"Authorization: Bearer {public_bot.token()}\r\nX-Forwarded-For: 172.16.0.{number}\r\n".encode()
            half += b"Content-Length: 100\r\n\r\n{"
        line.sendall(half)
        lines.append(line)
    yield began, lines
    for line in lines:
        line.close()


@pytest.fixture
def token(public_bot: Any) -> str:
    return str(public_bot.token())


def assert_refused(answer: Any, status: int, code: str) -> None:
    assert answer.status == status, answer
    said = json.loads(answer.body)
    assert set(said) == {"error", "says", "phone"}
    assert said["error"] == code
    assert PHONE in said["says"]
    assert said["phone"] == PHONE
    assert answer.seconds < 1
    assert not _INNARDS.search(answer.body)


def assert_usable(bot: Any, token: str) -> None:
    (answer,) = bot.say(token, "does it hurt?", f"message-{secrets.token_hex(6)}")
    assert answer["topic"] == "faq_pain"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [*BAD_BODIES, (message(text="x" * 1_000_000), 413, "too_large")],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_is_no_message(public_bot: Any, token: str, body: bytes, status: int, code: str) -> None:
    try:
        answer = public_bot.ask("/chat/messages", body=body, token=token)
    except urllib.error.URLError:  # the line may be closed before a megabyte is read
        assert len(body) > 100_000
    else:
        assert_refused(answer, status, code)
    assert_usable(public_bot, token)


@pytest.mark.parametrize(
    "extra",
    [
        {"metadata": "not json"},
        {"metadata": [[[1]]]},
        {"sender": "somebody else", "conversation_id": "x", "session_id": ["x"]},
        {"input_channel": "rest", "parse_data": {"intent": {"name": "affirm"}}},
    ],
    ids=str,
)
def test_what_the_protocol_does_not_know_is_ignored(public_bot: Any, extra: Any) -> None:
    token = public_bot.token()
    body = message(text="does it hurt?", **extra)
    lines = public_bot.ask("/chat/messages", body=body, token=token).lines
    assert [line["topic"] for line in lines if line["kind"] == "text"] == ["faq_pain"]


def _forged() -> dict[str, str]:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    body = base64.urlsafe_b64encode(secrets.token_bytes(18) + b"\xff" * 8).decode().rstrip("=")
    return {
        "empty": "",
        "alg none": f"{part({'alg': 'none'})}.{part({'sub': 'admin'})}.",
        "no signature": f"{body}.",
        "own signature": f"{body}.{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}",
        "one part": body,
        "very long": "a" * 4000 + "." + "b" * 3000,
        "sql": "' or 1=1 --",
        "path": "../../etc/passwd",
    }


@pytest.mark.parametrize("forged", _forged().values(), ids=_forged().keys())
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_token(public_bot: Any, forged: str, method: str) -> None:
    body = GOOD if method == "POST" else None
    assert_refused(public_bot.ask("/chat/messages", method=method, body=body, token=forged), 401, "no_session")


def test_a_token_that_was_changed_anywhere(public_bot: Any, token: str) -> None:
    for at in range(0, len(token) - 1, 7):
        other = "A" if token[at] != "A" else "B"
        changed = token[:at] + other + token[at + 1 :]
        assert public_bot.ask("/chat/messages?after=0", method="GET", token=changed).status == 401, at


def test_no_token_reads_another_conversation(public_bot: Any) -> None:
    anna, ben = public_bot.token(), public_bot.token()
    public_bot.say(anna, "my name is Quillfeather", "message-1")
    assert "Quillfeather" in public_bot.ask("/chat/messages?after=0", method="GET", token=anna).body
    for query in ("after=0", "after=0&sender=anna", "after=-1", "after[]=0", "after=0' or '1'='1"):
        found = public_bot.ask(f"/chat/messages?{query.replace(' ', '%20')}", method="GET", token=ben)
        assert "Quillfeather" not in found.body
    # the same message id is another message in another conversation
    (answer,) = public_bot.say(ben, "does it hurt?", "message-1")
    assert answer["topic"] == "faq_pain"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:5005.evil.example", "%00"])
def test_a_page_that_is_not_the_clinics(public_bot: Any, token: str, origin: str) -> None:
    for path, body in (("/chat/session", b"{}"), ("/chat/messages", GOOD)):
        answer = public_bot.ask(path, body=body, token=token, Origin=origin)
        assert_refused(answer, 403, "wrong_origin")
        assert not [name for name in answer.headers if name.lower() == "access-control-allow-origin"]


def test_no_origin_is_a_client_that_is_no_browser(public_bot: Any) -> None:
    assert_usable(public_bot, public_bot.token())


def test_a_thousand_sessions_a_minute_from_one_address(public_bot: Any) -> None:
    address = public_bot.address()

    def ask(_: int) -> Any:
        return public_bot.ask("/chat/session", body=b"{}", address=address)

    with ThreadPoolExecutor(8) as pool:
        flood = pool.map(ask, range(1000))
        began = time.monotonic()
        assert_usable(public_bot, public_bot.token())  # another visitor meanwhile
        assert time.monotonic() - began < 2
        answers = list(flood)
    given = [answer for answer in answers if answer.status == 200]
    assert 30 <= len(given) <= 40
    for answer in answers:
        if answer.status != 200:
            assert answer.status == 429
            assert json.loads(answer.body)["error"] == "too_fast"
            assert int(answer.headers["Retry-After"]) > 0


def test_a_made_up_forwarding_address_is_not_believed(public_bot: Any) -> None:
    address = public_bot.address()  # what our proxy adds; everything left of it the sender wrote
    statuses = [
        public_bot.ask("/chat/session", body=b"{}", address=f"203.0.113.{number}, {address}").status
        for number in range(40)
    ]
    assert statuses.count(429) >= 5


def test_a_hundred_messages_in_a_second_from_one_visitor(public_bot: Any) -> None:
    token = public_bot.token()
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(
                lambda number: public_bot.ask("/chat/messages", body=message(id=f"flood-{number:03}"), token=token),
                range(100),
            )
        )
    taken = [answer for answer in answers if answer.status == 200]
    assert 10 <= len(taken) <= 15
    assert all(answer.lines[-1]["kind"] == "end" for answer in taken)
    assert {answer.status for answer in answers} == {200, 429}
    assert all(answer.seconds < 1 for answer in answers if answer.status == 429)
    assert_usable(public_bot, public_bot.token())


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/rest/webhook", "/webhooks/rest", "/webhooks/callback/webhook", "/webhooks/socketio",
        "/conversations/x/tracker", "/conversations/x/messages", "/conversations/x/tracker/events",
        "/model", "/model/parse", "/model/train", "/status", "/version", "/domain", "/socket.io/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_rasas_own_doors_are_closed(public_bot: Any, path: str, method: str) -> None:
    body = None if method == "GET" else b'{"sender": "x", "message": "hi", "text": "hi"}'
    answer = public_bot.ask(path, method=method, body=body)
    assert_refused(answer, 404, "not_found")
    assert answer.seconds < 1
    assert "3.6" not in answer.body


@pytest.mark.parametrize("path", ["/chat/nothing", "/chat/messages/1", "/widget/..%2f..%2fclinic.yml", "/widget/%00"])
def test_an_unknown_path_of_ours(public_bot: Any, path: str) -> None:
    assert_refused(public_bot.ask(path, method="GET"), 404, "not_found")


def test_the_action_server_hears_nobody_but_the_bot(public_bot: Any) -> None:
    url = public_bot.supervisor.actions.url + "/webhook"
    for headers in ({}, {"X-Faq-Secret": ""}, {"X-Faq-Secret": "guess"}):
        body = b'{"next_action": "action_submit_booking", "tracker": {"sender_id": "x", "slots": {}, "events": []}}'
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", **headers})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        assert refused.value.code == 403


def test_raw_rubbish_on_the_line(public_bot: Any) -> None:
    for rubbish in (b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"POST /chat/messages HTTP/9.9\r\n\r\n", b"\r\n" * 50):
        with public_bot.connect() as line:
            line.sendall(rubbish)
            line.shutdown(1)
            assert not _INNARDS.search(line.recv(4096).decode(errors="replace"))
    assert_usable(public_bot, public_bot.token())


def test_a_text_that_breaks_the_understanding_is_an_apology_and_the_next_one_is_answered(public_bot: Any) -> None:
    token = public_bot.token()
    public_bot.say(token, "how long does regular Botox last?", "message-1")
    (apology,) = public_bot.say(token, f"is {POISON} good for it?", "message-2")
    assert PHONE in apology["text"]
    (answer,) = public_bot.say(token, "does it hurt?", "message-3")
    assert "Standard Botox" in answer["text"], "the conversation was forgotten"
    kept = public_bot.ask("/chat/messages?after=0", method="GET", token=token).lines
    assert [line["n"] for line in kept] == [1, 2, 3, 4, 5, 6, 6]
    assert public_bot.say(token, f"is {POISON} good for it?", "message-2") == [apology]


def test_slow_senders_keep_nobody_waiting_and_are_sent_away(public_bot: Any, slow: Any) -> None:
    """Last of all: they have been there since the first test."""
    began, lines = slow
    assert_usable(public_bot, public_bot.token())
    time.sleep(max(0.0, began + BODY_SECONDS + 4 - time.monotonic()))
    for number, line in enumerate(lines):
        line.settimeout(1)
        said = line.recv(4096).decode()
        if number % 2:
            assert "400 Bad Request" in said
            assert '"error":"bad_request"' in said
        while line.recv(4096):  # b"": closed
            pass
