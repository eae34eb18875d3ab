"""What a conversation is about right now, read from the tracker's own events."""
from typing import Any, Callable, Dict, List, Optional, Tuple

from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

_MISSED = ("nlu_fallback", "out_of_scope")
_ANSWERS = ("utter_faq_", "utter_clinic_")


def since_user(tracker: DialogueStateTracker) -> List[Event]:
    """The events after the latest message, oldest first."""
    after: List[Event] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        after.append(event)
    return after[::-1]


def topic_in_focus(tracker: DialogueStateTracker) -> Optional[str]:
    """Intent name of the topic answered last before this message, e.g. "faq_pain"."""
    for event in reversed(_before_latest_message(tracker)):
        if isinstance(event, ActionExecuted) and str(event.action_name).startswith(_ANSWERS):
            return str(event.action_name)[len("utter_") :]
    return None


def question_in_focus(tracker: DialogueStateTracker) -> str:
    """Words of the message that the topic in focus answered; empty when there is no topic."""
    events = _before_latest_message(tracker)
    for at in range(len(events) - 1, -1, -1):
        event = events[at]
        if isinstance(event, ActionExecuted) and str(event.action_name).startswith(_ANSWERS):
            return _words_before(events[:at], str(event.action_name)[len("utter_") :])
    return ""


def question_now(tracker: DialogueStateTracker, topic: str) -> str:
    """Words of the latest message that ask about a topic; a follow-up carries on the question before it."""
    message = tracker.latest_message
    if message is None:
        return ""
    words = question_on(message, topic)
    return f"{question_in_focus(tracker)} {words}" if message.intent_name == "follow_up" else words


def _words_before(events: List[Event], topic: str) -> str:
    """What was asked for a topic, follow-ups with the questions they carry on."""
    words: List[str] = []
    for event in reversed(events):
        if isinstance(event, UserUttered):
            words.append(question_on(event, topic))
            if event.intent_name != "follow_up":
                break
    return " ".join(reversed(words))


def question_on(message: UserUttered, topic: str) -> str:
    """The part of a message that asks about a topic; the whole text when it was not divided."""
    for part in (message.parse_data or {}).get("questions") or ():
        if part.get("topic") == topic and part.get("text"):
            return str(part["text"])
    return message.text or ""


def offered(tracker: DialogueStateTracker) -> Optional[str]:
    """Intent name that the bot's last words offered, from the answer's metadata `offer`."""
    return _last_said(tracker).get("offer")


def asked_which_treatment(tracker: DialogueStateTracker) -> bool:
    """Whether the bot's last words asked which treatment is meant (metadata `wants: treatment`)."""
    return _last_said(tracker).get("wants") == "treatment"


def ids_since_form(tracker: DialogueStateTracker) -> Tuple[str, ...]:
    """Ids of the messages since the open form began, the one that began it included."""
    ids: List[str] = []
    in_form = True
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            if event.message_id:
                ids.append(event.message_id)
            if not in_form:
                break
        elif isinstance(event, ActiveLoop) and event.name:
            in_form = False
    return tuple(reversed(ids))


def ids_that_told(
    tracker: DialogueStateTracker, tells: Callable[[str], bool], *, earlier: bool = True
) -> List[str]:
    """Ids of remembered messages that told something: those whose words do, those said to a request.

    Args:
        tracker: the conversation.
        tells: whether a text tells a name, a contact or a time.
        earlier: whether messages before the latest count.
    """
    said = [event for event in tracker.events if isinstance(event, UserUttered) and event.message_id]
    latest, before = said[-1:], said[:-1] if earlier else []
    to_request = set(_ids_to_request(tracker))
    return [
        event.message_id
        for event in (*before, *latest)
        if tells(event.text or "") or (event not in latest and event.message_id in to_request)
    ]


def _ids_to_request(tracker: DialogueStateTracker) -> List[str]:
    """Ids of the messages since the present request, open or paused, got its key."""
    ids: List[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered) and event.message_id:
            ids.append(event.message_id)
        elif isinstance(event, SlotSet) and event.key == "booking_key":
            return ids if event.value else []
    return []


def misses_in_a_row(tracker: DialogueStateTracker) -> int:
    """How many of the latest messages, this one included, were not understood or out of scope.

    Empty, emoji and foreign messages (those with a `reason`) neither count nor end the row.
    """
    misses = 0
    for event in reversed(tracker.events):
        if not isinstance(event, UserUttered):
            continue
        if (event.parse_data or {}).get("reason"):
            continue
        if event.intent_name not in _MISSED:
            break
        misses += 1
    return misses


def _last_said(tracker: DialogueStateTracker) -> Dict[str, Any]:
    """The metadata of the last answer before this message, {} when nothing was said."""
    for event in reversed(_before_latest_message(tracker)):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            return event.metadata.get("metadata") or {}
    return {}


def _before_latest_message(tracker: DialogueStateTracker) -> List[Event]:
    events = list(tracker.events)
    for at in range(len(events) - 1, -1, -1):
        if isinstance(events[at], UserUttered):
            return events[:at]
    return events
