"""What holds for every action, however it fails."""
from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafeAction


class Works(SafeAction):
    def name(self) -> str:
        return "action_works"

    async def perform(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return [SlotSet("booking_code", "x")]


class Breaks(Works):
    after_failure = [SlotSet("requested_slot", None)]

    async def perform(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        dispatcher.utter_message(response="utter_booking_received")
        raise ValueError("Anna Kim, 503 555 0199")


class Hangs(Works):
    deadline = 0.05

    async def perform(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        await asyncio.sleep(60)


def tracker(**slots: Any) -> Tracker:
    message = {"text": "I am Anna Kim", "intent": {"name": "affirm"}}
    return Tracker("c", slots, message, [], False, None, {}, None)


async def test_what_an_action_returns_is_passed_on() -> None:
    assert await Works().run(CollectingDispatcher(), tracker(), {}) == [SlotSet("booking_code", "x")]


async def test_success_after_a_failure_takes_the_failure_back() -> None:
    events = await Works().run(CollectingDispatcher(), tracker(action_failed=True), {})
    assert events == [SlotSet("action_failed", False), SlotSet("booking_code", "x")]


async def test_a_failure_is_one_apology_and_nothing_said_before_it() -> None:
    dispatcher = CollectingDispatcher()
    events = await Breaks().run(dispatcher, tracker(), {})
    assert events == [SlotSet("action_failed", True), SlotSet("requested_slot", None)]
    assert [message["response"] for message in dispatcher.messages] == ["utter_action_failed"]


async def test_an_action_that_hangs_is_given_up() -> None:
    dispatcher = CollectingDispatcher()
    assert await Hangs().run(dispatcher, tracker(), {}) == [SlotSet("action_failed", True)]
    assert [message["response"] for message in dispatcher.messages] == ["utter_action_failed"]


async def test_no_person_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await Breaks().run(CollectingDispatcher(), tracker(), {})
    assert "action_works failed: ValueError" in caplog.text
    assert "Anna" not in caplog.text and "0199" not in caplog.text
