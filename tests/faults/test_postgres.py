"""Two bots on one real PostgreSQL: either may die, the database may go away, conversations go on."""
from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest
from fault_kit import QUESTIONS, Visitor, kill, wait_for
from ledger_kit import Client, Ledger
from postgres_kit import Pair, Postgres
from sqlalchemy.engine import Connection, Engine

from assistant import database
from assistant.conversations import store
from assistant.supervisor import asks

AWAY_SECONDS = 3
CROWD = 30  # more than a process has connections


def in_parallel(work: Callable[[Any], Any], items: Any) -> list[Any]:
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(work, items))


def test_messages_of_one_conversation_at_both_bots_at_once_are_answered_once_each(
    pair: Pair, ledger: Ledger
) -> None:
    one = Client(ledger, *pair.urls)
    one.ask("hello")
    ids = [f"message-{number}" for number in range(12)]
    tabs = [Client(Ledger(), *order) for order in (pair.urls, pair.urls[::-1]) for _ in ids]
    for tab in tabs:
        tab.token = one.token
    # each message goes to both bots at once
    answers = in_parallel(lambda job: job[0].ask("does it hurt?", message_id=job[1]),
                          list(zip(tabs, ids + ids, strict=True)))
    assert all(answers)
    assert answers[:12] == answers[12:]
    kept = one.replay()
    assert [line["n"] for line in kept] == list(range(1, len(kept) + 1))
    assert sorted(line["id"] for line in kept if line["kind"] == "you")[-12:] == sorted(ids)
    ledger.clients.clear()  # who sends in parallel has no order to keep


def test_a_crowd_at_one_bot_waits_its_turn_and_is_answered(pair: Pair, ledger: Ledger) -> None:
    crowd = [Client(ledger, pair.urls[0]) for _ in range(CROWD)]
    in_parallel(lambda client: client.ask("how long does it last?"), crowd)
    assert not any(entry.apologised for entry in ledger.entries)


def test_a_restarted_database_costs_a_delay_and_no_memory(
    pair: Pair, postgres: Postgres, ledger: Ledger
) -> None:
    booking = Visitor(pair.urls[0])
    booking.gets_to("visitor_contact")
    clients = [Client(ledger, url) for url in pair.urls * 3]
    in_parallel(lambda client: client.ask("does it hurt?"), clients)
    with postgres.away():
        pass
    in_parallel(lambda client: client.ask("how long does it last?"), clients)
    assert not any(entry.apologised for entry in ledger.entries), "stale connections cost a turn"
    assert max(entry.seconds for entry in ledger.entries) < 5
    booking.finishes(given=QUESTIONS[:2])
    assert booking.name in str(booking.replay())


def test_a_database_that_is_away_is_admitted_and_every_message_answered_after(
    pair: Pair, postgres: Postgres, ledger: Ledger
) -> None:
    booking = Visitor(pair.urls[0])
    booking.gets_to("visitor_contact")
    clients = [Client(ledger, url) for url in pair.urls]
    in_parallel(lambda client: client.ask("does it hurt?"), clients)
    with ThreadPoolExecutor() as pool:
        with postgres.away():
            waiting = [pool.submit(client.ask, "how long does it last?") for client in clients]
            wait_for(lambda: not any(asks(url + "/ready") for url in pair.urls), seconds=5)
            assert all(asks(url + "/health") for url in pair.urls)
            time.sleep(AWAY_SECONDS)
        for turn in waiting:
            assert turn.result()[0]["topic"] == "faq_duration"
    wait_for(lambda: all(asks(url + "/ready") for url in pair.urls), seconds=10)
    booking.finishes(given=QUESTIONS[:2])


def test_a_database_that_hangs_does_not_hang_the_bots(pair: Pair, postgres: Postgres, ledger: Ledger) -> None:
    clients = [Client(ledger, url) for url in pair.urls * 4]
    with ThreadPoolExecutor(len(clients)) as pool:
        with postgres.frozen():
            waiting = [pool.submit(client.ask, "does it hurt?") for client in clients]
            for _ in range(4 * AWAY_SECONDS):
                time.sleep(0.25)
                assert asks(pair.urls[0] + "/health", timeout=1), "the event loop was blocked"
        for turn in waiting:
            assert turn.result()[0]["topic"] == "faq_pain"


def test_a_bot_killed_in_the_middle_of_a_booking_is_noticed_for_moments(pair: Pair, ledger: Ledger) -> None:
    """Last of all: the killed bot is not started again."""
    rig = pair.rig
    named = Visitor(pair.urls[0])
    booking = Client(ledger, *pair.urls, name=named.name)
    others = [Client(ledger, *order) for order in (pair.urls, pair.urls[::-1])]
    for text in ("I'd like to book", "Yes to both", named.name, "(503) 555-0177", "Tuesday afternoon"):
        booking.ask(text)
    in_parallel(lambda client: client.ask("does it hurt?"), others)
    with ThreadPoolExecutor() as pool:
        with rig.hanging_actions():
            sending = pool.submit(booking.ask, "Yes, send it")
            time.sleep(0.5)  # the call is under way
            kill(rig.supervisor.bot)
        (received,) = sending.result()
    assert received["card"] == "code"
    assert rig.codes(named.name) == [received["code"]]
    in_parallel(lambda client: client.ask("and how long does it last?"), [booking, *others])
    for client in (booking, *others):
        assert client.entries[-1].seconds < 5
    sent = booking.entries[-2]
    assert sent.sent == 2
    assert sent.seconds < 5


async def test_a_lock_ends_though_its_turn_no_longer_waited_for_it(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that hangs keeps all threads busy when a turn gives up and wants to let its lock go."""
    database.migrate(postgres.url)
    opened: list[Connection] = []  # kept alive, as a traceback may keep them
    really_open = store._open_transaction

    def open_transaction(engine: Engine) -> Connection:
        opened.append(really_open(engine))
        return opened[-1]

    conversations = store.Conversations(postgres.url)
    with monkeypatch.context() as changed:
        changed.setattr(store, "PATIENCE_SECONDS", 0.2)
        changed.setattr(store, "_open_transaction", open_transaction)
        async with conversations.alone("anna"):
            hanging = [conversations._threads.submit(time.sleep, 1) for _ in range(8)]
    await asyncio.to_thread(wait_for, lambda: all(one.done() for one in hanging))
    async with conversations.alone("anna"):
        assert opened[0].closed
