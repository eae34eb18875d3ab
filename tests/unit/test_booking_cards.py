"""The cards that show new requests in the terminal."""
from __future__ import annotations

import dataclasses
import datetime as dt
import io

import pytest
from rich.console import Console

from assistant import database
from assistant.booking import service
from assistant.booking.cards import Card, mark_shown, pending_cards
from assistant.booking.model import BookingDetails
from assistant.booking.service import request_booking
from assistant.settings import Settings

CONSENT = dt.datetime(2026, 11, 20, 19, 0, tzinfo=dt.timezone.utc)
DETAILS = BookingDetails(
    "Anna Kim", "503 555 0199", "any time", CONSENT, "c", topic="[red]pores[/red]", visitor_kind="new"
)


pytestmark = pytest.mark.usefixtures("url")


def shown(card: Card) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(card.panel(time_zone="America/Los_Angeles"))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_a_card_holds_what_the_front_desk_needs(url: str, settings: Settings) -> None:
    booking = request_booking(DETAILS, idempotency_key="k", settings=settings)
    (card,) = pending_cards(service.engine(url))
    text = shown(card)
    for part in ("New booking request", booking.shown_code, "Anna Kim", "(503) 555-0199", "any time"):
        assert part in text


def test_what_a_visitor_typed_is_never_read_as_markup(url: str, settings: Settings) -> None:
    request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert "[red]pores[/red]" in shown(pending_cards(service.engine(url))[0])


def test_a_card_is_shown_once_even_after_a_restart(url: str, settings: Settings) -> None:
    request_booking(DETAILS, idempotency_key="k", settings=settings)
    (card,) = pending_cards(service.engine(url))
    assert mark_shown(service.engine(url), card)
    assert not mark_shown(service.engine(url), card)
    assert pending_cards(database.engine(url)) == []  # another process, so to say


def test_a_card_not_marked_is_shown_again(url: str, settings: Settings) -> None:
    request_booking(DETAILS, idempotency_key="k", settings=settings)
    assert len(pending_cards(database.engine(url))) == len(pending_cards(database.engine(url))) == 1


def test_cards_come_oldest_first_and_a_cancellation_has_its_own(url: str, settings: Settings) -> None:
    first = request_booking(DETAILS, idempotency_key="k1", settings=settings)
    other = dataclasses.replace(DETAILS, preferred_time="Saturday morning")
    request_booking(other, idempotency_key="k2", settings=settings)
    service.cancel(first.code, "503 555 0199", settings=settings)
    cards = pending_cards(service.engine(url))
    assert [card.reason for card in cards] == ["requested", "requested", "cancelled"]
    assert "Booking request cancelled" in shown(cards[-1])
