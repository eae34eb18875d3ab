"""Reads and writes turns on an open database connection; each function is one transaction's work."""
from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import Any, Callable, Collection, Optional

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from assistant.conversations.lines import Event, Line, lines_of
from assistant.conversations.tables import conversations, turns

SESSION_SECONDS = 3600  # after this silence nothing said before is shown again (shared devices)
_TRACE = "can this be written"  # never a conversation's id: those have no blanks
ERASED = "\u2026"  # what stands where words were removed

# Made once: building a statement costs as much as running it.
_CONVERSATION = sa.select(conversations).where(conversations.c.id == sa.bindparam("id"))
_OF_MESSAGE = (
    sa.select(turns, conversations.c.last_n.label("conversation_last_n"))
    .join(conversations, conversations.c.id == turns.c.conversation_id)
    .where(turns.c.conversation_id == sa.bindparam("id"), turns.c.message_id == sa.bindparam("message_id"))
)
_HEARD = (
    sa.select(turns.c.number, turns.c.session, turns.c.events, turns.c.state)
    .where(turns.c.conversation_id == sa.bindparam("id"), turns.c.heard)
    .order_by(turns.c.number.desc())
)
_LAST_HEARD = _HEARD.limit(sa.bindparam("most"))


class StoreError(Exception):
    """A conversation could not be read or written; the message holds nothing a visitor said."""


class StaleTurn(StoreError):
    """Another turn was written since this one was read: it must be run again from fresh state."""


@dataclass(frozen=True)
class Place:
    """Where a conversation stands: what the next turn is written on top of."""

    version: int = 0  # number of the last turn, 0 = nothing yet
    last_n: int = 0
    session: int = 0  # number of the turn that began the running session


@dataclass(frozen=True)
class History:
    """What is needed to go on: the last turns' events and the state they start from."""

    place: Place
    events: list[Event]
    state: Optional[dict[str, Any]] = None  # None: the events begin with the session


@dataclass(frozen=True)
class Turn:
    """One turn to be kept."""

    events: list[Event]
    message_id: Optional[str] = None
    state: Optional[dict[str, Any]] = None
    begins_session: bool = False
    heard: bool = True
    also: Optional[Callable[[Connection], Any]] = None  # written with the turn or not at all


@dataclass(frozen=True)
class Answered:
    """The replies of a kept turn, numbered, and the number of the conversation's last line."""

    lines: list[Line]
    last_n: int


def load(db: Connection, conversation_id: str, *, limit: Optional[int]) -> Optional[History]:
    """The last turns of the running session (limit=None: all turns of all sessions), or None."""
    row = _conversation(db, conversation_id)
    if row is None:
        return None
    if limit is None:
        found = db.execute(_HEARD, {"id": conversation_id}).all()
    else:
        # one turn more than asked for: its state is what the events start from
        found = db.execute(_LAST_HEARD, {"id": conversation_id, "most": limit + 1}).all()
    if not found:
        return History(Place(row.version, row.last_n), [])
    session = found[0].session
    used = found if limit is None else [turn for turn in found[:limit] if turn.number >= session]
    state = None
    if limit is not None and used[-1].number > session and len(found) > len(used):
        state = json.loads(found[len(used)].state)
    events = [event for turn in reversed(used) for event in json.loads(turn.events)]
    return History(Place(row.version, row.last_n, session), events, state)


