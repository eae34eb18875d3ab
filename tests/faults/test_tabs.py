"""One visitor in two tabs, and one whose line was gone for a while."""
from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from fault_kit import QUESTIONS, Rig, Visitor
from ledger_kit import Client, Ledger

OFFLINE_SECONDS = 1


def test_two_tabs_see_the_same_conversation_and_neither_says_anything_twice(rig: Rig) -> None:
    url = rig.supervisor.bot.url
    one, other = Visitor(url), Visitor(url)
    other.token = one.token
    one.gets_to("visitor_name")
    with ThreadPoolExecutor() as pool:  # both at once: one is the name, the other a question
        naming, asking = pool.submit(one.say, one.name), pool.submit(other.say, "does it hurt?")
        naming.result(), asking.result()
    assert one.replay() == other.replay()
    *lines, _ = one.replay()
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    other.say("(503) 555-0177")
    one.finishes(given=QUESTIONS[:3])
    assert len(rig.codes(one.name)) == 1


def test_who_was_offline_finds_the_answer_once(rig: Rig, ledger: Ledger) -> None:
    client = Client(ledger, rig.supervisor.bot.url)
    client.ask("hello")
    message_id = client.hang_up_on("does it hurt?", after=0.05)
    time.sleep(OFFLINE_SECONDS)
    back = [line for line in client.replay(after=2) if line["id"] == message_id]
    assert [line["kind"] for line in back] == ["you", "text"]
    client.ask("does it hurt?", message_id=message_id)  # the browser did not know and sends it again
    assert len(client.replay()) == 4
