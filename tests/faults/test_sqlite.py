"""A database file that is locked or a disk that is full costs a delay or an apology, never a turn."""
from __future__ import annotations

import resource
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Iterator

from fault_kit import PHONE, QUESTIONS, Rig, Visitor, wait_for
from ledger_kit import Client, Ledger

from assistant.supervisor import asks

LOCKED_SECONDS = 13  # longer than a visitor waits for an answer
FULL_SECONDS = 3


@contextmanager
def locked(rig: Rig) -> Iterator[None]:
    """Somebody else writes to the database and does not stop."""
    other = sqlite3.connect(rig.folder / "faq.db", isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


@contextmanager
def full_disk(rig: Rig) -> Iterator[None]:
    """No process can write to any file, logs included."""
    pids = [child.process.pid for child in rig.supervisor.children if child.process]
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_locked_database_is_an_apology_within_ten_seconds_and_the_answer_comes_by_replay(
    shared_rig: Rig, ledger: Ledger
) -> None:
    url = shared_rig.supervisor.bot.url
    booking, reading = Visitor(url), Client(ledger, url)
    booking.gets_to("visitor_contact")
    reading.ask("does it hurt?")
    clients = [reading, *(Client(ledger, url) for _ in range(3))]
    with ThreadPoolExecutor() as pool:
        with locked(shared_rig):
            waiting = [pool.submit(client.ask, "how long does it last?") for client in clients]
            time.sleep(1)
            assert len(reading.replay()) == 2, "what is kept can be read while somebody else writes"
            booking.say("(503) 555-0177", message_id="said-while-locked")
            assert PHONE in booking.told
            assert "received" not in booking.told.lower()
            time.sleep(max(0.0, LOCKED_SECONDS - 10))
        for turn in waiting:
            (answer,) = turn.result()
            assert answer["topic"] == "faq_duration"
    for client in clients:
        entry = client.entries[-1]
        assert (entry.sent, entry.apologised, entry.failed) == (1, True, False)
    # what was said before the lock is remembered, what was said meanwhile has gone on
    wait_for(lambda: any(line.get("id") == "said-while-locked" for line in booking.replay()), seconds=10)
    booking.finishes(given=QUESTIONS[:3])
    assert len(shared_rig.codes(booking.name)) == 1


def test_a_full_disk_is_admitted_and_the_messages_are_answered_when_there_is_room(
    shared_rig: Rig, ledger: Ledger
) -> None:
    url = shared_rig.supervisor.bot.url
    clients = [Client(ledger, url) for _ in range(3)]
    for client in clients:
        client.ask("how long does regular Botox last?")
    with ThreadPoolExecutor() as pool:
        with full_disk(shared_rig):
            waiting = [pool.submit(client.ask, "does it hurt?") for client in clients]
            wait_for(lambda: asks(url + "/ready") is None, seconds=5)
            assert asks(url + "/health")
            time.sleep(FULL_SECONDS)
            assert [line["n"] for line in clients[0].replay()] == [1, 2]
        for turn in waiting:
            (answer,) = turn.result()
            assert "Standard Botox" in answer["text"], "the turn was not run on the conversation's memory"
    assert not any(entry.apologised or entry.failed for entry in ledger.entries)
    wait_for(lambda: asks(url + "/ready") is not None, seconds=5)


def test_a_database_that_cannot_be_read_makes_nobody_a_new_visitor(shared_rig: Rig, ledger: Ledger) -> None:
    client = Client(ledger, shared_rig.supervisor.bot.url)
    client.ask("how long does regular Botox last?")
    with ThreadPoolExecutor() as pool:
        rename(shared_rig, "turns", "turns_away")
        try:
            waiting = pool.submit(client.ask, "does it hurt?")
            time.sleep(1.5)
            assert not waiting.done()
        finally:
            rename(shared_rig, "turns_away", "turns")
        (answer,) = waiting.result()
    assert "Standard Botox" in answer["text"], "a blank tracker was used"
    assert [line["n"] for line in client.replay()] == [1, 2, 3, 4]


def rename(rig: Rig, table: str, name: str) -> None:
    with closing(sqlite3.connect(rig.folder / "faq.db")) as database:
        database.execute(f"alter table {table} rename to {name}")
