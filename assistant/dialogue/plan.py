"""What one message needs when a single rule cannot say it: a pure decision, without Rasa.

Rules answer one plain question. This plans the rest: an alarm, several questions, a question or
"stop" inside the booking form, a follow-up, yes or no to an offer, a treatment that changes focus.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from assistant.booking.form import ERASE, TOLD
from assistant.dialogue.naming import kind_asked
from assistant.nlu.intents import COMPARISONS

BOOKING_FORM = "booking_form"
DEACTIVATE = "action_deactivate_loop"

# Answered inside the form before it goes on. Everything else there is for the form to judge:
# a name or an address is seldom understood, and must not be taken for a question.
_ANSWERED_IN_FORM = {
    "ask_capabilities",
    "ask_language",
    "ask_privacy",
    "ask_source",
    "booking_status",
    "bot_challenge",
    "complaint",
    "dosing_diy",
    "follow_up",
    "more_detail",
    "repeat",
    "talk_to_human",
}
_ENDS_FORM = {
    "stop": "utter_booking_stopped",
    "cancel_booking": "utter_booking_stopped",
    "forget_me": "utter_forget_me",
}
_FRAGMENTS = {"follow_up", "repeat"}
MINOR = "utter_minor"
# Said to a declared minor as to everybody; the explanation would stand in the way of help.
_AS_TO_EVERYBODY = {"appearance_distress", "book_appointment", "dosing_diy", "forget_me", "talk_to_human"}
# The explanation itself answers these: whether, for how much and how one could have it.
_NOT_FOR_MINORS = {
    "faq_age",
    "faq_candidate",
    "faq_consultation",
    "faq_contraindications",
    "faq_cost",
    "faq_payment",
    "faq_preparation",
}


@dataclass(frozen=True)
class Question:
    """One question of a message: its topic (an intent name) and treatment id, None when not named."""

    topic: str
    treatment: Optional[str] = None


@dataclass(frozen=True)
class Turn:
    """What is known when a message has been understood and nothing has been done yet."""

    intent: str
    questions: tuple[Question, ...] = ()
    treatment: Optional[str] = None  # named in this message
    alarm: Optional[str] = None
    reason: Optional[str] = None  # why the message is out of scope before anybody read it
    asked_slot: Optional[str] = None  # the form's open question; None outside the form
    gives_asked_slot: bool = False  # the text has the shape of what the form must hear itself
    plain: bool = True  # words and not code
    told_in: tuple[str, ...] = ()  # ids of the messages sent to the open form, this one included
    focus_topic: Optional[str] = None
    focus_treatment: Optional[str] = None
    offered: Optional[str] = None  # what the last answer offered, an intent name
    minor: bool = False  # this message says that the person to be treated is too young
    unnamed: bool = False  # no medicine may be named before the visitor does, and none has been
    names_which: bool = False  # asked which treatment is meant, the message says little but that


@dataclass(frozen=True)
class Step:
    """One action, and the slots to set before it runs."""

    action: str
    slots: dict[str, Any] = field(default_factory=dict)


def plan(turn: Turn) -> list[Step]:
    """The steps of a turn, in order; empty when rules and the form know what to do."""
    if turn.intent == "red_flag":
        return _alarm(turn)
    if turn.asked_slot:
        return _inside_form(turn)
    if turn.minor and turn.intent not in _AS_TO_EVERYBODY:
        return _minor(turn)
    if turn.names_which and turn.focus_topic:
        return [_answer(Question(turn.focus_topic, turn.treatment), turn)]
    if turn.intent == "affirm" and turn.offered:
        return [_answer(Question(turn.offered), turn)]
    if turn.intent in _FRAGMENTS and turn.focus_topic:
        return [_answer(Question(turn.focus_topic, turn.treatment), turn)]
    if len(turn.questions) > 1:
        return _answers(turn)
    if turn.treatment and turn.treatment != turn.focus_treatment and _is_answer(turn.intent):
        return [_answer(Question(turn.intent, turn.treatment), turn)]
    return []


def _alarm(turn: Turn) -> list[Step]:
    help_first = Step("utter_red_flag", {"alarm": turn.alarm or "emergency"})
    # what was told so far is kept; the form goes on only when the visitor asks for it
    return [help_first, Step(DEACTIVATE, {"booking_status": "paused"})] if turn.asked_slot else [help_first]


def _minor(turn: Turn) -> list[Step]:
    """The explanation first, then what may be answered; nothing that leads to a visit."""
    asked = [question for question in turn.questions if _is_topic(question.topic)]
    answers = [_answer(question, turn) for question in asked if question.topic not in _NOT_FOR_MINORS]
    return [Step(MINOR), *answers]


def _inside_form(turn: Turn) -> list[Step]:
    if turn.intent in _ENDS_FORM:
        if not turn.plain or turn.gives_asked_slot:
            return []
        forget = {**dict.fromkeys(TOLD), ERASE: list(turn.told_in)}
        return [Step(DEACTIVATE, {**forget, "booking_status": "stopped"}), Step(_ENDS_FORM[turn.intent])]
    if turn.intent == "appearance_distress":
        return [Step(DEACTIVATE, {"booking_status": "paused"}), Step("utter_appearance_distress")]
    asks = turn.reason or turn.intent in _ANSWERED_IN_FORM or _is_topic(turn.intent)
    if not asks or turn.gives_asked_slot:
        return []
    if turn.intent in _FRAGMENTS and turn.focus_topic:
        answers = [_answer(Question(turn.focus_topic, turn.treatment), turn)]
    else:
        answers = _answers(turn) if turn.questions else [Step(f"utter_{turn.intent}")]
    # the form's own question is said by its response, so that a dead action server is not needed
    answers = [step for step in answers if step.action != BOOKING_FORM]
    return [*answers, Step(f"utter_ask_{BOOKING_FORM}_{turn.asked_slot}")]


def _answers(turn: Turn) -> list[Step]:
    asked: dict[object, Question] = {}
    for question in turn.questions:
        # before the treatment is named, questions of one kind get one and the same text
        one_text = turn.unnamed and question.topic.startswith("faq_")
        asked.setdefault(kind_asked(question.topic) if one_text else question, question)
    steps = [_answer(question, turn) for question in asked.values()]
    # the form asks something and waits, so it comes after every answer
    return sorted(steps, key=lambda step: step.action == BOOKING_FORM)


def _answer(question: Question, turn: Turn) -> Step:
    if question.topic == "book_appointment":
        return Step(BOOKING_FORM)
    named = question.treatment
    if named and named != turn.focus_treatment and question.topic not in COMPARISONS:
        return Step(f"utter_{question.topic}", {"treatment": named})
    return Step(f"utter_{question.topic}")


def _is_topic(intent: str) -> bool:
    return intent.startswith(("faq_", "clinic_"))


def _is_answer(intent: str) -> bool:
    return _is_topic(intent) and intent not in COMPARISONS