def commit(
    db: Connection, conversation_id: str, place: Place, turn: Turn
) -> tuple[Place, Optional[Answered]]:
    """Writes a turn on top of the place it was read from.

    Returns:
        the new place, and the replies as they are kept (None: they must be read).

    Raises:
        StaleTurn: something else was written meanwhile; nothing was changed.
    """
    if not _claimed(db, conversation_id, place, turn):
        row = _conversation(db, conversation_id)
        mine = _of_message(db, conversation_id, turn.message_id)
        if row is not None and mine is not None and mine.number == place.version + 1:
            # written by an earlier try whose confirmation was lost
            return Place(row.version, row.last_n, mine.session), None
        if row is None or row.forgotten != row.version or row.forgotten <= place.version:
            raise StaleTurn("another turn was written first")
        # everything was deleted while this turn ran: only what the assistant says now is kept
        said = [event for event in turn.events if event.get("event") == "bot"]
        turn = replace(turn, events=said, state=None, heard=False)
        place = Place(row.version, row.last_n)
        if not _claimed(db, conversation_id, place, turn):
            raise StaleTurn("another turn was written first")
    number = place.version + 1
    lines = _with_numbers(lines_of(turn.events), place.last_n + 1, turn.message_id)
    last_n = place.last_n + len(lines)
    session = number if turn.begins_session or not place.session else place.session
    try:
        db.execute(
            turns.insert().values(
                conversation_id=conversation_id,
                number=number,
                message_id=turn.message_id,
                session=session,
                first_n=place.last_n + 1,
                last_n=last_n,
                at=time.time(),
                heard=turn.heard,
                events=_json(turn.events),
                state=None if turn.state is None else _json(turn.state),
            )
        )
    except sa.exc.IntegrityError:
        raise StaleTurn("this message was answered before") from None
    if turn.also is not None and turn.heard:
        turn.also(db)
    said = [line for line in lines if line["kind"] == "text"]
    return Place(number, last_n, session), Answered(said, last_n)


def keep_apology(db: Connection, conversation_id: str, message_id: str, events: list[Event]) -> None:
    """Keeps a message whose turn failed, with the apology; the dialogue goes on as if unheard."""
    row = _conversation(db, conversation_id)
    place = Place() if row is None else Place(row.version, row.last_n)
    newest = _newest(db, conversation_id)
    if row is not None and newest is not None and time.time() - row.last_at < SESSION_SECONDS:
        place = replace(place, session=newest.session)
    commit(db, conversation_id, place, Turn(events, message_id, heard=False))


def answered(db: Connection, conversation_id: str, message_id: str) -> Optional[Answered]:
    """The replies to a message, None when it was never answered."""
    turn = _of_message(db, conversation_id, message_id)
    if turn is None:
        return None
    lines = [line for line in _numbered(turn) if line["kind"] == "text"]
    return Answered(lines, turn.conversation_last_n)


def kept(
    db: Connection, conversation_id: str, *, after: int, fresh_within: Optional[float]
) -> Answered:
    """Lines with a number above `after`.

    With `fresh_within` (seconds) there are none when the conversation was silent for longer, and
    otherwise only those of the running session.
    """
    row = _conversation(db, conversation_id)
    if row is None:
        return Answered([], 0)
    query = (
        sa.select(turns)
        .where(turns.c.conversation_id == conversation_id, turns.c.last_n > after)
        .order_by(turns.c.number)
    )
    if fresh_within is not None:
        newest = _newest(db, conversation_id)
        if newest is None or time.time() - row.last_at > fresh_within:
            return Answered([], row.last_n)
        query = query.where(turns.c.session >= newest.session)
    found = db.execute(query).all()
    lines = [line for turn in found for line in _numbered(turn) if line["n"] > after]
    return Answered(lines, row.last_n)


def forget(db: Connection, conversation_id: str) -> bool:
    """Deletes everything said in a conversation, also what a turn in flight is about to write.

    Only the random id and two counters stay, so that line numbers do not start again.

    Returns:
        whether there was anything to delete.
    """
    _delete_for_good(db)
    # the stub also reaches a first turn that is still in flight
    db.execute(_insert_new(db, conversation_id, version=0))
    db.execute(
        conversations.update()
        .where(conversations.c.id == conversation_id)
        .values(version=conversations.c.version + 1, forgotten=conversations.c.version + 1)
    )
    gone = db.execute(turns.delete().where(turns.c.conversation_id == conversation_id))
    return bool(gone.rowcount)


