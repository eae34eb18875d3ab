"""The machine's clock jumps: nobody loses a conversation to it, and no number or code is given twice."""
from __future__ import annotations

from typing import Iterator

import pytest
from clock_kit import HOUR
from fault_kit import QUESTIONS, Rig, Visitor
from ledger_kit import Client, Ledger


@pytest.fixture(autouse=True)
def clock_is_right_again(rig: Rig) -> Iterator[None]:
    yield
    rig.clock.set(0)


def jump(rig: Rig, seconds: int) -> None:
    """So far from wherever the clock is; the processes agree."""
    rig.clock.set(rig.clock.offset + seconds)


@pytest.mark.parametrize("seconds", [5, -5, -HOUR])
def test_a_small_step_or_one_back_changes_nothing(rig: Rig, ledger: Ledger, seconds: int) -> None:
    url = rig.supervisor.bot.url
    booking, asking = Visitor(url), Client(ledger, url)
    booking.gets_to("visitor_contact")
    asking.ask("how long does regular Botox last?")
    kept, told, sent = booking.replay(), booking.answers, booking.sent

    jump(rig, seconds)

    assert booking.replay() == kept
    booking.say(booking.name, message_id=sent)
    assert booking.answers == told, "a message sent again was heard again"
    (answer,) = asking.ask("does it hurt?")
    assert "Standard Botox" in answer["text"], "what it was about was forgotten"
    booking.finishes(given=QUESTIONS[:2])
    assert len(rig.codes(booking.name)) == 1
    *lines, _ = booking.replay()
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))


def test_details_of_a_form_that_was_left_are_kept_when_the_clock_is_set_back(rig: Rig) -> None:
    visitor = rig.visitor()
    visitor.gets_to("booking_confirmed")
    with rig.dead_actions():
        visitor.say("Yes, send it")  # the form ends with an apology, what was told stays
    jump(rig, -HOUR)
    visitor.say("I'd like to book")
    assert visitor.hears("utter_booking_resumed")
    assert visitor.name in visitor.told


def test_an_hour_forward_is_an_hour_of_silence(rig: Rig) -> None:
    """What was said is not shown any more (shared devices), and everything else goes on."""
    ledger = Ledger(database_url=rig.database_url)
    visitor = Client(ledger, rig.supervisor.bot.url)
    before = visitor.ask("how long does regular Botox last?", message_id="before-the-jump")

    jump(rig, HOUR + 1)

    assert visitor.replay() == []
    assert visitor.ask("how long does regular Botox last?", message_id="before-the-jump") == before
    (answer,) = visitor.ask("does it hurt?")
    assert "Micro-Botox" in answer["text"], "the last hour's topic was taken for this one's"
    assert [line["n"] for line in visitor.replay()] == [3, 4]

    jump(rig, -HOUR - 1)

    assert [line["n"] for line in visitor.replay()] == [3, 4]
    visitor.ask("how long does it last?")
    assert [line["n"] for line in visitor.replay()] == [3, 4, 5, 6]
    assert ledger.violations() == []


def test_a_token_outlives_its_day_only_when_the_clock_says_so(rig: Rig) -> None:
    before, visitor = rig.visitor(), rig.visitor()
    jump(rig, 24 * HOUR)
    later = rig.visitor()  # a token of tomorrow
    with pytest.raises(OSError, match="401"):
        visitor.say("hello")
    jump(rig, -24 * HOUR)
    for one in (before, later):
        one.say("does it hurt?")
        assert one.topics == ["faq_pain"]
