"""A bot that is killed comes back, knows its conversations, and sends each request once."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

import pytest
from fault_kit import PHONE, QUESTIONS, Rig, Visitor, kill


@dataclass
class Restarted:
    """Visitors of a bot that was killed and came back, and what each had before."""

    mid_form: Visitor
    done: Visitor
    elsewhere: Visitor
    away: Visitor
    mid_form_kept: list[Any]


@pytest.fixture(scope="module")
def restarted(rig: Rig) -> Restarted:
    mid_form, done, elsewhere, away = (rig.visitor() for _ in range(4))
    mid_form.gets_to("visitor_name")
    mid_form.say(mid_form.name)
    done.finishes()
    elsewhere.say("how long does regular Botox last?")
    away.gets_to("visitor_name")
    before = Restarted(mid_form, done, elsewhere, away, mid_form.replay())
    kill(rig.supervisor.bot)
    with pytest.raises(OSError):
        away.say(away.name, message_id="sent-while-away")
    rig.is_looked_after()
    return before


def test_the_supervisor_restarts_a_killed_bot_and_says_so(rig: Rig, restarted: Restarted) -> None:
    assert rig.said[-1:] == ["The bot process died (it was killed by signal 9). Starting it again."]


def test_a_message_sent_again_gets_the_same_answers_once(restarted: Restarted) -> None:
    visitor, answers = restarted.mid_form, restarted.mid_form.answers
    assert visitor.replay() == restarted.mid_form_kept
    visitor.say(visitor.name, message_id=visitor.sent)
    assert visitor.answers == answers
    assert visitor.replay() == restarted.mid_form_kept


def test_the_form_goes_on_at_the_same_question(rig: Rig, restarted: Restarted) -> None:
    visitor = restarted.mid_form
    visitor.say("does it hurt?")
    assert visitor.topics == ["faq_pain", "book_appointment"]
    assert visitor.is_asked == "visitor_contact"
    visitor.finishes(given=QUESTIONS[:2])
    assert len(rig.codes(visitor.name)) == 1


def test_a_request_sent_again_is_the_same_request(rig: Rig, restarted: Restarted) -> None:
    visitor, answers = restarted.done, restarted.done.answers
    visitor.say("Yes, send it", message_id=visitor.sent)
    assert visitor.answers == answers
    assert len(rig.codes(visitor.name)) == 1


def test_what_the_conversation_was_about_is_remembered(restarted: Restarted) -> None:
    restarted.elsewhere.say("does it hurt?")
    assert "Standard Botox" in restarted.elsewhere.told


def test_who_wrote_while_the_bot_was_away_is_answered_once(rig: Rig, restarted: Restarted) -> None:
    visitor = restarted.away
    with ThreadPoolExecutor() as pool:  # an impatient browser sends it several times at once
        for turn in [pool.submit(visitor.say, visitor.name, message_id="sent-while-away") for _ in range(3)]:
            turn.result()
        assert visitor.is_asked == "visitor_contact"
    mine = [line for line in visitor.replay() if line.get("id") == "sent-while-away"]
    assert [line["kind"] for line in mine] == ["you", "text"]
    visitor.finishes(given=QUESTIONS[:2])
    assert len(rig.codes(visitor.name)) == 1


def test_killed_after_the_request_was_written_it_shows_that_request_when_asked_again(rig: Rig) -> None:
    visitor = rig.visitor()
    visitor.gets_to("booking_confirmed")
    kept = visitor.replay()
    rig.relay.lose_answer_to("action_submit_booking", lambda: kill(rig.supervisor.bot))
    with pytest.raises((OSError, HTTPException)):
        visitor.say("Yes, send it", message_id="the-last-yes")
    written = rig.codes(visitor.name)
    assert len(written) == 1

    rig.is_looked_after()

    assert visitor.replay() == kept, "half a turn was kept"
    visitor.say("Yes, send it", message_id="the-last-yes")
    assert visitor.hears("utter_booking_received")
    assert written[0] in visitor.told
    assert rig.codes(visitor.name) == written


def test_an_answer_lost_after_the_request_was_written_does_not_make_it_two(rig: Rig) -> None:
    visitor = rig.visitor()
    visitor.gets_to("booking_confirmed")
    rig.relay.lose_answer_to("action_submit_booking")
    visitor.say("Yes, send it")
    assert PHONE in visitor.told
    assert not visitor.hears("utter_booking_received")
    written = rig.codes(visitor.name)
    assert len(written) == 1

    visitor.finishes(given=QUESTIONS[:4])

    assert written[0] in visitor.told
    assert rig.codes(visitor.name) == written


def test_the_supervisor_restarts_a_killed_action_server_and_says_so(rig: Rig) -> None:
    visitor = rig.visitor()
    visitor.gets_to("preferred_time")
    kill(rig.supervisor.actions)
    visitor.say("Tuesday afternoon")
    assert PHONE in visitor.told

    rig.is_looked_after()

    assert rig.said[-1] == "The actions process died (it was killed by signal 9). Starting it again."
    visitor.finishes(given=QUESTIONS[:3])
    assert len(rig.codes(visitor.name)) == 1
