"""One turn of the booking form: from what a visitor wrote to slots and words, without Rasa.

The slots are consent, name, contact, preferred time, confirmation, in this order. Nothing a visitor
tells is put into a slot before consent: it stays in the messages and is read from there once
consent is given. The names in `says` are responses of data/responses/booking.yml.
"""
from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional, Protocol

from assistant.booking import times
from assistant.booking.age import says_minor
from assistant.booking.details import (
    Clinic,
    Correction,
    find_correction,
    find_details,
    gives,
    is_plain,
    read_contact,
    read_name,
    tells,
    yes_or_no,
)

FIELDS = ("consent", "visitor_name", "visitor_contact", "preferred_time", "booking_confirmed")
# Everything a visitor told, and what belongs to it: gone on refusal and after delivery.
TOLD = (
    *FIELDS,
    "visitor_kind",
    "booking_topic",
    "booking_tries",
    "booking_asks",
    "booking_key",
    "booking_consented_at",
    "booking_updated",
)
ERASE = "booking_erase"  # slot: ids of messages whose words are to be removed from what is kept
KEPT_SECONDS = 3600.0
TRIES = 3

# How a form ends for good; a paused one goes on.
OVER = ("received", "refused", "stopped", "minor")
_STOPS = ("stop", "cancel_booking", "forget_me")
_CORRECTS = ("correct_detail", "reschedule_booking")
# Not an answer to any question of the form, and not a failed try either.
_SMALL_TALK = ("greet", "goodbye", "thank", "book_appointment")
# Answered by somebody else before the form goes on.
_ELSEWHERE = frozenset(
    "red_flag dosing_diy appearance_distress ask_privacy ask_source ask_capabilities ask_language "
    "talk_to_human complaint more_detail follow_up repeat bot_challenge booking_status".split()
)
_TOPICS = ("treatment", "concern", "area")


class BookingSection(Protocol):
    """The booking section of the clinic's settings."""

    @property
    def minimum_age(self) -> int:
        """Age from which the clinic treats people, in years."""


class FormClinic(Clinic, Protocol):
    """The part of the clinic's settings that the form needs."""

    @property
    def booking(self) -> BookingSection:
        """The booking section."""


@dataclass(frozen=True)
class Message:
    """A visitor's message.

    Attributes:
        text: what was written.
        intent: how it was understood.
        reason: why nobody tried to understand it ("empty", "emoji", ...), or None.
        topic: the first treatment, concern or area named in it.
        answered: whether another action has answered it in this turn.
        in_form: whether it was sent to the form (the one that started it included).
        lost: whether the action server failed on it, so that nobody has heard it yet.
        id: the message's id.
    """

    text: str
    intent: str = ""
    reason: Optional[str] = None
    topic: Optional[str] = None
    answered: bool = False
    in_form: bool = True
    lost: bool = False
    id: Optional[str] = None


@dataclass
class Outcome:
    """What a turn comes to.

    Attributes:
        slots: slots to set.
        says: responses to say before the form's next question.
        ask: the slot to ask for; None when the form is over.
    """

    slots: dict[str, Any] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)
    ask: Optional[str] = None


def take_turn(
    slots: Mapping[str, Any], messages: Sequence[Message], *, starting: bool, clinic: FormClinic
) -> Outcome:
    """Hears the last message and decides what the form keeps, says and asks.

    Args:
        slots: the conversation's slots as they are.
        messages: the visitor's messages of the conversation, oldest first.
        starting: whether this message started the form.
        clinic: the clinic's settings.
    """
    turn = _Turn(slots, messages, clinic)
    if slots.get("declared_minor") or any(
        says_minor(message.text, minimum_age=clinic.booking.minimum_age) for message in messages
    ):
        turn.put("declared_minor", True)
        turn.end("minor", forget=True)
    elif starting:
        turn.begin()
    else:
        turn.hear()
    return turn.finish()


