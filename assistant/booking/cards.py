"""New requests, and alarms of visitors who left a contact, as framed cards for the front desk's terminal."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional, Union
from zoneinfo import ZoneInfo

from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from assistant.booking.model import BOOKING, NOTICE, OUTBOX, Booking, Notice

_TITLES = {"requested": "New booking request", "cancelled": "Booking request cancelled"}
_ALARMS = {
    "emergency": "ALARM: the chat said to call the emergency number",
    "today": "ALARM: a clinician should call today",
    "crisis": "ALARM: the chat gave the crisis line",
}
_Row = tuple[str, Optional[str]]


@dataclass(frozen=True)
class Card:
    """A request that the terminal has not shown yet, and why it is to be shown."""

    outbox_id: int
    reason: str  # "requested", "cancelled" or "changed-..."
    booking: Booking

    def panel(self, *, time_zone: str) -> Panel:
        """The card as a framed panel; `time_zone` is the clinic's."""
        booking = self.booking
        title = _TITLES.get(self.reason, "Booking request changed")
        return _panel(
            title,
            [
                ("Code", booking.shown_code),
                ("Name", booking.name),
                ("Phone" if booking.contact_kind == "phone" else "Email", booking.contact),
                ("Wanted", booking.preferred_time),
                ("About", booking.topic),
                ("Visitor", booking.visitor_kind),
                ("Asked", _moment(booking.created_at, time_zone)),
            ],
        )


@dataclass(frozen=True)
class AlarmCard:
    """An alarm that the terminal has not shown yet."""

    outbox_id: int
    notice: Notice

    def panel(self, *, time_zone: str) -> Panel:
        """The card as a framed panel; `time_zone` is the clinic's."""
        notice = self.notice
        rows: list[_Row] = [
            ("Contact", notice.contact),
            ("Code", notice.shown_code),
            ("Raised", _moment(notice.created_at, time_zone)),
        ]
        return _panel(_ALARMS[notice.level], rows, style="bold red")


def _panel(title: str, rows: Iterable[_Row], *, style: str = "none") -> Panel:
    grid = Table.grid(padding=(0, 2))
    for label, value in rows:
        if value:  # Text, not a string: what visitors type is never read as markup
            grid.add_row(Text(label, style="dim"), Text(value))
    return Panel(grid, title=title, title_align="left", expand=False, padding=(1, 2), border_style=style)


def _moment(at: dt.datetime, time_zone: str) -> str:
    here = at.astimezone(ZoneInfo(time_zone))
    return f"{here:%a} {here.day} {here:%b %H:%M}"


def pending_cards(engine: Engine) -> list[Union[Card, AlarmCard]]:
    """The cards not shown yet: alarms first, then requests, each oldest first."""
    waiting = (OUTBOX.c.kind == "terminal", OUTBOX.c.delivered_at.is_(None))
    requests = (
        select(BOOKING, OUTBOX.c.id.label("outbox_id"), OUTBOX.c.reason)
        .join(OUTBOX, OUTBOX.c.booking_id == BOOKING.c.id)
        .where(*waiting)
        .order_by(OUTBOX.c.id)
    )
    alarms = (
        select(NOTICE, OUTBOX.c.id.label("outbox_id"))
        .join(OUTBOX, OUTBOX.c.notice_id == NOTICE.c.id)
        .where(*waiting)
        .order_by(OUTBOX.c.id)
    )
    with engine.connect() as connection:
        reading = connection.execution_options(read_only=True)
        raised, asked = reading.execute(alarms).all(), reading.execute(requests).all()
    return [
        *(AlarmCard(row["outbox_id"], Notice.of(row)) for row in raised),
        *(Card(row["outbox_id"], row["reason"], Booking.of(row)) for row in asked),
    ]


def mark_shown(engine: Engine, card: Union[Card, AlarmCard]) -> bool:
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
