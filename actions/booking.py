"""The booking form's checks and the sending of a request."""
from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from itertools import takewhile
from typing import Any, Dict, Iterator, List, Text

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT
from rasa_sdk.types import DomainDict

from actions.base import SafeAction
from actions.clinic import clinic
from assistant.booking.form import KEPT_SECONDS, OVER, TOLD, Message, first_topic, take_turn
from assistant.booking.model import BookingDetails
from assistant.booking.service import InvalidBooking, request_booking

FORM = "booking_form"
# Actions that run in a turn before the form does and answer nothing.
_SILENT = ("action_listen", "action_extract_slots", "action_session_start", FORM)


class ValidateBookingForm(SafeAction):
    """Hears each message sent to the form, for all slots at once.

    Not a `FormValidationAction`: that one looks at each slot alone, and here one message may hold
    several, correct one, or refuse all.
    """

    # what could not be checked is not kept: the form ends, its slots stay as they are
    after_failure = [SlotSet(REQUESTED_SLOT, None), ActiveLoop(None)]

    def name(self) -> Text:
        """The name Rasa calls for booking_form."""
        return f"validate_{FORM}"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[EventType]:
        """Returns the checked slots and the one to ask for next (None ends the form)."""
        settings = await asyncio.to_thread(clinic)
        outcome = take_turn(
            tracker.slots,
            _messages(tracker.events),
            starting=_is_starting(tracker.events),
            clinic=settings,
        )
        for response in outcome.says:
            dispatcher.utter_message(response=response)
        slots = [SlotSet(name, value) for name, value in outcome.slots.items()]
        return [*slots, SlotSet(REQUESTED_SLOT, outcome.ask)]


class ActionSubmitBooking(SafeAction):
    """Sends the request. It says "received" only after the request is in the database."""

    def name(self) -> Text:
        """The name in domain and rules."""
        return "action_submit_booking"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[EventType]:
        """Writes the request of a confirmed form; for a form that ended otherwise does nothing."""
        slots = tracker.slots
        if slots.get("booking_status") != "ready" or slots.get("booking_confirmed") is not True:
            return []
        settings = await asyncio.to_thread(clinic)
        try:
            booking = await asyncio.to_thread(
                request_booking,
                _details(slots, tracker.sender_id),
                idempotency_key=_key(tracker.sender_id, slots),
                settings=settings,
            )
        except InvalidBooking as refused:
            dispatcher.utter_message(response=f"utter_{refused.problem}")
            return [
                SlotSet(refused.field, None),
                SlotSet("booking_confirmed", None),
                SlotSet("booking_status", "open"),
                FollowupAction(FORM),
            ]
        dispatcher.utter_message(
            response="utter_booking_received", booking_code=booking.shown_code
        )
        done = [SlotSet(slot, None) for slot in TOLD]
        return [
            *done,
            SlotSet("booking_code", booking.shown_code),
            SlotSet("booking_status", "received"),
        ]


def _details(slots: Dict[Text, Any], conversation: Text) -> BookingDetails:
    if slots.get("consent") is not True:
        raise InvalidBooking("consent", "bad_yes_no")
    return BookingDetails(
        name=slots.get("visitor_name") or "",
        contact=slots.get("visitor_contact") or "",
        preferred_time=slots.get("preferred_time") or "",
        age_and_consent_at=dt.datetime.fromisoformat(slots["booking_consented_at"]),
        conversation_id=conversation,
        topic=slots.get("booking_topic"),
        visitor_kind=slots.get("visitor_kind"),
    )


def _key(conversation: Text, slots: Dict[Text, Any]) -> Text:
    """One key per conversation and form, so that a request sent twice is one request."""
    return hashlib.sha256(f"{conversation}:{slots['booking_key']}".encode()).hexdigest()


def _is_starting(events: List[Dict[Text, Any]]) -> bool:
    """Whether no message came in since the form was started."""
    for event in reversed(events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "active_loop" and event.get("name") == FORM:
            return True
    return True


def _begins_at(events: List[Dict[Text, Any]]) -> int:
    """Where the message stands that the present form, with its key, began with.

    Details sent by themselves just before ("what is this number for?" - "to book") belong to it,
    and so does a first try that the action server did not hear.
    """
    at = len(events)
    for back in range(len(events) - 1, -1, -1):
        event = events[back]
        if event.get("event") == "slot" and event.get("name") == "booking_key" and event.get("value"):
            at = back
            break
    users = [place for place in range(at) if events[place].get("event") == "user"]
    begins = users[-1] if users else 0
    for place, after in zip(users[-2::-1], users[:0:-1], strict=True):
        turn = events[place + 1 : after]
        if any(event.get("value") in OVER for event in turn if event.get("name") == "booking_status"):
            break
        age = (events[begins].get("timestamp") or 0) - (events[place].get("timestamp") or 0)
        unheard = _lost(turn) and age <= KEPT_SECONDS
        just_before = after == begins and _intent(events[place]) == "give_details"
        if unheard or just_before:
            begins = place
    return begins


def _messages(events: List[Dict[Text, Any]]) -> List[Message]:
    """The visitor's messages, oldest first, with what each of them means for the form."""
    begins = _begins_at(events)
    messages: List[Message] = []
    for at, event in enumerate(events):
        if event.get("event") != "user":
            continue
        parsed, text = event.get("parse_data") or {}, event.get("text") or ""
        messages.append(
            Message(
                text=text,
                intent=_intent(event),
                reason=parsed.get("reason"),
                topic=first_topic(parsed.get("entities") or [], text),
                answered=_answered(events[at + 1 :]),
                in_form=at >= begins,
                lost=_lost(events[at + 1 :]),
                id=event.get("message_id"),
            )
        )
    return messages


def _turn(after: List[Dict[Text, Any]]) -> Iterator[Dict[Text, Any]]:
    """The events up to the next message."""
    return takewhile(lambda event: event.get("event") != "user", after)


def _answered(after: List[Dict[Text, Any]]) -> bool:
    """Whether another action has answered a message before the form was asked about it."""
    return any(
        event.get("event") == "action" and event.get("name") not in _SILENT for event in _turn(after)
    )


def _lost(after: List[Dict[Text, Any]]) -> bool:
    """Whether the action server failed in the turn of a message."""
    return any(
        event.get("event") == "slot" and event.get("name") == "action_failed" and event.get("value")
        for event in _turn(after)
    )


def _intent(event: Dict[Text, Any]) -> Text:
    return ((event.get("parse_data") or {}).get("intent") or {}).get("name") or ""
