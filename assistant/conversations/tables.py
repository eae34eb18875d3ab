"""The tables of kept conversations.

One row of `turns` holds a visitor's message with everything that followed from it, so that a turn is
either there as a whole or not at all. What visitors see again after a dropped line is read out of
the same rows (see lines.py); it is not kept a second time.
"""
from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(128), primary_key=True),
    # number of the last turn; a turn is written only on top of the version it was read from
    Column("version", Integer, nullable=False),
    # number of the last line, visitor's and assistant's counted together
    Column("last_n", Integer, nullable=False),
    Column("last_at", Float, nullable=False, index=True),  # seconds since 1970
    # version at which everything was deleted on request; the row stays so that numbers go on
    Column("forgotten", Integer, nullable=True),
)

turns = Table(
    "turns",
    metadata,
    Column(
        "conversation_id",
        String(128),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True),
    Column("message_id", String(64), nullable=True),
    Column("session", Integer, nullable=False),  # number of the turn that began this session
    Column("first_n", Integer, nullable=False),
    Column("last_n", Integer, nullable=False),
    Column("at", Float, nullable=False),
    # False: shown to the visitor but no part of the dialogue (an apology after a failed turn)
    Column("heard", Boolean, nullable=False),
    Column("events", Text, nullable=False),  # JSON list of Rasa events
    Column("state", Text, nullable=True),  # JSON: slots, form and latest action after this turn
    UniqueConstraint("conversation_id", "message_id", name="one_turn_per_message"),
)
