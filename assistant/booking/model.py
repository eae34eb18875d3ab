"""The tables behind what staff are told: booking requests, notices of an alarm, what is to be delivered."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Optional

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

STATES = ("requested", "seen", "confirmed", "declined", "cancelled")
# From which states a request may go to a state.
MOVES = {
    "seen": ("requested",),
    "confirmed": ("requested", "seen"),
    "declined": ("requested", "seen"),
    "cancelled": ("requested", "seen", "confirmed"),
}


class Moment(TypeDecorator):  # type: ignore[misc]  # SQLAlchemy 1.4 ships no types
    """A moment with its time zone, kept in UTC (SQLite itself forgets time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Optional[dt.datetime], dialect: Any) -> Optional[dt.datetime]:
        """To UTC; a moment without a time zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.timezone.utc)

    def process_result_value(
        self, value: Optional[dt.datetime], dialect: Any
    ) -> Optional[dt.datetime]:
        """Back in UTC, always with the time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.timezone.utc) if value.tzinfo is None else value


METADATA = MetaData()
BOOKING = Table(
    "booking",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("idempotency_key", String(64), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("name", String(60), nullable=False),
    Column("contact", String(254), nullable=False),
    Column("contact_kind", String(8), nullable=False),
    Column("contact_key", String(254), nullable=False, index=True),
    Column("preferred_time", String(200), nullable=False),
    Column("topic", String(80)),
    Column("visitor_kind", String(16)),
    Column("age_and_consent_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("conversation_id", String(255), nullable=False, index=True),
)
# An alarm of a visitor who has agreed to be contacted: whom to call, and nothing about health.
NOTICE = Table(
    "notice",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(255), nullable=False),
    Column("level", String(16), nullable=False),
    Column("contact", String(254), nullable=False),
    Column("code", String(8)),
    Column("created_at", Moment, nullable=False, index=True),
    UniqueConstraint("conversation_id", "level", name="uq_notice_conversation_level"),
)
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    # one of the two is set
    Column("booking_id", Integer, ForeignKey("booking.id", ondelete="CASCADE")),
    Column("notice_id", Integer, ForeignKey("notice.id", ondelete="CASCADE")),
    Column("kind", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("delivered_at", Moment, index=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    UniqueConstraint("booking_id", "kind", "reason", name="uq_outbox_booking_kind_reason"),
    UniqueConstraint("notice_id", "kind", name="uq_outbox_notice_kind"),
)


@dataclass(frozen=True)
class Booking:
    """A request as it stands in the database."""

    id: int
    code: str  # without the dash
    state: str
    name: str
    contact: str
    contact_kind: str
    contact_key: str
    preferred_time: str
    topic: Optional[str]
    visitor_kind: Optional[str]
    age_and_consent_at: dt.datetime
    created_at: dt.datetime
    conversation_id: str

    @classmethod
    def of(cls, row: Any) -> "Booking":
        """The request in a row of the table."""
        return cls(**{field: row[field] for field in cls.__dataclass_fields__})

    @property
    def shown_code(self) -> str:
        """The code as people read it, e.g. "7KQM-2XWP"."""
        return f"{self.code[:4]}-{self.code[4:]}"


@dataclass(frozen=True)
class Notice:
    """An alarm as staff are told of it."""

    id: int
    conversation_id: str
    level: str  # emergency | today | crisis
    contact: str
    code: Optional[str]  # of the visitor's request, without the dash
    created_at: dt.datetime

    @classmethod
    def of(cls, row: Any) -> "Notice":
        """The notice in a row of the table."""
        return cls(**{field: row[field] for field in cls.__dataclass_fields__})

    @property
    def shown_code(self) -> Optional[str]:
        """The request's code as people read it."""
        return f"{self.code[:4]}-{self.code[4:]}" if self.code else None


@dataclass(frozen=True)
class BookingDetails:
    """What a visitor asked for, before it is a request."""

    name: str
    contact: str
    preferred_time: str
    age_and_consent_at: dt.datetime
    conversation_id: str
    topic: Optional[str] = None
    visitor_kind: Optional[str] = None
