"""New requests as framed cards for the terminal of the front desk."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from assistant.booking.model import BOOKING, OUTBOX, Booking

_TITLES = {"requested": "New booking request", "cancelled": "Booking request cancelled"}


@dataclass(frozen=True)
class Card:
    """A request that the terminal has not shown yet, and why it is to be shown."""

    outbox_id: int
    reason: str  # "requested", "cancelled" or "changed-..."
    booking: Booking

    def panel(self, *, time_zone: str) -> Panel:
        """The card as a framed panel; `time_zone` is the clinic's."""
        booking = self.booking
        rows = Table.grid(padding=(0, 2))
        asked = booking.created_at.astimezone(ZoneInfo(time_zone))
        for label, value in (
            ("Code", booking.shown_code),
            ("Name", booking.name),
            ("Phone" if booking.contact_kind == "phone" else "Email", booking.contact),
            ("Wanted", booking.preferred_time),
            ("About", booking.topic),
            ("Visitor", booking.visitor_kind),
            ("Asked", f"{asked:%a} {asked.day} {asked:%b %H:%M}"),
        ):
            if value:  # Text, not a string: what visitors type is never read as markup
                rows.add_row(Text(label, style="dim"), Text(value))
        title = _TITLES.get(self.reason, "Booking request changed")
        return Panel(rows, title=title, title_align="left", expand=False, padding=(1, 2))


def pending_cards(engine: Engine) -> list[Card]:
    """The cards not shown yet, oldest first."""
    query = (
        select(BOOKING, OUTBOX.c.id.label("outbox_id"), OUTBOX.c.reason)
        .join(OUTBOX, OUTBOX.c.booking_id == BOOKING.c.id)
        .where(OUTBOX.c.kind == "terminal", OUTBOX.c.delivered_at.is_(None))
        .order_by(OUTBOX.c.id)
    )
    with engine.connect() as connection:
        rows = connection.execution_options(read_only=True).execute(query).all()
    return [Card(row["outbox_id"], row["reason"], Booking.of(row)) for row in rows]


def mark_shown(engine: Engine, card: Card) -> bool:
    """Notes that a card was shown, after it was; False when somebody had noted it before."""
    with engine.begin() as connection:
        marked = connection.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == card.outbox_id, OUTBOX.c.delivered_at.is_(None))
            .values(
                delivered_at=dt.datetime.now(dt.timezone.utc), attempts=OUTBOX.c.attempts + 1
            )
        )
    return bool(marked.rowcount)
