"""Reads and writes turns on an open database connection; each function is one transaction's work."""
from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import Any, Callable, Collection, Optional, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from assistant.conversations import statements
from assistant.conversations.lines import Event, Line, lines_of
from assistant.conversations.tables import conversations, metadata, turns

SESSION_SECONDS = 3600  # after this silence nothing said before is shown again (shared devices)
_TRACE = "can this be written"  # never a conversation's id: those have no blanks
ERASED = "\u2026"  # what stands where words were removed


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
class Erasure:
    """Words that are to be removed from what is kept.

    Attributes:
        message_ids: messages whose words go.
        slots: slots whose values go, wherever they are kept.
        life: a slot; with it go the words of all messages from the one that set it to its present
            value, however long ago that was.
        lead_ins: intents; messages of these kinds right before that one belong to it.
    """

    message_ids: Collection[str]
    slots: Collection[str] = ()
    life: Optional[str] = None
    lead_ins: Collection[str] = ()


@dataclass(frozen=True)
class Turn:
    """One turn to be kept, and what of the earlier ones goes with the same stroke."""

    events: list[Event]
    message_id: Optional[str] = None
    state: Optional[dict[str, Any]] = None
    begins_session: bool = False
    heard: bool = True
    erases: Optional[Erasure] = None
    also: Optional[Callable[[Connection], Any]] = None  # written with the turn or not at all


@dataclass(frozen=True)
class Answered:
    """The replies of a kept turn, numbered, and the number of the conversation's last line."""

    lines: list[Line]
    last_n: int


def load(db: Connection, conversation_id: str, *, limit: Optional[int]) -> Optional[History]:
    """The last turns of the running session (limit=None: all turns of all sessions), or None."""
    row = _conversation(db, conversation_id)
    return None if row is None else _history(db, conversation_id, Place(row.version, row.last_n), limit)


def begin(
    db: Connection, conversation_id: str, message_id: str, *, limit: Optional[int]
) -> tuple[Optional[Answered], Optional[History]]:
    """What a turn begins with, in one go: the answer its message has already, else what `load` gives."""
    row = statements.WITH_MESSAGE.run(db, id=conversation_id, message_id=message_id).one_or_none()
    if row is None:
        return None, None
    if row.number is not None:
        return Answered(_said(_numbered(row)), row.newest_n), None
    return None, _history(db, conversation_id, Place(row.version, row.newest_n), limit)


def _history(db: Connection, conversation_id: str, place: Place, limit: Optional[int]) -> History:
    if limit is None:
        found = statements.HEARD.run(db, id=conversation_id).all()
    else:
        # one turn more than asked for: its state is what the events start from
        found = statements.LAST_HEARD.run(db, id=conversation_id, most=limit + 1).all()
    if not found:
        return History(place, [])
    session = found[0].session
    used = found if limit is None else [turn for turn in found[:limit] if turn.number >= session]
    state = None
    if limit is not None and used[-1].number > session and len(found) > len(used):
        state = json.loads(found[len(used)].state)
    events = [event for turn in reversed(used) for event in json.loads(turn.events)]
    return History(replace(place, session=session), events, state)


