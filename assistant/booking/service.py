"""Booking requests in the database: made once, found by code and contact, moved step by step."""
from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache
from typing import Any, Optional

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from assistant import database
from assistant.booking import times
from assistant.booking.codes import new_code, read_code
from assistant.booking.contact import Contact, clean_contact, clean_name
from assistant.booking.model import BOOKING, MOVES, OUTBOX, Booking, BookingDetails
from assistant.settings import Settings

_TRIES = 5
_KINDS = ("new", "returning")
# Whoever asks for the same again within this time has lost sight of the first request, and wants one.
_SAME_WISH = dt.timedelta(days=1)


class InvalidBooking(Exception):
    """A detail that cannot be used; nothing was written.

    Attributes:
        field: the slot it belongs to, e.g. "visitor_contact".
        problem: why, e.g. "bad_contact", "bad_time_past". Never the detail itself.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class StateError(Exception):
    """A request cannot go from its present state to the one wanted."""


@lru_cache(maxsize=None)
def engine(url: str) -> Engine:
    """The process's one engine for a database address."""
    return database.engine(url)


def request_booking(
    details: BookingDetails, *, idempotency_key: str, settings: Settings
) -> Booking:
    """Writes a request and everything to be delivered for it, in one transaction.

    The same key gives the same request and code, however often and from wherever it comes; so do
    the same name, contact and time from the same conversation within a day, as long as the first
    request stands. When other details have changed since (a reply was lost and the visitor
    corrected something), the request is brought up to date and delivered again as a change.

    Raises:
        InvalidBooking: a detail is not usable.
        sqlalchemy.exc.SQLAlchemyError: the database is not; nothing was written.
    """
    values = _checked(details, settings)
    db = engine(settings.database_url)
    for _ in range(_TRIES):
        try:
            with db.begin() as connection:
                known = _by_key(connection, idempotency_key) or _same_wish(connection, values)
                if known is not None:
                    return _brought_up_to_date(connection, known, values, settings)
                return _insert(connection, values, idempotency_key, settings)
        except IntegrityError:
            # somebody else was faster with this key, or the code was taken: look again
            continue
    raise RuntimeError("no free booking code")


def find(code: str, contact: str, *, settings: Settings) -> Optional[Booking]:
    """The request with this code, if the contact is the one given with it; otherwise None.

    A wrong code and a wrong contact look the same from outside.
    """
    wanted, key = read_code(code), clean_contact(contact, region=settings.phone_region)
    if wanted is None or key is None:
        return None
    with engine(settings.database_url).connect() as connection:
        row = connection.execution_options(read_only=True).execute(
            select(BOOKING).where(BOOKING.c.code == wanted, BOOKING.c.contact_key == key.key)
        ).first()
    return Booking.of(row) if row else None


def cancel(code: str, contact: str, *, settings: Settings) -> Optional[Booking]:
    """Cancels the request with this code and contact and lets the clinic know.

    Returns the cancelled request (also when it was cancelled before); None for an unknown pair.

    Raises:
        StateError: the clinic has declined it already.
    """
    found = find(code, contact, settings=settings)
    if found is None or found.state == "cancelled":
        return found
    return move(found.id, to="cancelled", settings=settings)


def move(booking_id: int, *, to: str, settings: Settings) -> Booking:
    """Takes a request to its next state; a cancellation is put into the outbox as well.

    Raises:
        StateError: there is no way from the present state.
    """
    with engine(settings.database_url).begin() as connection:
        moved = connection.execute(
            update(BOOKING)
            .where(BOOKING.c.id == booking_id, BOOKING.c.state.in_(MOVES.get(to, ())))
            .values(state=to)
        )
        if moved.rowcount != 1:
            raise StateError(f"booking {booking_id} cannot become {to}")
        if to == "cancelled":
            queue(connection, booking_id=booking_id, reason="cancelled", settings=settings)
        row = connection.execute(select(BOOKING).where(BOOKING.c.id == booking_id)).one()
        return Booking.of(row)


def ways_to_tell(settings: Settings) -> list[str]:
    """Kinds of outbox entries by which the clinic wants to hear of something."""
    return ["terminal", *(kind for kind in ("email", "caldav", "webhook") if getattr(settings.booking, kind))]


