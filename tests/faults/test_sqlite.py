"""A database file that is locked or a disk that is full costs a delay or an apology, never a turn."""
from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from fault_kit import PHONE, QUESTIONS, Rig, Visitor, wait_for
from ledger_kit import Client, Ledger

from assistant.supervisor import asks

LOCKED_SECONDS = 2.0  # more than a visitor waits for an answer
FULL_SECONDS = 1.5


def test_a_locked_database_is_an_apology_in_time_and_the_answer_comes_by_replay(
    rig: Rig, ledger: Ledger
) -> None:
    url = rig.supervisor.bot.url
    booking, reading = Visitor(url), Client(ledger, url)
    booking.gets_to("visitor_contact")
    reading.ask("does it hurt?")
    clients = [reading, *(Client(ledger, url) for _ in range(3))]
    with ThreadPoolExecutor() as pool:
        with rig.locked_database():
            waiting = [pool.submit(client.ask, "how long does it last?") for client in clients]
            time.sleep(1)
            assert len(reading.replay()) == 2, "what is kept can be read while somebody else writes"
            booking.say("(503) 555-0177", message_id="said-while-locked")
            assert PHONE in booking.told
            assert "received" not in booking.told.lower()
            time.sleep(LOCKED_SECONDS)
        for turn in waiting:
            (answer,) = turn.result()
            assert answer["topic"] == "faq_duration"
    for client in clients:
        entry = client.entries[-1]
        assert (entry.sent, entry.apologised, entry.failed) == (1, True, False)
    # what was said before the lock is remembered, what was said meanwhile has gone on
    wait_for(lambda: any(line.get("id") == "said-while-locked" for line in booking.replay()), seconds=10)
    booking.finishes(given=QUESTIONS[:3])
    assert len(rig.codes(booking.name)) == 1


def test_a_full_disk_is_admitted_and_the_messages_are_answered_when_there_is_room(
    rig: Rig, ledger: Ledger
) -> None:
    url = rig.supervisor.bot.url
    clients = [Client(ledger, url) for _ in range(3)]
    for client in clients:
        client.ask("how long does regular Botox last?")
    with ThreadPoolExecutor() as pool:
        with rig.full_disk():
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


def test_a_database_that_cannot_be_read_makes_nobody_a_new_visitor(rig: Rig, ledger: Ledger) -> None:
    client = Client(ledger, rig.supervisor.bot.url)
    client.ask("how long does regular Botox last?")
    with ThreadPoolExecutor() as pool:
        with rig.unreadable_database():
            waiting = pool.submit(client.ask, "does it hurt?")
            time.sleep(1.5)
            assert not waiting.done()
        (answer,) = waiting.result()
    assert "Standard Botox" in answer["text"], "a blank tracker was used"
    assert [line["n"] for line in client.replay()] == [1, 2, 3, 4]
