"""Tells staff of an alarm, when the visitor has left a contact and agreed that it is used.

Written in the transaction of the turn that raised the alarm: a turn that is kept is told, one that
is run again is told once. What the visitor wrote is not in it.
"""
from __future__ import annotations

import datetime as dt
from typing import Optional

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from assistant.booking.model import BOOKING, NOTICE
from assistant.booking.service import queue
from assistant.settings import Settings

LEVELS = ("emergency", "today", "crisis")
_STANDING = ("requested", "seen", "confirmed")


def tell_of_alarm(
    db: Connection, conversation_id: str, *, level: str, contact: Optional[str], settings: Settings
) -> bool:
    """Puts a notice into the outbox, once for a conversation and level.

    Args:
        db: a connection in a transaction.
        conversation_id: the visitor's conversation.
        level: "emergency", "today" or "crisis".
        contact: phone or email told in an open request, after consent; None: the one of the
            conversation's last standing request is used.
        settings: say in which ways the clinic wants to hear of it.

    Returns:
        Whether a notice was written; False when it was before, or there is no contact.

    Raises:
        ValueError: there is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"{level} is no level of an alarm")
    booking = db.execute(
        select(BOOKING.c.code, BOOKING.c.contact)
        .where(BOOKING.c.conversation_id == conversation_id, BOOKING.c.state.in_(_STANDING))
        .order_by(BOOKING.c.id.desc())
    ).first()
    reach = contact or (booking.contact if booking else None)
    known = select(NOTICE.c.id).where(NOTICE.c.conversation_id == conversation_id, NOTICE.c.level == level)
    if reach is None or db.execute(known).first():
        return False
    now = dt.datetime.now(dt.timezone.utc)
    code = booking.code if booking else None
    made = db.execute(
        insert(NOTICE).values(
            conversation_id=conversation_id, level=level, contact=reach, code=code, created_at=now
        )
    )
    (notice_id,) = made.inserted_primary_key
    queue(db, notice_id=notice_id, reason=f"alarm-{level}", settings=settings)
    return True


def take_back(db: Connection, conversation_id: str) -> None:
    """Removes a conversation's notices, their contacts and what was still to be delivered of them."""
    db.execute(delete(NOTICE).where(NOTICE.c.conversation_id == conversation_id))
