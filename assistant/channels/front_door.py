"""One way in for every message from every client.

A message is cleaned, waits for the visitor's earlier ones, runs once however often it is sent, in a
task of its own that outlives the connection it came on. Its replies are read back from the store, so
nobody is shown anything that is not kept; only an apology for lateness or for a dead store is not.
"""
from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, AsyncIterator, Awaitable, Callable, Optional

import structlog
from rasa.core.channels.channel import OutputChannel, UserMessage

from assistant.channels.message_text import Alarm, Heard, hear
from assistant.conversations.lines import Line
from assistant.conversations.store import Answered, Conversations, StaleTurn, StoreError, StoreUnavailable
from assistant.logs import kind_and_place
from assistant.settings import DEADLINE_SECONDS

logger = structlog.get_logger(__name__)

BEAT_SECONDS = 2.0  # between signs of life while a visitor waits
TYPING_AFTER_SECONDS = 0.2  # most answers are faster and need no sign
TURN_SECONDS = 60.0  # a turn that hangs longer is ended, or the conversation would be stuck
STORE_SECONDS = 30.0  # a message waits this long for a database that is away, then it may be sent again
STORE_PAUSE_SECONDS = 0.5
COUNT_SECONDS = 0.5  # for the last line's number, which a late apology can do without
MOST_WAITING = 200  # messages in the house; above this new ones are turned away at once

LATE = "utter_widget_late"
FAILED = "utter_widget_failed"

OnMessage = Callable[[UserMessage], Awaitable[Any]]


class Busy(Exception):
    """No message can be taken now: too many are waiting, or the server is about to stop."""


@dataclass(frozen=True)
class Message:
    """What a client handed in."""

    conversation_id: str
    message_id: str
    text: str
    channel: str


@dataclass(frozen=True)
class Outcome:
    """How a turn ended: the kept replies, or None when not even an apology could be kept."""

    answered: Optional[Answered]


