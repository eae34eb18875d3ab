"""Kept conversations for asynchronous code: the database is used in threads, briefly, with retries."""
from __future__ import annotations

import asyncio
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, AsyncIterator, Callable, Optional, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from assistant import database
from assistant.conversations import ledger
from assistant.conversations.ledger import (
    Answered,
    Erasure,
    History,
    Place,
    StaleTurn,
    StoreError,
    Turn,
)
from assistant.conversations.lines import Event

__all__ = [
    "Answered",
    "Conversations",
    "Erasure",
    "History",
    "Place",
    "StaleTurn",
    "StoreError",
    "StoreUnavailable",
    "TableMissing",
    "Turn",
]

PATIENCE_SECONDS = 3.0  # how long one read or write is tried in all
PAUSES = (0.1, 0.5)  # seconds before the second and the third try
LOCK_SECONDS = 10.0  # how long a turn waits for the same visitor's turn in another process
LOCK_POLL_SECONDS = 0.05
MOST_JUST_KEPT = 200
REMEMBERED_TURNS = 8  # a turn looks back a few turns; slots and the form reach back to the start
LOCKS_AT_ONCE = 20  # turns that run at once on PostgreSQL; each holds a connection

Result = TypeVar("Result")


class StoreUnavailable(StoreError):
    """The database did not answer; nothing is known about the conversation."""


class TableMissing(StoreError):
    """The database answers and lacks a table; the message names it."""


