"""A conversation over the chat protocol: answered once, never lost, errors polite (docs/protocol.md)."""
import asyncio
import re

import pytest
from bad_bodies import BAD_BODIES
from server_kit import PHONE, serving


@pytest.fixture
async def server(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQ_VAR", str(tmp_path))
    monkeypatch.delenv("FAQ_RATE_LIMITS", raising=False)
    async with serving(tmp_path) as running:
        yield running


# ---- a conversation


async def test_a_visitor_gets_a_session_asks_and_reads_it_again(server):
    status, session = await server.json("/chat/session", method="POST", json={})
    assert status == 200
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", session["expires"])
    reply, end = await server.send(session["token"])
    assert reply["n"] == 2
    assert reply["kind"] == "text"
    assert reply["topic"] == "faq_pain"
    assert reply["buttons"] == [{"title": "More", "says": "Tell me more"}]
    assert end == {"kind": "end", "n": 2}
    you, again, end = await server.replay(session["token"])
    assert you == {"n": 1, "kind": "you", "text": "does it hurt", "id": "message-1"}
    assert again == reply
    assert await server.replay(session["token"], after=2) == [{"kind": "end", "n": 2}]


async def test_lines_come_as_ndjson_that_nobody_may_cache_or_hold_back(server):
    token = await server.token()
    body = {"id": "message-1", "text": "hurt?"}
    async with await server.ask("/chat/messages", method="POST", token=token, json=body) as answer:
        assert answer.content_type == "application/x-ndjson"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"


async def test_a_renewed_token_goes_on_with_the_same_conversation(server):
    token = await server.token()
    await server.send(token)
    _, renewed = await server.json("/chat/session", method="POST", json={"token": token})
    assert len(await server.replay(renewed["token"])) == 3


async def test_renewing_a_forged_token_opens_a_new_conversation(server):
    token = await server.token()
    await server.send(token)
    _, other = await server.json("/chat/session", method="POST", json={"token": token[:-2]})
    assert await server.replay(other["token"]) == [{"kind": "end", "n": 0}]


async def test_one_visitor_never_reads_another(server):
    anna, ben = await server.token(), await server.token()
    await server.send(anna, "I am Anna")
    assert await server.replay(ben) == [{"kind": "end", "n": 0}]


async def test_an_emoji_and_a_typed_command_are_ordinary_text(server):
    token = await server.token()
    await server.send(token, "\U0001f44d", "message-1")
    await server.send(token, "/restart", "message-2")
    assert [message.text for message in server.bot.heard] == ["\U0001f44d", "restart"]


async def test_600_characters_are_judged_too_long_before_rasa(server):
    await server.send(await server.token(), "x" * 600)
    assert server.bot.heard[0].parse_data["reason"] == "too_long"


async def test_an_alarm_in_an_over_long_text_is_a_red_flag(server):
    await server.send(await server.token(), "x " * 400 + "I can't breathe after my injection")
    assert server.bot.heard[0].parse_data["intent"]["name"] == "red_flag"


# ---- once, and not lost


async def test_a_message_sent_twice_and_at_once_runs_once(server):
    server.bot.seconds = 0.05
    token = await server.token()
    answers = await asyncio.gather(*(server.send(token) for _ in range(3)))
    assert len(server.bot.heard) == 1
    assert {answer[-2]["text"] for answer in answers} == {"heard does it hurt"}


async def test_a_dropped_line_loses_nothing(server):
    server.bot.seconds = 0.2
    token = await server.token()
    listening = asyncio.create_task(server.send(token))
    await server.working()
    listening.cancel()
    await server.quiet()
    assert [line["kind"] for line in await server.replay(token)] == ["you", "text", "end"]
    assert (await server.send(token))[-2]["text"] == "heard does it hurt"
    assert len(server.bot.heard) == 1


async def test_a_slow_turn_is_an_apology_first_and_its_answer_later(server):
    server.bot.seconds = 1.3
    server.door._deadline, server.door._beat = 1.0, 0.1
    token = await server.token()
    lines = await server.send(token, signs=True)
    typing, *beats, sorry, end = [line["kind"] for line in lines]
    assert (typing, set(beats), sorry, end) == ("typing", {"beat"}, "sorry", "end")
    assert lines[-2]["phone"] == PHONE
    await server.quiet()
    assert [line["kind"] for line in await server.replay(token)] == ["you", "text", "end"]


async def test_a_turn_that_raises_gets_an_apology_and_the_next_one_an_answer(server):
    token = await server.token()
    server.bot.error = RecursionError("too deep")
    assert PHONE in (await server.send(token))[-2]["text"]
    server.bot.error = None
    assert (await server.send(token, "next", "message-2"))[-2]["text"] == "heard next"


async def test_stopping_finishes_the_turn_in_flight_and_tells_new_ones_to_come_back(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQ_VAR", str(tmp_path))
    async with serving(tmp_path) as server:
        server.bot.seconds = 0.2
        token = await server.token()
        running = asyncio.create_task(server.send(token))
        await server.working()
        stopping = asyncio.create_task(server.door.drain())
        await asyncio.sleep(0)
        body = {"id": "message-2", "text": "hello"}
        async with await server.ask("/chat/messages", method="POST", token=token, json=body) as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert (await answer.json())["error"] == "busy"
        assert (await running)[-2]["text"] == "heard does it hurt"
        await stopping


# ---- errors


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES, ids=lambda value: str(value)[:40])
async def test_a_body_that_is_no_message_is_refused_politely(server, body, status, code):
    token = await server.token()
    found, answer = await server.json("/chat/messages", method="POST", token=token, data=body)
    assert (found, answer["error"]) == (status, code)
    assert answer["phone"] == PHONE
    assert answer["says"]
    assert server.bot.heard == []
    assert (await server.send(token))[-2]["text"] == "heard does it hurt"


async def test_a_body_sent_in_pieces_is_cut_off_at_16_kilobytes(server):
    async def endless():
        for _ in range(100):
            yield b"x" * 1024

    token = await server.token()
    status, answer = await server.json("/chat/messages", method="POST", token=token, data=endless())
    assert (status, answer["error"]) == (413, "too_large")


@pytest.mark.parametrize("token", [None, "", "a.b", "eyJhbGciOiJub25lIn0.e30."])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_a_valid_token_there_is_no_session(server, method, token):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    body = {"id": "message-1", "text": "hi"} if method == "POST" else None
    status, answer = await server.json("/chat/messages", method=method, headers=headers, json=body)
    assert (status, answer["error"]) == (401, "no_session")


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "1e3", "٣"])
async def test_a_replay_from_nowhere_is_a_bad_request(server, after):
    status, answer = await server.json(f"/chat/messages?after={after}", token=await server.token())
    assert (status, answer["error"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/chat/nothing", 404, "not_found"),
        ("GET", "/widget/nothing.js", 404, "not_found"),
        ("GET", "/widget/..%2fclinic.yml", 404, "not_found"),
        ("DELETE", "/chat/messages", 405, "wrong_method"),
        ("GET", "/chat/session", 405, "wrong_method"),
        ("POST", "/ready", 405, "wrong_method"),
        ("GET", "/conversations/x/tracker", 404, "not_found"),
        ("POST", "/model/parse", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/", 405, "wrong_method"),
        ("GET", "/webhooks/rest/webhook", 405, "wrong_method"),
    ],
)
async def test_wrong_paths_and_methods_are_answered_in_the_protocols_form(server, method, path, status, code):
    found, answer = await server.json(path, method=method)
    assert (found, answer["error"]) == (status, code)
    assert answer["phone"] == PHONE


async def test_a_mistake_of_ours_is_answered_without_its_details(server, monkeypatch):
    monkeypatch.setattr("assistant.channels.reception.Reception.degraded", None)
    status, answer = await server.json("/chat/clinic")
    assert (status, answer["error"]) == (500, "failed")
    assert "NoneType" not in str(answer)


async def test_a_mistake_on_a_path_of_rasas_is_answered_in_the_protocols_form_too(server):
    status, answer = await server.json("/broken")
    assert (status, answer["error"], answer["phone"]) == (500, "failed", PHONE)


async def test_who_asks_too_fast_is_told_when_to_come_back(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQ_VAR", str(tmp_path))
    monkeypatch.delenv("FAQ_RATE_LIMITS", raising=False)
    async with serving(tmp_path, limits={"session": 6}) as server:
        token, other = await server.token(), await server.token()
        await server.send(token, message_id="message-1")
        await server.send(token, message_id="message-2")
        body = {"id": "message-3", "text": "hi"}
        async with await server.ask("/chat/messages", method="POST", token=token, json=body) as answer:
            assert answer.status == 429
            assert 1 <= int(answer.headers["Retry-After"]) <= 11
        assert (await server.send(other))[-2]["kind"] == "text"


# ---- the test channel


async def test_the_test_channel_answers_in_rasas_form_through_the_same_door(server):
    body = {"sender": "tester", "message": "/restart"}
    status, answers = await server.json("/webhooks/rest/webhook", method="POST", json=body)
    assert status == 200
    assert answers == [
        {
            "recipient_id": "tester",
            "text": "heard restart",
            "buttons": [{"title": "More", "payload": "Tell me more"}],
        }
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"message": "hi"}',
        b'{"sender": "", "message": "hi"}',
        b'{"sender": 5, "message": "hi"}',
        b'{"sender": "tester"}',
        b'{"sender": "tester", "message": 5}',
        b'{"sender": "tester", "message": {"a": 1}}',
    ],
)
async def test_the_test_channel_refuses_what_is_no_message(server, body):
    status, answer = await server.json("/webhooks/rest/webhook", method="POST", data=body)
    assert status == 400
    assert set(answer) == {"error", "says", "phone"}
    assert server.bot.heard == []
