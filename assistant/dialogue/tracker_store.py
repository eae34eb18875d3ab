"""Rasa's tracker store over the kept conversations: a turn is kept whole, on what it was read from.

A tracker is rebuilt from the last few turns and the state before them, so that a long conversation
costs no more than a short one. A failed read or write raises; there is never a blank tracker for a
visitor whose conversation exists.
"""
import itertools
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Callable, Dict, Iterable, List, Optional, Text, Type

import structlog
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    ConversationPaused,
    Event,
    FollowupAction,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection

from assistant.booking.form import ERASE, TOLD
from assistant.booking.notices import take_back, tell_of_alarm
from assistant.conversations.store import (
    REMEMBERED_TURNS,
    Conversations,
    Erasure,
    History,
    Place,
    StaleTurn,
    StoreError,
    Turn,
)
from assistant.settings import load_settings

logger = structlog.get_logger(__name__)

_LEAD_INS = ("give_details",)  # what was sent right before a form belongs to it
_MARK = "_kept_at"


@dataclass(frozen=True)
class _Mark:
    """Written on a tracker when it is read: what of it is kept already."""

    place: Place
    events: int
    session_started: Optional[float]


class ConversationStore(TrackerStore):
    """Keeps trackers in the database of clinic.yml."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        host: Optional[Text] = None,
        url: Optional[Text] = None,
        remembered_turns: int = REMEMBERED_TURNS,
        **kwargs: Any,
    ) -> None:
        """Called by Rasa with what endpoints.yml says.

        Args:
            domain: slots of the trackers.
            event_broker: gets new events after they are kept.
            host: unused, Rasa always passes it.
            url: SQLAlchemy address; default: the settings' database.
            remembered_turns: user turns a tracker is rebuilt from.
            kwargs: anything else in endpoints.yml, for Rasa's own class.
        """
        super().__init__(domain, event_broker, **kwargs)
        try:
            self._settings = load_settings()
            self.conversations = Conversations(
                url or self._settings.database_url, remembered_turns=remembered_turns
            )
        except (AttributeError, ImportError) as error:
            # Rasa takes these two for a wrong class path and quietly keeps everything in memory
            raise StoreError(f"the conversation store cannot start: {error}") from error

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker of a conversation's running session; None when there is no conversation."""
        return self._tracker(sender_id, await self.conversations.load(sender_id))

    async def retrieve_full_tracker(self, conversation_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker with everything kept, all sessions."""
        return self._tracker(conversation_id, await self.conversations.load_all(conversation_id))

    async def create_tracker(
        self, sender_id: Text, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        """A new tracker; nothing is written before its first turn."""
        tracker = self.init_tracker(sender_id)
        setattr(tracker, _MARK, _Mark(Place(), 0, None))
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps what is new in a tracker as one turn.

        Raises:
            StaleTurn: the conversation went on elsewhere since the tracker was read, or the tracker
                was not read from here.
            StoreError: nothing was written.
        """
        mark: Optional[_Mark] = getattr(tracker, _MARK, None)
        if mark is None:
            raise StaleTurn("a tracker can be kept only on top of the conversation it was read from")
        new = list(itertools.islice(tracker.events, mark.events, None))
        if not new:
            return
        begun = [event.timestamp for event in new if isinstance(event, SessionStarted)]
        started = begun[-1] if begun else mark.session_started
        turn = Turn(
            events=[event.as_dict() for event in new],
            message_id=next((e.message_id for e in new if isinstance(e, UserUttered) and e.message_id), None),
            state=_state(tracker, started or new[0].timestamp),
            begins_session=bool(begun),
            erases=_erasure(new),
            also=self._notice(tracker, new),
        )
        place = await self.conversations.commit(tracker.sender_id, mark.place, turn)
        setattr(tracker, _MARK, _Mark(place, len(tracker.events), started))
        await self._publish(new, tracker.sender_id)

    def _notice(
        self, tracker: DialogueStateTracker, new: List[Event]
    ) -> Optional[Callable[[Connection], Any]]:
        """What tells staff of an alarm raised in this turn, or takes back what a minor's contact stands in."""
        if any(isinstance(event, SlotSet) and event.key == "declared_minor" and event.value for event in new):
            return partial(take_back, conversation_id=tracker.sender_id)
        raised = [event.value for event in new if isinstance(event, SlotSet) and event.key == "alarm"]
        slots = tracker.current_slot_values()
        if not raised or not raised[-1] or slots.get("declared_minor"):
            return None
        return partial(
            tell_of_alarm,
            conversation_id=tracker.sender_id,
            level=raised[-1],
            contact=slots.get("visitor_contact") if slots.get("consent") is True else None,
            settings=self._settings,
        )

    async def exists(self, conversation_id: Text) -> bool:
        """Whether anything of a conversation is kept."""
        history = await self.conversations.load(conversation_id)
        return history is not None and bool(history.events)

    async def keys(self) -> Iterable[Text]:
        """Ids of all conversations."""
        return await self.conversations.ids()

    def _tracker(self, sender_id: Text, history: Optional[History]) -> Optional[DialogueStateTracker]:
        if history is None:
            return None
        recap = _recap(history.state) if history.state else []
        events = [*recap, *map(_event, history.events)]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        started = [event.timestamp for event in events if isinstance(event, SessionStarted)]
        setattr(tracker, _MARK, _Mark(history.place, len(tracker.events), started[-1] if started else None))
        return tracker

    async def _publish(self, events: List[Event], sender_id: Text) -> None:
        if self.event_broker is None:
            return
        try:
            await self._stream_new_events(self.event_broker, events, sender_id)
        except Exception as error:  # the turn is kept; a broken broker must not undo that
            logger.error("events.not_published", error=type(error).__name__)


def _event(kept: Dict[Text, Any]) -> Event:
    return _event_class(kept["event"])._from_parameters(kept)


@lru_cache(maxsize=None)
def _event_class(name: Text) -> Type[Event]:
    # Rasa's own look-up walks through all classes for each event: half the cost of a turn
    found: Type[Event] = Event.resolve_by_type(name)
    return found


def _erasure(events: Iterable[Event]) -> Optional[Erasure]:
    """What a turn takes back: everything that was told to a form which ended with its words unwanted."""
    asked = [event.value for event in events if isinstance(event, SlotSet) and event.key == ERASE]
    ids = [known for known in asked if known is not None]  # None: a form began
    if not ids:
        return None
    return Erasure({id for known in ids for id in known}, TOLD, life="booking_key", lead_ins=_LEAD_INS)


def _state(tracker: DialogueStateTracker, session_started: float) -> Dict[Text, Any]:
    """Everything about a tracker that the events of later turns do not say."""
    loop = tracker.active_loop
    trigger = (loop.trigger_message or {}).get("intent") if loop else None
    slots = [slot for slot in tracker.slots.values() if slot.value != slot.initial_value]
    return {
        "session_started": session_started,
        "slots": {slot.name: slot.value for slot in slots},
        "loop": {"name": loop.name, "rejected": loop.rejected, "trigger": trigger} if loop else None,
        "action": tracker.latest_action_name,
        "followup": tracker.followup_action,
        "paused": tracker.is_paused(),
    }


def _recap(state: Dict[Text, Any]) -> List[Event]:
    """Events that bring a new tracker into a state."""
    at, loop = state["session_started"], state["loop"]
    events: List[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at),
        SessionStarted(timestamp=at),
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=at),
    ]
    if loop:
        # the form's own turns are recognised by an earlier run of it, with the message that began it
        if loop["trigger"]:
            events.append(UserUttered(None, intent=loop["trigger"], timestamp=at))
        events += [ActionExecuted(loop["name"], timestamp=at), ActiveLoop(loop["name"], timestamp=at)]
    events += [SlotSet(name, value, timestamp=at) for name, value in state["slots"].items()]
    if loop and loop["rejected"]:
        events.append(ActionExecutionRejected(loop["name"], timestamp=at))
    events.append(ActionExecuted(state["action"] or ACTION_LISTEN_NAME, timestamp=at))
    if state["paused"]:
        events.append(ConversationPaused(timestamp=at))
    if state["followup"]:
        events.append(FollowupAction(state["followup"], timestamp=at))
    return events
