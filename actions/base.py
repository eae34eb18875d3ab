"""What every action has: a deadline, an apology instead of silence, and logs without people in them."""
from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import Any, Dict, List, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

logger = logging.getLogger(__name__)

# One second less than the bot waits, so that the apology still reaches it.
DEADLINE_SECONDS = 7.0


class SafeAction(Action, ABC):
    """An action whose every failure is the apology with the phone number.

    Subclasses write `perform`; blocking work in it belongs into `asyncio.to_thread`.
    """

    # What else must hold once this action has failed.
    after_failure: List[EventType] = []
    deadline: float = DEADLINE_SECONDS

    @abstractmethod
    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[EventType]:
        """What the action does; returns the events."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[Dict[Text, Any]]:
        """Performs the action within the deadline, or apologises and sets `action_failed`."""
        try:
            events = await asyncio.wait_for(
                self.perform(dispatcher, tracker, domain), self.deadline
            )
        except Exception as error:  # nobody above can still answer the visitor
            # the message of an error may quote what the visitor typed: only its type is logged
            logger.error("%s failed: %s", self.name(), type(error).__name__)
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_action_failed")
            return [SlotSet("action_failed", True), *self.after_failure]
        if tracker.slots.get("action_failed"):
            events = [SlotSet("action_failed", False), *events]
        return events
