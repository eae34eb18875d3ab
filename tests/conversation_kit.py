"""A conversation without a model: real store, real tracker, a bot that says what it heard."""
from __future__ import annotations

import asyncio
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered

from assistant import database
from assistant.dialogue.tracker_store import ConversationStore

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [faq_pain, book]
    slots:
      treatment: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      visitor_name: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      booking_key: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      booking_erase: {type: any, influence_conversation: false, mappings: [{type: custom}]}
      visitor_contact: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      consent: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
      declared_minor: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
      alarm: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      requested_slot: {type: text, influence_conversation: false, mappings: [{type: custom}]}
    forms: {booking_form: {required_slots: [visitor_name]}}
    session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: false}
    """
)
SESSION_START = ("action_session_start", "action_listen")


def store_in(folder: Path, **options: Any) -> ConversationStore:
    """A store over the folder's database, made with the real tables when it is not there."""
    file = folder / "faq.db"
    if not file.exists():
        shutil.copy(_empty_database(), file)
    return ConversationStore(DOMAIN, url=f"sqlite:///{file}", **options)


@lru_cache(maxsize=None)
def _empty_database() -> Path:
    """Migrated once and copied: migrating takes longer than most tests."""
    file = Path(tempfile.mkdtemp(prefix="conversations-")) / "faq.db"
    database.migrate(f"sqlite:///{file}")
    return file


class EchoBot:
    """Runs a turn the way Rasa does; says "heard <text>" and remembers what it was asked."""

    def __init__(self, store: ConversationStore) -> None:
        self.store = store
        self.heard: list[UserMessage] = []
        self.seconds = 0.0
        self.error: Optional[Exception] = None
        self.at_work = 0
        self.most_at_work = 0

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        self.at_work += 1
        self.most_at_work = max(self.at_work, self.most_at_work)
        try:
            await asyncio.sleep(self.seconds)
            if self.error:
                raise self.error
            await say(self.store, message)
        finally:
            self.at_work -= 1


async def say(store: ConversationStore, message: UserMessage, *events: Event) -> None:
    """One turn: the message, the events (default: an echo), and listening again."""
    tracker = await store.get_or_create_tracker(message.sender_id, append_action_listen=False)
    if not tracker.applied_events():
        for event in (ActionExecuted(SESSION_START[0]), SessionStarted(), ActionExecuted(SESSION_START[1])):
            tracker.update(event)
    parse_data = message.parse_data or {"intent": {"name": "faq_pain", "confidence": 1.0}, "entities": []}
    tracker.update(
        UserUttered(
            message.text,
            parse_data["intent"],
            parse_data["entities"],
            parse_data,
            input_channel=message.input_channel,
            message_id=message.message_id,
        )
    )
    buttons = {"buttons": [{"title": "More", "payload": "Tell me more"}]}
    metadata = {"utter_action": "utter_faq_pain", "metadata": {"topic": "faq_pain", "lead": "Does it hurt?"}}
    echo = (ActionExecuted("utter_faq_pain"), BotUttered(f"heard {message.text}", buttons, metadata))
    for event in (*(events or echo), ActionExecuted("action_listen")):
        tracker.update(event)
    await store.save(tracker)


def message_of(conversation: str, message_id: str, text: str = "does it hurt") -> UserMessage:
    """A message as the front door hands it to Rasa."""
    return UserMessage(text, None, conversation, input_channel="website", message_id=message_id)