def commit(
    db: Connection, conversation_id: str, place: Place, turn: Turn
) -> tuple[Place, Optional[Answered]]:
    """Writes a turn on top of the place it was read from.

    Returns:
        the new place, and the replies as they are kept (None: they must be read).

    Raises:
        StaleTurn: something else was written meanwhile; nothing was changed.
    """
    lines = lines_of(turn.events)
    if not _claimed(db, conversation_id, place, len(lines)):
        row = statements.WITH_MESSAGE.run(db, id=conversation_id, message_id=turn.message_id).one_or_none()
        if row is not None and row.number == place.version + 1:
            # written by an earlier try whose confirmation was lost
            return Place(row.version, row.newest_n, row.session), None
        if row is None or row.forgotten != row.version or row.forgotten <= place.version:
            raise StaleTurn("another turn was written first")
        # everything was deleted while this turn ran: only what the assistant says now is kept
        said = [event for event in turn.events if event.get("event") == "bot"]
        turn = replace(turn, events=said, state=None, heard=False, erases=None)
        place, lines = Place(row.version, row.newest_n), lines_of(said)
        if not _claimed(db, conversation_id, place, len(lines)):
            raise StaleTurn("another turn was written first")
    number = place.version + 1
    lines = _with_numbers(lines, place.last_n + 1, turn.message_id)
    last_n = place.last_n + len(lines)
    session = number if turn.begins_session or not place.session else place.session
    try:
        statements.KEEP.run(
            db,
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
    except sa.exc.IntegrityError:
        raise StaleTurn("this message was answered before") from None
    if turn.erases is not None:
        erase(db, conversation_id, turn.erases)
    if turn.also is not None and turn.heard:
        turn.also(db)
    return Place(number, last_n, session), Answered(_said(lines), last_n)


def keep_apology(db: Connection, conversation_id: str, message_id: str, events: list[Event]) -> None:
    """Keeps a message whose turn failed, with the apology; the dialogue goes on as if unheard."""
    row = _conversation(db, conversation_id)
    place = Place() if row is None else Place(row.version, row.last_n)
    newest = statements.NEWEST.run(db, id=conversation_id).one_or_none()
    if row is not None and newest is not None and time.time() - row.last_at < SESSION_SECONDS:
        place = replace(place, session=newest.session)
    commit(db, conversation_id, place, Turn(events, message_id, heard=False))


def answered(db: Connection, conversation_id: str, message_id: str) -> Optional[Answered]:
    """The replies to a message, None when it was never answered."""
    return begin(db, conversation_id, message_id, limit=1)[0]


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
        newest = statements.NEWEST.run(db, id=conversation_id).one_or_none()
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
    statements.NEW_CONVERSATION.run(db, id=conversation_id, at=time.time())
    db.execute(
        conversations.update()
        .where(conversations.c.id == conversation_id)
        .values(version=conversations.c.version + 1, forgotten=conversations.c.version + 1)
    )
    gone = db.execute(turns.delete().where(turns.c.conversation_id == conversation_id))
    return bool(gone.rowcount)


def erase(db: Connection, conversation_id: str, erasure: Erasure) -> None:
    """Removes the words of some messages, every summary of them and some slots; keeps the rest."""
    _delete_for_good(db)
    found = db.execute(
        sa.select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.number)
    ).all()
    kept_turns = [(turn, json.loads(turn.events), json.loads(turn.state or "null")) for turn in found]
    message_ids = {*erasure.message_ids, *_of_life(kept_turns, erasure)}
    for turn, events, state in kept_turns:
        for event in events:
            if event.get("event") == "user" and turn.message_id in message_ids:
                intent = (event.get("parse_data") or {}).get("intent")
                event.update(text=ERASED, parse_data={"text": ERASED, "intent": intent, "entities": []})
            elif event.get("event") == "bot" and _is_summary(event):
                event["text"] = ERASED
            elif event.get("event") == "slot" and event.get("name") in erasure.slots:
                event["value"] = None
        for name in erasure.slots if state else ():
            state["slots"].pop(name, None)
        statements.REWRITE.run(
            db,
            id_=conversation_id,
            number_=turn.number,
            new_events=_json(events),
            new_state=None if state is None else _json(state),
        )


def _of_life(found: Sequence[tuple[Row, list[Event], Any]], erasure: Erasure) -> set[str]:
    """Ids of the messages since the slot `life` got the value that it had before the last turn."""
    values = [(state or {}).get("slots", {}).get(erasure.life) for _, _, state in found]
    if erasure.life is None or len(found) < 2:
        return set()
    # turns that were not heard have no state: the last one that was says what held
    value = next((known for known, (_, _, state) in zip(values[-2::-1], found[-2::-1], strict=True) if state), None)
    if value is None:
        return set()
    first = values.index(value)
    while first and _intent_of(found[first - 1][1]) in erasure.lead_ins:
        first -= 1
    return {turn.message_id for turn, _, _ in found[first:] if turn.message_id}


def _intent_of(events: Sequence[Event]) -> Optional[str]:
    user = next((event for event in events if event.get("event") == "user"), {})
    intent: Optional[str] = ((user.get("parse_data") or {}).get("intent") or {}).get("name")
    return intent


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
    statements.NEW_CONVERSATION.run(db, id=_TRACE, at=time.time())
    db.execute(conversations.delete().where(conversations.c.id == _TRACE))


def missing_tables(db: Connection) -> list[str]:
    """Names of the tables that are not there."""
    return sorted(set(metadata.tables) - set(sa.inspect(db).get_table_names()))


def _conversation(db: Connection, conversation_id: str) -> Optional[Row]:
    return statements.CONVERSATION.run(db, id=conversation_id).one_or_none()


def _claimed(db: Connection, conversation_id: str, place: Place, lines: int) -> bool:
    """Whether the conversation still was at `place`; if so it is now one version further."""
    if place.version == 0:
        statements.NEW_CONVERSATION.run(db, id=conversation_id, at=time.time())
    result = statements.CLAIM.run(
        db,
        id_=conversation_id,
        from_version=place.version,
        to_version=place.version + 1,
        to_n=place.last_n + lines,
        at=time.time(),
    )
    return bool(result.rowcount == 1)


def _said(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line["kind"] == "text"]


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
