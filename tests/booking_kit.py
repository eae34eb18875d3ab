"""The demo clinic for the booking code alone, on a clock that a test moves."""
from __future__ import annotations

import datetime as dt
from typing import Optional
from zoneinfo import ZoneInfo

from assistant.settings import Booking

START = dt.datetime(2026, 11, 20, 11, 0, tzinfo=ZoneInfo("America/Los_Angeles"))


class Clinic:
    """Open from Tuesday to Saturday; it is a Friday."""

    phone_region = "US"
    names_medicine_first = True
    booking = Booking()

    def __init__(self) -> None:
        self.time = START

    def now(self) -> dt.datetime:
        return self.time

    def hours_on(self, day: dt.date) -> Optional[tuple[dt.time, dt.time]]:
        return None if day.weekday() in (0, 6) else (dt.time(10), dt.time(18, 30))
