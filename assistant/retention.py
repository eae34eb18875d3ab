"""Deletes what clinic.yml says is kept no longer."""
from __future__ import annotations

import asyncio
import datetime as dt
from functools import partial

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from assistant.booking.model import BOOKING, NOTICE
from assistant.booking.service import engine
from assistant.conversations.store import Conversations, StoreError
from assistant.logs import kind_and_place
from assistant.settings import Settings

logger = structlog.get_logger(__name__)

EVERY_SECONDS = 3600.0


async def keep_deleting(conversations: Conversations, settings: Settings) -> None:
    """Deletes now and every hour, until it is cancelled; a failure is logged and tried again."""
    while True:
        try:
            await delete_old(conversations, settings)
        except (StoreError, SQLAlchemyError) as error:
            logger.error("retention.failed", **kind_and_place(error))
        await asyncio.sleep(EVERY_SECONDS)


async def delete_old(conversations: Conversations, settings: Settings) -> None:
    """Deletes chats and booking requests that are older than `retention` of clinic.yml.

    Raises:
        StoreError: the chats could not be deleted.
        sqlalchemy.exc.SQLAlchemyError: the requests could not.
    """
    kept, now = settings.retention, settings.now()
    requests = partial(
        _delete_requests, settings.database_url, before=now - dt.timedelta(days=kept.bookings_days)
    )
    await asyncio.get_running_loop().run_in_executor(None, requests)
    # last: it also empties SQLite's write-ahead file, which still holds what was deleted
    await conversations.purge((now - dt.timedelta(days=kept.chats_days)).timestamp())


def _delete_requests(url: str, *, before: dt.datetime) -> None:
    """Deletes requests and notices made before a moment, with what was to be delivered of them."""
    with engine(url).begin() as connection:
        if connection.dialect.name == "sqlite":  # overwritten, not only unlinked
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        for table in (BOOKING, NOTICE):
            connection.execute(delete(table).where(table.c.created_at < before))
