"""What all channels of one server share: the front door, the clinic's words, and whether all is well."""
from __future__ import annotations

import asyncio
import time
from functools import lru_cache
from typing import Any, Callable, Optional
from urllib.parse import urljoin

import aiohttp
import structlog
from ruamel.yaml.error import YAMLError
from sanic import Sanic

from assistant import database
from assistant.channels.front_door import Busy, FrontDoor, Message, OnMessage
from assistant.conversations.store import Conversations, StoreError, TableMissing
from assistant.dialogue.book import AnswerBook, Unfilled, fill
from assistant.nlu.red_flags import alarm
from assistant.production import unsigned_answers
from assistant.retention import keep_deleting
from assistant.settings import MARKETS, ROOT, Settings

logger = structlog.get_logger(__name__)

CHECK_SECONDS = 1.0  # how long the action server may take to say it is well
CHECKED_FOR_SECONDS = 5.0  # how long that answer is taken as known

Prepare = Callable[[Any, Settings], None]


class Reception:
    """One for each server, shared by its channels."""

    def __init__(self, app: Sanic, settings: Settings, on_message: OnMessage, prepare: Prepare) -> None:
        """Opens nothing before `open`."""
        self._app = app
        self._settings = settings
        self._on_message = on_message
        self._prepare = prepare
        self._book = _answer_book()
        self._door: Optional[FrontDoor] = None
        self._deleting: Optional[asyncio.Task[None]] = None
        self._all_signed = False
        self._actions_well = True
        self._actions_checked = -CHECKED_FOR_SECONDS

    @classmethod
    def of(
        cls, app: Sanic, *, settings: Settings, on_message: OnMessage, prepare: Optional[Prepare] = None
    ) -> "Reception":
        """The reception of an application, made by the first channel that asks."""
        known: Optional[Reception] = getattr(app.ctx, "reception", None)
        if known is None:
            known = app.ctx.reception = cls(app, settings, on_message, prepare or _prepare)
            app.register_listener(known._open, "after_server_start")
            app.register_listener(known._close, "before_server_stop")
        return known

    @property
    def conversations(self) -> Optional[Conversations]:
        """Where turns are kept; None when Rasa runs with another tracker store."""
        agent = getattr(self._app.ctx, "agent", None)
        return getattr(getattr(agent, "tracker_store", None), "conversations", None)

    @property
    def door(self) -> FrontDoor:
        """The front door. Raises Busy while it is not open."""
        if self._door is None:
            raise Busy
        return self._door

    @property
    def phone(self) -> str:
        """The clinic's number as people write it."""
        return self._settings.clinic.phone

    def says(self, name: str) -> str:
        """The text of a response, "" when it cannot be said."""
        return str(self.words(name).get("text", ""))

    def words(self, name: str, settings: Optional[Settings] = None) -> dict[str, Any]:
        """Text and buttons of a response for the clinic, {} when it cannot be said."""
        settings = settings or self._settings
        values = {**settings.placeholders(), **settings.conditions()}
        try:
            variation = self._book.pick(name, values) or {}
            return {key: fill(variation[key], values) for key in ("text", "buttons") if key in variation}
        except (Unfilled, YAMLError, OSError) as error:
            logger.error("words.unusable", answer=name, error=type(error).__name__)
            return {}

    def review(self) -> str:
        """What stands under the header while answers are unsigned; "" once a clinician signed all."""
        return "" if self._all_signed else self.says("utter_widget_review")

    def settings_in(self, market: Optional[str]) -> Settings:
        """The clinic's settings, or outside production those another market would give it."""
        if self._settings.production or market not in MARKETS:
            return self._settings
        numbers = {key: MARKETS[market][key] for key in ("emergency_number", "crisis_line")}
        clinic = self._settings.clinic.copy(update={"market": market, **numbers})
        return self._settings.copy(update={"clinic": clinic})

    async def why_not_ready(self) -> Optional[str]:
        """What keeps the bot from answering, None when nothing does."""
        agent = getattr(self._app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return "no model"
        if self.conversations is None:
            return "wrong tracker store"
        try:
            await self.conversations.ping()
        except TableMissing as error:
            return f"no database: {error}"
        except StoreError:
            return "no database"
        if self._door is None:
            return "not prepared"
        return "stopping" if self._door.closing else None

    async def degraded(self) -> list[str]:
        """What does not work although the bot answers: "booking" without an action server."""
        if time.monotonic() - self._actions_checked > CHECKED_FOR_SECONDS:
            self._actions_checked = time.monotonic()
            self._actions_well = await self._ask_action_server()
        return [] if self._actions_well else ["booking"]

    async def _ask_action_server(self) -> bool:
        agent = getattr(self._app.ctx, "agent", None)
        url = getattr(getattr(agent, "action_endpoint", None), "url", None)
        if not url:
            return False
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CHECK_SECONDS))
        try:
            async with session, session.get(urljoin(url, "/ready")) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return False

    async def _open(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        self._prepare(app.ctx.agent, self._settings)
        conversations = self.conversations
        if conversations is None:
            logger.error("front_door.closed", why="the tracker store of endpoints.yml is not ours")
            return
        try:
            await loop.run_in_executor(None, database.migrate, self._settings.database_url)
        except Exception as error:  # the database may come up later; until then /ready says no
            logger.error("database.not_migrated", error=type(error).__name__)
        today = self._settings.now().date()
        self._all_signed = not await loop.run_in_executor(None, unsigned_answers, ROOT, today)
        self._door = FrontDoor(
            conversations, self._on_message, says=self.says, phone=self.phone, alarm=alarm,
            deadline=self._settings.deadline,
        )
        self._deleting = loop.create_task(keep_deleting(conversations, self._settings))

    async def _close(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        if self._deleting is not None:
            self._deleting.cancel()
        if self._door is not None:
            await self._door.drain()


@lru_cache(maxsize=None)
def _answer_book() -> AnswerBook:
    return AnswerBook(ROOT / "data" / "responses")


def _prepare(agent: Any, settings: Settings) -> None:
    from assistant.dialogue.prepare import prepare

    prepare(agent, settings)


__all__ = ["Busy", "Message", "Prepare", "Reception"]
