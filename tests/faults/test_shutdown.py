"""A bot that is asked to stop finishes what it has begun, says so to others, and goes on afterwards."""
from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fault_kit import Rig, Visitor
from ledger_kit import Client, Ledger, megabytes

from assistant.supervisor import STOP_SECONDS, asks

BEFORE_NAME = ("I'd like to book", "Yes to both")


def refused(url: str, token: str) -> tuple[int, Any, Any]:
    body = json.dumps({"id": "came-too-late", "text": "hello"}).encode()
    request = urllib.request.Request(url + "/chat/messages", data=body)
    request.add_header("Authorization", f"Bearer {token}")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=5)
    return error.value.code, error.value.headers["Retry-After"], json.load(error.value)


def test_five_visitors_lose_nothing_when_the_bot_is_asked_to_stop(rig: Rig, ledger: Ledger) -> None:
    bot = rig.supervisor.bot
    names = [Visitor(bot.url).name for _ in range(5)]
    visitors = [Client(ledger, bot.url, name=name) for name in names]
    late = Client(ledger, bot.url)
    for visitor in visitors:
        for text in BEFORE_NAME:
            visitor.ask(text)
    with ThreadPoolExecutor() as pool:
        with rig.hanging_actions():
            in_flight = [pool.submit(visitor.ask, visitor.name) for visitor in visitors]
            time.sleep(0.5)
            bot.stop()
            time.sleep(0.5)
            status, wait, said = refused(bot.url, late.token)
            assert (status, said["error"]) == (503, "busy")
            assert int(wait) > 0
            assert asks(bot.url + "/ready") is None
            assert asks(bot.url + "/health")
            waiting = pool.submit(late.ask, "does it hurt?")
        for turn in in_flight:
            assert turn.result()
        assert bot.process
        assert bot.process.wait(STOP_SECONDS) == 0
        rig.is_looked_after()
        assert waiting.result()[0]["topic"] == "faq_pain"
    for visitor in visitors:
        assert visitor.entries[-1].sent == 1, "a turn in flight was cut"
        for text in ("(503) 555-0177", "Tuesday afternoon", "Yes, send it"):
            (answer,) = visitor.ask(text)
        assert rig.codes(visitor.name) == [answer["code"]]
    assert not any(entry.failed for entry in ledger.entries)
    assert megabytes(bot.process.pid) < 2000
