"""The statements a turn needs, each turned into the driver's own words once."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult

from assistant.conversations.tables import conversations, turns


class Prepared:
    """A statement that is compiled once for each kind of database.

    SQLAlchemy's work on a statement, done for each call, takes ten times as long as SQLite's.
    """

    def __init__(self, statement: Any) -> None:
        """Takes a statement whose values are named by `bindparam`."""
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def run(self, db: Connection, **values: Any) -> CursorResult:
        """Executes the statement; raises what SQLAlchemy raises."""
        known = self._compiled.get(db.dialect.name)
        if known is None:
            made = self._statement.compile(dialect=db.dialect)
            order = tuple(made.positiontup) if made.positional else ()
            known = self._compiled[db.dialect.name] = (made.string, order, made.params)
        text, order, defaults = known
        given = {**defaults, **values}
        return db.exec_driver_sql(text, tuple(given[name] for name in order) if order else given)


_given = sa.bindparam
_heard = (
    sa.select(turns.c.number, turns.c.session, turns.c.events, turns.c.state)
    .where(turns.c.conversation_id == _given("id"), turns.c.heard)
    .order_by(turns.c.number.desc())
)

CONVERSATION = Prepared(sa.select(conversations).where(conversations.c.id == _given("id")))
# a conversation, and the turn of a message if there is one (its number is None otherwise)
WITH_MESSAGE = Prepared(
    sa.select(
        conversations.c.id,
        conversations.c.version,
        conversations.c.last_n.label("newest_n"),
        conversations.c.forgotten,
        turns.c.number,
        turns.c.message_id,
        turns.c.session,
        turns.c.first_n,
        turns.c.events,
    )
    .select_from(
        conversations.outerjoin(
            turns, (turns.c.conversation_id == conversations.c.id) & (turns.c.message_id == _given("message_id"))
        )
    )
    .where(conversations.c.id == _given("id"))
)
HEARD = Prepared(_heard)
LAST_HEARD = Prepared(_heard.limit(_given("most")))
NEWEST = Prepared(
    sa.select(turns.c.session)
    .where(turns.c.conversation_id == _given("id"))
    .order_by(turns.c.number.desc())
    .limit(1)
)
# both databases understand it, SQLAlchemy has a form of its own for each
NEW_CONVERSATION = Prepared(
    sa.text(
        "INSERT INTO conversations (id, version, last_n, last_at) VALUES (:id, 0, 0, :at) ON CONFLICT DO NOTHING"
    )
)
CLAIM = Prepared(
    conversations.update()
    .where(conversations.c.id == _given("id_"), conversations.c.version == _given("from_version"))
    .values(version=_given("to_version"), last_n=_given("to_n"), last_at=_given("at"))
)
KEEP = Prepared(turns.insert())
REWRITE = Prepared(
    turns.update()
    .where(turns.c.conversation_id == _given("id_"), turns.c.number == _given("number_"))
    .values(events=_given("new_events"), state=_given("new_state"))
)