class Silent(OutputChannel):
    """Rasa's way of sending at once, unused: replies wait until the turn is kept."""

    def __init__(self, name: str) -> None:
        """Takes the name of the channel; answers may differ by it."""
        self._name = name

    def name(self) -> str:  # type: ignore[override]
        """Name of the channel a message came in by."""
        return self._name

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Sends nothing."""


class FrontDoor:
    """Takes messages in and hands lines out."""

    def __init__(
        self,
        conversations: Conversations,
        on_message: OnMessage,
        *,
        says: Callable[[str], str],
        phone: str,
        alarm: Alarm,
        deadline: float = DEADLINE_SECONDS,
        beat: float = BEAT_SECONDS,
    ) -> None:
        """Wires the door.

        Args:
            conversations: where turns are kept.
            on_message: runs a turn (Rasa's handler).
            says: text of a response by name.
            phone: the clinic's number, for apologies.
            alarm: finds red flags in raw text.
            deadline: seconds until the apology for lateness.
            beat: seconds between signs of life.
        """
        self._conversations = conversations
        self._on_message = on_message
        self._says = says
        self._phone = phone
        self._alarm = alarm
        self._deadline = deadline
        self._beat = beat
        self._turns: dict[tuple[str, str], asyncio.Task[Outcome]] = {}
        self._queues: dict[str, tuple[asyncio.Lock, int]] = {}
        self.closing = False  # no more messages are taken

    def take(self, message: Message) -> asyncio.Task[Outcome]:
        """Starts the turn of a message, or finds the one that is running for the same message id.

        Raises:
            Busy: the message was not taken.
        """
        key = (message.conversation_id, message.message_id)
        turn = self._turns.get(key)
        if turn is None:
            if self.closing or len(self._turns) >= MOST_WAITING:
                raise Busy
            turn = asyncio.get_running_loop().create_task(self._turn(message))
            self._turns[key] = turn
            turn.add_done_callback(lambda _: self._turns.pop(key, None))
        return turn

    async def lines(self, message: Message, turn: asyncio.Task[Outcome]) -> AsyncIterator[Line]:
        """The lines a client gets for a message: signs of life, replies or an apology, the end.

        Closing the iterator early does not touch the turn.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self._deadline
        sign, pause = "typing", TYPING_AFTER_SECONDS
        while not turn.done():
            left = give_up - loop.time()
            if left <= 0:
                break
            await asyncio.wait({turn}, timeout=min(pause, left))
            if not turn.done() and left > pause:
                yield {"kind": sign}
                sign, pause = "beat", self._beat
        answered = turn.result().answered if turn.done() else None
        if answered is None:
            yield self._sorry(FAILED if turn.done() else LATE)
            yield {"kind": "end", "n": await self._last_n(message.conversation_id)}
            return
        for line in answered.lines:
            yield line
        yield {"kind": "end", "n": answered.last_n}

    async def drain(self, seconds: float = DEADLINE_SECONDS) -> None:
        """Takes no more messages and waits for the turns in flight."""
        self.closing = True
        if self._turns:
            await asyncio.wait(set(self._turns.values()), timeout=seconds)

    async def _turn(self, message: Message) -> Outcome:
        """Runs a turn, again and again while the database is away.

        The visitor is told after the deadline; an answer that is kept later is found by a replay.
        """
        conversation, clock = message.conversation_id, asyncio.get_running_loop().time
        give_up, tries = clock() + STORE_SECONDS, 0
        async with self._in_order(conversation):
            while True:
                tries += 1
                try:
                    async with self._conversations.alone(conversation):
                        return Outcome(await self._answered_once(message))
                except StoreUnavailable as error:
                    if tries == 1:
                        _log(error)
                    if clock() > give_up:
                        logger.error("turn.given_up", tries=tries)
                        return Outcome(None)
                except Exception as error:  # an apology; the visitor may send the same message again
                    _log(error)
                    return Outcome(None)
                await asyncio.sleep(STORE_PAUSE_SECONDS)

    async def _answered_once(self, message: Message) -> Answered:
        """Runs the turn unless it was kept before; a turn that fails is kept with the apology."""
        conversation, message_id = message.conversation_id, message.message_id
        known = await self._conversations.begin(conversation, message_id)
        if known is not None:
            return known
        heard = hear(message.text, self._alarm)
        for last_try in (False, True):
            try:
                await asyncio.wait_for(self._on_message(_for_rasa(message, heard)), TURN_SECONDS)
                break
            except StaleTurn as error:
                if last_try:
                    _log(error)
            except StoreUnavailable:  # nothing is kept: the same turn can run again
                raise
            except Exception as error:  # whatever a component raises costs an apology, not a message
                _log(error)
                break
        answered = await self._conversations.answered(conversation, message_id)
        if answered is not None:
            return answered
        events = _apology(message_id, heard, message.channel, self._says(FAILED) or self._phone)
        await self._conversations.keep_apology(conversation, message_id, events)
        answered = await self._conversations.answered(conversation, message_id)
        if answered is None:
            raise StoreError("the apology was kept but cannot be read")
        return answered

    @asynccontextmanager
    async def _in_order(self, conversation_id: str) -> AsyncIterator[None]:
        """Messages of one conversation, first come first served."""
        lock, waiting = self._queues.get(conversation_id) or (asyncio.Lock(), 0)
        self._queues[conversation_id] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._queues[conversation_id]
            if waiting > 1:
                self._queues[conversation_id] = (lock, waiting - 1)
            else:
                del self._queues[conversation_id]

    def _sorry(self, name: str) -> Line:
        return {"kind": "sorry", "text": self._says(name) or self._phone, "phone": self._phone}

    async def _last_n(self, conversation_id: str) -> int:
        counting = self._conversations.kept(conversation_id, after=0, fresh_within=0)
        try:
            return (await asyncio.wait_for(counting, COUNT_SECONDS)).last_n
        except (StoreError, asyncio.TimeoutError):
            return 0


def _for_rasa(message: Message, heard: Heard) -> UserMessage:
    return UserMessage(
        heard.text,
        Silent(message.channel),
        message.conversation_id,
        parse_data=heard.parse_data,
        input_channel=message.channel,
        message_id=message.message_id,
    )


def _apology(message_id: str, heard: Heard, channel: str, text: str) -> list[dict[str, Any]]:
    """Events of a turn that failed, as Rasa would have written them."""
    user = {"event": "user", "text": heard.text, "message_id": message_id, "input_channel": channel}
    return [user, {"event": "bot", "text": text, "metadata": {"kind": "sorry"}}]


def _log(error: BaseException) -> None:
    logger.error("turn.failed", **kind_and_place(error))
