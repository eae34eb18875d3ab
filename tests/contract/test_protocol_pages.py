"""Who may ask the chat server, and what it says about itself and the clinic (docs/protocol.md)."""
import json
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
from server_kit import PHONE, serving

from assistant.conversations.tables import metadata
from assistant.settings import ROOT, load_settings

SITE = "http://localhost:5005"  # the origin of the demo clinic's clinic.yml
STRANGER = "https://evil.example"


@pytest.fixture
async def server(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQ_VAR", str(tmp_path))
    monkeypatch.delenv("FAQ_RATE_LIMITS", raising=False)
    async with serving(tmp_path) as running:
        yield running


# ---- origins


@pytest.mark.parametrize("origin", [STRANGER, "null", "http://localhost:5006", SITE + ".evil.example"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/chat/session"), ("GET", "/chat/clinic")])
async def test_a_foreign_site_is_refused_without_cors_headers(server, method, path, origin):
    async with await server.ask(path, method=method, headers={"Origin": origin}) as answer:
        assert answer.status == 403
        assert (await answer.json())["error"] == "wrong_origin"
        assert not [name for name in answer.headers if name.startswith("Access-Control-Allow-Origin")]


async def test_the_clinics_site_may_ask_across_origins(server):
    async with await server.ask("/chat/session", method="POST", json={}, headers={"Origin": SITE}) as answer:
        assert answer.status == 200
        assert answer.headers.getall("Access-Control-Allow-Origin") == [SITE]


async def test_the_clinics_site_may_read_the_lines_and_the_errors(server):
    token = await server.token()
    for body in ({"id": "message-1", "text": "hi"}, {"id": "x"}):
        ask = server.ask("/chat/messages", method="POST", token=token, json=body, headers={"Origin": SITE})
        async with await ask as answer:
            assert answer.headers.getall("Access-Control-Allow-Origin") == [SITE]


@pytest.mark.parametrize(("origin", "allowed"), [(SITE, SITE), (STRANGER, None)])
async def test_the_browsers_preflight_is_answered_for_the_clinics_site(server, origin, allowed):
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with await server.ask("/chat/messages", method="OPTIONS", headers=headers) as answer:
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        if allowed:
            assert answer.status == 200
            assert "POST" in answer.headers["Access-Control-Allow-Methods"]
            assert answer.headers["Access-Control-Allow-Headers"] == "authorization, content-type"


async def test_the_servers_own_page_may_ask_at_any_address(server):
    async with await server.ask("/chat/clinic", headers={"Origin": server.url}) as answer:
        assert answer.status == 200


# ---- pages and states


async def test_the_clinic_is_described_for_the_widget(server):
    status, clinic = await server.json("/chat/clinic")
    assert status == 200
    assert clinic["phone"] == PHONE
    assert clinic["tel"] == "+15035550142"
    assert clinic["market"] == "us"
    assert clinic["names_medicine_first"] is True
    assert len(clinic["starters"]) == 4
    assert all(set(starter) == {"title", "says"} for starter in clinic["starters"])
    assert len(clinic["greeting"].split()) <= 25
    assert "Not for emergencies" in clinic["disclosure"]
    assert {"text": PHONE, "tel": "+15035550142"} in clinic["numbers"]
    assert {"text": "911", "tel": "911"} in clinic["numbers"]
    assert clinic["degraded"] == ["booking"]


async def test_the_demo_can_show_another_markets_face(server):
    _, clinic = await server.json("/chat/clinic?market=uk")
    assert clinic["names_medicine_first"] is False
    assert clinic["emergency_number"] == "999"
    assert "botox" not in json.dumps(clinic).lower()


async def test_in_production_the_market_cannot_be_chosen_by_the_visitor(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQ_VAR", str(tmp_path))
    settings = load_settings(ROOT / "clinic.yml").copy(update={"production": True})
    async with serving(tmp_path, settings=settings) as server:
        assert (await server.json("/chat/clinic?market=uk"))[1]["market"] == "us"


async def test_the_demo_page_loads_only_from_this_server(server):
    for method in ("GET", "HEAD"):
        async with await server.ask("/", method=method) as page:
            assert page.status == 200
            assert page.content_type == "text/html"
            assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


async def test_the_widgets_script_is_cached_briefly_and_checked_again(server):
    async with await server.ask("/widget/chat.js") as script:
        assert script.status == 200
        assert script.content_type == "text/javascript"
        assert "max-age=300" in script.headers["Cache-Control"]
        assert script.headers["X-Content-Type-Options"] == "nosniff"
        tag = script.headers["ETag"]
    async with await server.ask("/widget/chat.js", headers={"If-None-Match": tag}) as script:
        assert script.status == 304


async def test_a_process_that_lives_says_so(server):
    assert await server.json("/health") == (200, {"status": "ok"})


async def test_a_bot_that_answers_is_ready_and_says_what_is_degraded(server):
    assert await server.json("/ready") == (200, {"ready": True, "degraded": ["booking"]})


async def test_a_bot_without_a_model_is_not_ready(server):
    server.app.ctx.agent.is_ready = lambda: False
    assert await server.json("/ready") == (503, {"ready": False, "why": "no model"})


async def test_a_bot_without_its_database_is_not_ready(server, tmp_path):
    for file in tmp_path.glob("faq.db*"):
        file.rename(file.with_name(f"gone-{file.name}"))
    why = "no database: no table conversations, turns"  # SQLite makes an empty file
    assert await server.json("/ready") == (503, {"ready": False, "why": why})


@pytest.mark.parametrize("table", sorted(metadata.tables))
async def test_a_bot_that_lacks_a_table_is_not_ready_and_says_which(server, tmp_path, table):
    assert (await server.json("/ready"))[0] == 200
    with closing(sqlite3.connect(tmp_path / "faq.db")) as database:
        database.execute(f"alter table {table} rename to elsewhere")
    assert await server.json("/ready") == (503, {"ready": False, "why": f"no database: no table {table}"})


async def test_a_bot_that_is_about_to_stop_is_not_ready(server):
    await server.door.drain()
    assert await server.json("/ready") == (503, {"ready": False, "why": "stopping"})


async def test_a_bot_with_rasas_own_store_is_not_ready_and_takes_no_message(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQ_VAR", str(tmp_path))
    async with serving(tmp_path, store=SimpleNamespace()) as server:
        assert (await server.json("/ready"))[1]["why"] == "wrong tracker store"
        token, body = await server.token(), {"id": "message-1", "text": "hi"}
        status, answer = await server.json("/chat/messages", method="POST", token=token, json=body)
        assert (status, answer["error"]) == (503, "busy")