def erase(
    db: Connection, conversation_id: str, *, message_ids: Collection[str], slots: Collection[str]
) -> None:
    """Removes the words of some messages, every summary of them and some slots; keeps the rest."""
    _delete_for_good(db)
    found = db.execute(sa.select(turns).where(turns.c.conversation_id == conversation_id)).all()
    for turn in found:
        events, state = json.loads(turn.events), json.loads(turn.state or "null")
        for event in events:
            if event.get("event") == "user" and turn.message_id in message_ids:
                intent = (event.get("parse_data") or {}).get("intent")
                event.update(text=ERASED, parse_data={"text": ERASED, "intent": intent, "entities": []})
            elif event.get("event") == "bot" and _is_summary(event):
                event["text"] = ERASED
            elif event.get("event") == "slot" and event.get("name") in slots:
                event["value"] = None
        for name in slots if state else ():
            state["slots"].pop(name, None)
        this = (turns.c.conversation_id == conversation_id) & (turns.c.number == turn.number)
        kept_state = None if state is None else _json(state)
        db.execute(turns.update().where(this).values(events=_json(events), state=kept_state))


def _is_summary(event: dict[str, Any]) -> bool:
    said = (event.get("metadata") or {}).get("metadata") or {}
    return said.get("card") == "summary"


def purge(db: Connection, before: float) -> int:
    """Deletes conversations silent since `before` (seconds since 1970); returns how many."""
    _delete_for_good(db)
    return int(db.execute(conversations.delete().where(conversations.c.last_at < before)).rowcount)


def ids(db: Connection) -> list[str]:
    """Every conversation's id."""
    return list(db.execute(sa.select(conversations.c.id)).scalars())


def leave_a_trace(db: Connection) -> None:
    """Writes and deletes in one transaction: shows that the disk takes writes, leaves nothing."""
    db.execute(_insert_new(db, _TRACE, version=0))
    db.execute(conversations.delete().where(conversations.c.id == _TRACE))


def _conversation(db: Connection, conversation_id: str) -> Optional[Row]:
    return db.execute(_CONVERSATION, {"id": conversation_id}).one_or_none()


def _of_message(db: Connection, conversation_id: str, message_id: Optional[str]) -> Optional[Row]:
    if message_id is None:
        return None
    return db.execute(_OF_MESSAGE, {"id": conversation_id, "message_id": message_id}).one_or_none()


def _newest(db: Connection, conversation_id: str) -> Optional[Row]:
    query = sa.select(turns.c.session).where(turns.c.conversation_id == conversation_id)
    return db.execute(query.order_by(turns.c.number.desc()).limit(1)).one_or_none()


def _claimed(db: Connection, conversation_id: str, place: Place, turn: Turn) -> bool:
    """Whether the conversation still was at `place`; if so it is now one version further."""
    if place.version == 0:
        db.execute(_insert_new(db, conversation_id, version=0))
    result = db.execute(
        conversations.update()
        .where(conversations.c.id == conversation_id, conversations.c.version == place.version)
        .values(
            version=place.version + 1,
            last_n=place.last_n + len(lines_of(turn.events)),
            last_at=time.time(),
        )
    )
    return bool(result.rowcount == 1)


def _insert_new(db: Connection, conversation_id: str, *, version: int) -> Any:
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    row = {"id": conversation_id, "version": version, "last_n": 0, "last_at": time.time()}
    return dialect.insert(conversations).values(row).on_conflict_do_nothing()


def _numbered(turn: Row) -> list[Line]:
    return _with_numbers(lines_of(json.loads(turn.events)), turn.first_n, turn.message_id)


def _with_numbers(lines: list[Line], first_n: int, message_id: Optional[str]) -> list[Line]:
    for n, line in enumerate(lines, start=first_n):
        line["n"] = n
        line["id"] = line.get("id") or message_id
    return lines


def _delete_for_good(db: Connection) -> None:
    """SQLite otherwise leaves deleted words in the free pages of its file."""
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA secure_delete=ON")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