class Conversations:
    """Reads and writes kept conversations.

    Every method raises StoreUnavailable when the database cannot be used: a caller never gets an
    empty conversation because a read failed.
    """

    def __init__(self, url: str, *, remembered_turns: int = REMEMBERED_TURNS) -> None:
        """Opens nothing yet.

        Args:
            url: an SQLAlchemy address.
            remembered_turns: how many turns a conversation is read back with.
        """
        self._remembered = remembered_turns
        self._writer = database.engine(url)
        self._reader = self._writer.execution_options(read_only=True)
        # locks hold a connection for a whole turn, so they must not use up those of reads and writes
        on_server = self._writer.dialect.name == "postgresql"
        self._locks = database.engine(url, connections=LOCKS_AT_ONCE) if on_server else None
        # waiting for a connection would hold up a thread, and with it the turns that could let one go
        self._lock_places = asyncio.Semaphore(LOCKS_AT_ONCE)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="conversations")
        self._writes_fail = False
        self._just_kept: dict[tuple[str, str], Answered] = {}
        self._just_read: dict[str, Optional[History]] = {}

    async def begin(self, conversation_id: str, message_id: str) -> Optional[Answered]:
        """The answer a message has already; None when its turn is to run.

        The next `load` of the conversation is then answered from the same read. Somebody else may
        write in between: `commit` notices it, and a turn that is run again reads again.
        """
        known, history = await self._read(
            partial(ledger.begin, limit=self._remembered), conversation_id, message_id
        )
        if known is None:
            if len(self._just_read) > MOST_JUST_KEPT:  # turns that ended before they were read
                self._just_read.clear()
            self._just_read[conversation_id] = history
        return known

    async def load(self, conversation_id: str) -> Optional[History]:
        """The running session's last turns, as many as are remembered; None: no such conversation."""
        if conversation_id in self._just_read:
            return self._just_read.pop(conversation_id)
        return await self._read(partial(ledger.load, limit=self._remembered), conversation_id)

    async def load_all(self, conversation_id: str) -> Optional[History]:
        """Every kept turn of all sessions; None: no such conversation."""
        return await self._read(partial(ledger.load, limit=None), conversation_id)

    async def commit(self, conversation_id: str, place: Place, turn: Turn) -> Place:
        """See ledger.commit."""
        self._just_read.pop(conversation_id, None)
        place, said = await self._write(ledger.commit, conversation_id, place, turn)
        if turn.erases is not None:
            await self._tidy()
        if said is not None and turn.message_id is not None:
            if len(self._just_kept) > MOST_JUST_KEPT:  # nobody asked: they were not sent by a visitor
                self._just_kept.clear()
            self._just_kept[conversation_id, turn.message_id] = said
        return place

    async def keep_apology(self, conversation_id: str, message_id: str, events: list[Event]) -> None:
        """See ledger.keep_apology."""
        self._just_read.pop(conversation_id, None)
        await self._write(ledger.keep_apology, conversation_id, message_id, events)

    async def answered(self, conversation_id: str, message_id: str) -> Optional[Answered]:
        """See ledger.answered; what was committed a moment ago is not read a second time."""
        said = self._just_kept.pop((conversation_id, message_id), None)
        if said is not None:
            return said
        return await self._read(ledger.answered, conversation_id, message_id)

    async def kept(
        self, conversation_id: str, *, after: int = 0, fresh_within: Optional[float] = None
    ) -> Answered:
        """See ledger.kept."""
        read = partial(ledger.kept, after=after, fresh_within=fresh_within)
        return await self._read(read, conversation_id)

    async def forget(self, conversation_id: str) -> bool:
        """See ledger.forget."""
        self._just_read.pop(conversation_id, None)
        gone = await self._write(ledger.forget, conversation_id)
        self._just_kept.clear()
        await self._tidy()
        return gone

    async def purge(self, before: float) -> int:
        """See ledger.purge."""
        gone = await self._write(ledger.purge, before)
        await self._tidy()
        return gone

    async def ids(self) -> list[str]:
        """See ledger.ids."""
        return await self._read(ledger.ids)

    async def ping(self) -> None:
        """Does nothing when all is well.

        Raises:
            StoreUnavailable: the database cannot be read or, after a failed write, written.
            TableMissing: with the names of the tables that are not there.
        """
        missing = await self._read(ledger.missing_tables)
        if missing:
            raise TableMissing(f"no table {', '.join(missing)}")
        if self._writes_fail:
            await self._write(ledger.leave_a_trace)

    @asynccontextmanager
    async def alone(self, conversation_id: str) -> AsyncIterator[None]:
        """Keeps every other process out of a conversation for a turn (PostgreSQL; else nothing).

        Inside one process the front door already takes turns. The version check of `commit` holds
        even without this lock; the lock keeps an action from being run twice.

        Raises:
            StoreUnavailable: the other turn took too long.
        """
        if self._locks is None:
            yield
            return
        key = int.from_bytes(hashlib.sha256(conversation_id.encode()).digest()[:8], "big", signed=True)
        async with self._lock_places:
            connection = await self._in_thread(_open_transaction, self._locks)
            try:
                give_up = time.monotonic() + LOCK_SECONDS
                while not await self._in_thread(_take_lock, connection, key):
                    if time.monotonic() > give_up:
                        raise StoreUnavailable("this conversation is busy in another process")
                    await asyncio.sleep(LOCK_POLL_SECONDS)
                yield
            finally:
                await asyncio.shield(self._release(connection))

    async def _release(self, connection: Connection) -> None:
        """Ends the lock's transaction: later when the database hangs, but it happens.

        A lock that nobody ends would keep its conversation waiting until Python collects the connection.
        """
        releasing = asyncio.get_running_loop().run_in_executor(self._threads, _let_go, connection)
        await asyncio.wait({releasing}, timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        """Lets go of threads and connections."""
        self._threads.shutdown(wait=True)
        self._writer.dispose()
        if self._locks is not None:
            self._locks.dispose()

    async def _read(self, work: Callable[..., Result], *args: Any, **options: Any) -> Result:
        return await self._in_thread(self._transaction, self._reader, partial(work, **options), args)

    async def _write(self, work: Callable[..., Result], *args: Any) -> Result:
        try:
            done: Result = await self._in_thread(self._transaction, self._writer, work, args)
        except StoreUnavailable:
            self._writes_fail = True
            raise
        self._writes_fail = False
        return done

    @staticmethod
    def _transaction(engine: Any, work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        with engine.begin() as db:
            return work(db, *args)

    async def _in_thread(self, work: Callable[..., Result], *args: Any) -> Result:
        """Runs database work off the event loop and again after a lost connection.

        Errors are raised without their text: SQLAlchemy's hold what was being written.
        """
        loop, started = asyncio.get_running_loop(), time.monotonic()
        for pause in (*PAUSES, None):
            left = PATIENCE_SECONDS - (time.monotonic() - started)
            running = loop.run_in_executor(self._threads, partial(work, *args))
            try:
                # not wait_for: in Python 3.10 it forgets a cancellation that meets the result
                await asyncio.wait({running}, timeout=max(left, 0.1))
                if not running.done():
                    raise StoreUnavailable("the database did not answer in time")
                return running.result()
            except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
                late = time.monotonic() - started + (pause or 0) > PATIENCE_SECONDS
                if pause is None or late or not _may_pass(error):
                    raise StoreUnavailable(type(error).__name__) from None
                await asyncio.sleep(pause)
            except sa.exc.SQLAlchemyError as error:
                raise StoreUnavailable(type(error).__name__) from None
            finally:
                running.cancel()  # what has not begun need not
        raise AssertionError("the last try returns or raises")

    async def _tidy(self) -> None:
        """SQLite: moves deletions out of the write-ahead file, which still holds the old pages."""
        if self._writer.dialect.name == "sqlite":
            await self._in_thread(self._empty_write_ahead_file)

    def _empty_write_ahead_file(self) -> None:
        raw = self._writer.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _may_pass(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether trying again can help: lost connections, busy files, exhausted pools."""
    return isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError))


def _take_lock(connection: Connection, key: int) -> bool:
    # bound to the transaction: the server lets go of it even if this process is killed
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(key))).scalar())


def _let_go(connection: Connection) -> None:
    try:
        connection.close()
    except sa.exc.SQLAlchemyError:  # the connection is gone, or stuck in the turn's last statement
        connection.invalidate()
        connection.close()


def _open_transaction(engine: Engine) -> Connection:
    connection = engine.connect()
    connection.begin()
    return connection