class _Turn:
    def __init__(
        self, slots: Mapping[str, Any], messages: Sequence[Message], clinic: FormClinic
    ) -> None:
        self._slots = dict(slots)
        self._messages = messages
        self._clinic = clinic
        self._message = messages[-1] if messages else Message("")
        self._out = Outcome()
        self._over = False

    def put(self, slot: str, value: Any) -> None:
        """Sets a slot, for the rest of this turn too."""
        self._slots[slot] = self._out.slots[slot] = value

    def end(self, status: str, *, forget: bool) -> None:
        """Ends the form and says so; `forget` drops everything that was told."""
        if forget:
            for slot in TOLD:
                self.put(slot, None)
            # a bare name is told too, though only the form could take it for one
            told = [one for one in self._messages if one.in_form and yes_or_no(one.text) is None]
            self.put(ERASE, [message.id for message in told if message.id])
        self.put("booking_tries", None)
        self.put("booking_status", status)
        self._say(f"utter_booking_{status}")
        self._over = True

    def begin(self) -> None:
        """Goes on with what is kept from the last hour, or starts with nothing."""
        updated = self._slots.get("booking_updated")
        status = self._slots.get("booking_status")
        kept = (
            status not in OVER
            and isinstance(updated, (int, float))
            and self._now() - updated <= KEPT_SECONDS  # below zero: the clock was set back meanwhile
        )
        if status == "received" and self._slots.get("booking_code"):
            self._say("utter_booking_already")
        if not kept:
            for slot in TOLD:
                self.put(slot, None)
        if not self._slots.get("booking_key"):
            self.put("booking_key", secrets.token_hex(16))
        elif any(self._slots.get(slot) for slot in FIELDS):
            self._say("utter_booking_resumed")
        for slot in ("booking_confirmed", "booking_asks", "booking_tries", ERASE):
            self.put(slot, None)
        self.put("booking_status", "open")
        if self._slots.get("consent"):
            for message in self._messages:
                if message.in_form and (message.lost or message is self._message):
                    self._absorb(message)

    def hear(self) -> None:
        """Takes the message as what it is: an answer, a correction, or none of the form's business."""
        message, asked = self._message, self._slots.get("requested_slot")
        if message.intent in _STOPS and is_plain(message.text) and not gives(str(asked), message.text):
            self.end("stopped", forget=True)
        elif not self._is_for_form(str(asked)):
            return
        elif not self._slots.get("consent"):
            self._hear_consent()
        elif asked == "booking_confirmed":
            self._hear_confirmation()
        elif asked:
            self._hear_field(asked)

    def finish(self) -> Outcome:
        """What is asked next, now that the message was heard."""
        if not self._over:
            missing = next((slot for slot in FIELDS if self._slots.get(slot) is None), None)
            self._out.ask = missing
            if missing is None:
                self.put("booking_status", "ready")
            elif missing == "preferred_time" != self._slots.get("requested_slot"):
                self._say_what_was_wrong_with_time()
            self.put("booking_updated", self._now())
        return self._out

    def _is_for_form(self, asked: str) -> bool:
        message = self._message
        if message.answered or message.reason in ("empty", "emoji") or not _has_letters(message.text):
            return False
        elsewhere = (
            message.intent in _ELSEWHERE
            or message.intent.startswith(("faq_", "clinic_"))
            or message.reason is not None
        )
        # a wish like "Saturday?" looks like a question about opening hours
        return message.intent != "red_flag" and (not elsewhere or gives(asked, message.text))

    def _hear_consent(self) -> None:
        answer = self._yes_or_no()
        if answer is None:
            if not self._tells(self._message) and self._message.intent not in _SMALL_TALK:
                self._miss("consent", "bad_yes_no")
        elif not answer:
            self.end("refused", forget=True)
        else:
            self.put("consent", True)
            self.put("booking_consented_at", self._clinic.now().isoformat())
            heard = [message for message in self._messages if message.in_form]
            for number, message in enumerate(heard):
                # what began the form may hold a question too ("can I come Tuesday? does it hurt?")
                if number == 0 or not _is_question(message):
                    self._absorb(message)

    def _hear_field(self, asked: str) -> None:
        message, before = self._message, dict(self._slots)
        correction = find_correction(message.text)
        if correction and correction.slot not in (None, asked) and before.get(str(correction.slot)):
            self._correct(correction)
            return
        self._absorb(message, corrects=correction is not None or message.intent in _CORRECTS)
        if self._slots.get(asked) is not None:
            return
        if message.intent not in _SMALL_TALK or gives(asked, message.text):
            problem = self._read_into(asked, message.text)
            if problem is None:
                return
        else:
            problem = None
        if any(self._slots.get(slot) != before.get(slot) for slot in FIELDS):
            return  # it told something else: the question is simply asked again
        if problem:
            self._miss(asked, problem)

    def _hear_confirmation(self) -> None:
        message, before = self._message, dict(self._slots)
        choosing = self._slots.get("booking_asks") == "change"
        correction = find_correction(message.text)
        if correction and correction.slot:
            self._correct(correction)
            return
        self._absorb(message, corrects=True)
        if all(self._slots.get(slot) == before.get(slot) for slot in FIELDS) and correction:
            for slot in ("visitor_contact", "preferred_time"):
                if gives(slot, correction.rest):
                    self._read_into(slot, correction.rest)
        if any(self._slots.get(slot) != before.get(slot) for slot in FIELDS):
            self.put("booking_asks", None)
            return
        answer = self._yes_or_no()
        if answer is True and not choosing:
            self.put("booking_confirmed", True)
        elif answer is False or message.intent in _CORRECTS:
            self.put("booking_asks", None if choosing else "change")
        elif answer is None and message.intent not in _SMALL_TALK:
            self._miss("booking_confirmed", None if choosing else "bad_yes_no")
            self.put("booking_asks", None)
        else:
            self.put("booking_asks", None)

    def _correct(self, correction: Correction) -> None:
        """Takes the new value, or empties the field so that the form asks for it."""
        slot = str(correction.slot)
        self.put("booking_asks", None)
        self._slots[slot] = None
        problem = self._read_into(slot, correction.rest) if correction.rest else None
        if self._slots[slot] is None:
            self.put(slot, None)
            if problem:
                self._say(f"utter_{problem}")

    def _absorb(self, message: Message, *, corrects: bool = False) -> None:
        """Keeps what a message says plainly; a time replaces an earlier one only as a correction."""
        details = find_details(message.text, clinic=self._clinic)
        if details.name:
            self._replace("visitor_name", details.name)
        if details.contact:
            self._replace("visitor_contact", details.contact.shown)
        wish = details.preferred_time
        if wish and (corrects or not self._slots.get("preferred_time")):
            if not wish.problem:
                self._replace("preferred_time", wish.says)
            elif corrects and self._slots.get("preferred_time"):
                self.put("preferred_time", None)
                self._say(f"utter_bad_time_{wish.problem}")
        if details.visitor_kind:
            self._replace("visitor_kind", details.visitor_kind)
        if message.topic and not self._slots.get("booking_topic"):
            self.put("booking_topic", message.topic)

    def _replace(self, slot: str, value: str) -> None:
        if self._slots.get(slot) != value:
            self.put(slot, value)

    def _read_into(self, slot: str, text: str) -> Optional[str]:
        """Sets a slot from an answer to its question; returns why it could not, or None."""
        if slot == "visitor_name":
            name = read_name(text)
            if name is None:
                return "bad_name"
            self.put(slot, name)
        elif slot == "visitor_contact":
            contact = read_contact(text, clinic=self._clinic)
            if contact is None:
                return "bad_contact"
            self.put(slot, contact.shown)
        else:
            wish = times.read(text, clinic=self._clinic)
            if wish.problem:
                return f"bad_time_{wish.problem}"
            self.put(slot, wish.says)
        return None

    def _miss(self, slot: str, problem: Optional[str]) -> None:
        tries = dict(self._slots.get("booking_tries") or {})
        tries[slot] = tries.get(slot, 0) + 1
        if tries[slot] >= TRIES:
            self.end("paused", forget=False)
            return
        self.put("booking_tries", tries)
        if problem:
            self._say(f"utter_{problem}")

    def _say_what_was_wrong_with_time(self) -> None:
        """A time given earlier that cannot be: the question for times comes with the reason."""
        if self._out.says:
            return
        for message in reversed(self._messages):
            wish = times.find(message.text, clinic=self._clinic) if message.in_form else None
            if wish and not _is_question(message):
                if wish.problem:
                    self._say(f"utter_bad_time_{wish.problem}")
                return

    def _yes_or_no(self) -> Optional[bool]:
        """Plain words count before the intent; without letters it is neither."""
        answer = yes_or_no(self._message.text)
        if answer is None and "?" not in self._message.text and _has_letters(self._message.text):
            return {"affirm": True, "deny": False}.get(self._message.intent)
        return answer

    def _tells(self, message: Message) -> bool:
        return tells(message.text, clinic=self._clinic)

    def _say(self, response: str) -> None:
        if response not in self._out.says:
            self._out.says.append(response)

    def _now(self) -> float:
        return self._clinic.now().timestamp()


def first_topic(entities: Sequence[Mapping[str, Any]], text: str) -> Optional[str]:
    """The first treatment, concern or area among a message's entities, in the visitor's words."""
    for kind in _TOPICS:
        for entity in entities:
            if entity.get("entity") == kind:
                words = text[int(entity.get("start") or 0) : int(entity.get("end") or 0)]
                return words or str(entity.get("value"))
    return None


def _is_question(message: Message) -> bool:
    return message.intent.startswith(("faq_", "clinic_")) or message.intent in _ELSEWHERE


def _has_letters(text: str) -> bool:
    return any(sign.isalpha() or sign.isdigit() for sign in text)