def _checked(details: BookingDetails, settings: Settings) -> dict[str, Any]:
    """The details as they go into the table; everything is checked again, whoever checked before."""
    name = clean_name(details.name or "")
    if name is None:
        raise InvalidBooking("visitor_name", "bad_name")
    contact = _contact(details.contact or "", settings)
    wish = times.read(details.preferred_time or "", clinic=settings)
    if wish.problem:
        raise InvalidBooking("preferred_time", f"bad_time_{wish.problem}")
    if details.age_and_consent_at.tzinfo is None:
        raise InvalidBooking("consent", "bad_yes_no")
    return {
        "name": name,
        "contact": contact.shown,
        "contact_kind": contact.kind,
        "contact_key": contact.key,
        "preferred_time": details.preferred_time.strip(),
        "topic": " ".join((details.topic or "").split())[:80] or None,
        "visitor_kind": details.visitor_kind if details.visitor_kind in _KINDS else None,
        "age_and_consent_at": details.age_and_consent_at,
        "conversation_id": details.conversation_id,
    }


def _contact(text: str, settings: Settings) -> Contact:
    contact = clean_contact(text, region=settings.phone_region)
    if contact is None:
        raise InvalidBooking("visitor_contact", "bad_contact")
    return contact


def _insert(
    connection: Connection, values: dict[str, Any], key: str, settings: Settings
) -> Booking:
    made = connection.execute(
        insert(BOOKING).values(
            **values, code=new_code(), idempotency_key=key, state="requested", created_at=_now()
        )
    )
    (booking_id,) = made.inserted_primary_key
    queue(connection, booking_id=booking_id, reason="requested", settings=settings)
    row = connection.execute(select(BOOKING).where(BOOKING.c.id == booking_id)).one()
    return Booking.of(row)


def _by_key(connection: Connection, key: str) -> Optional[Booking]:
    row = connection.execute(select(BOOKING).where(BOOKING.c.idempotency_key == key)).first()
    return Booking.of(row) if row else None


def _same_wish(connection: Connection, values: dict[str, Any]) -> Optional[Booking]:
    # of this conversation only: a code is not for whoever knows another's name and number
    told = ("conversation_id", "contact_key", "name", "preferred_time")
    same = [BOOKING.c[field] == values[field] for field in told]
    stands = BOOKING.c.state.in_(MOVES["cancelled"])
    row = connection.execute(
        select(BOOKING).where(*same, stands, BOOKING.c.created_at > _now() - _SAME_WISH)
    ).first()
    return Booking.of(row) if row else None


def _brought_up_to_date(
    connection: Connection, known: Booking, values: dict[str, Any], settings: Settings
) -> Booking:
    told = ("name", "contact", "contact_kind", "contact_key", "preferred_time", "topic", "visitor_kind")
    changes = {field: values[field] for field in told if values[field] != getattr(known, field)}
    if not changes or known.state not in ("requested", "seen"):
        return known
    connection.execute(update(BOOKING).where(BOOKING.c.id == known.id).values(**changes))
    digest = hashlib.sha256(json.dumps([values[field] for field in told]).encode()).hexdigest()
    queue(connection, booking_id=known.id, reason=f"changed-{digest[:12]}", settings=settings)
    row = connection.execute(select(BOOKING).where(BOOKING.c.id == known.id)).one()
    return Booking.of(row)


def queue(
    connection: Connection, *, reason: str, settings: Settings,
    booking_id: Optional[int] = None, notice_id: Optional[int] = None,
) -> None:
    """Put one entry into the outbox per way the clinic wants to hear of it; a second one for the same reason is none.

    Args:
        connection: in a transaction.
        reason: why staff are told, such as "alarm-today".
        settings: say in which ways.
        booking_id: the request it is about, or
        notice_id: the notice it is about.
    """
    about = OUTBOX.c.notice_id == notice_id if booking_id is None else OUTBOX.c.booking_id == booking_id
    known = {
        (row.kind, row.reason)
        for row in connection.execute(select(OUTBOX.c.kind, OUTBOX.c.reason).where(about))
    }
    for kind in ways_to_tell(settings):
        if (kind, reason) not in known:
            connection.execute(
                insert(OUTBOX).values(
                    booking_id=booking_id,
                    notice_id=notice_id,
                    kind=kind,
                    reason=reason,
                    # the request itself holds the personal data, so that erasing it erases all
                    payload=json.dumps({"reason": reason}),
                    created_at=_now(),
                    attempts=0,
                )
            )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)
