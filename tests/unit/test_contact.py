"""Names, numbers and addresses by their shape."""
from __future__ import annotations

import pytest

from assistant.booking.contact import clean_contact, clean_name, find_contact

NAMES = [
    "Li", "Bo", "O'Brien-Núñez", "Anna Kim", "maria de la Cruz", "J. R. Smith", "Will Smith",
    "Katie Price", "Amy Chin", "Do Nguyen", "D’Arcy", "Nguyễn Thị Lan", "李明", "Łukasz Żak",
    "Mary-Jane O'Neil", "May Chen", "Ng", "Jean-Luc",
]  # fmt: skip
NOT_NAMES = [
    "", " ", "how much?", "does it hurt", "I do not want to tell", "I'd like to book", "a" * 61,
    "R2D2", "555 0199", "Anna\nBcc: x@y.com", "Anna\r\nKim", "Anna\x00", "Anna\u200b", "<b>Anna</b>",
    "<img src=x onerror=alert(1)>", "=HYPERLINK()", "[x](http://y)", "yes", "no", "ok", "skip", "hi",
    "Rosacea", "side effects", "price", "tuesday", "what is it", "👍", "anna@example.com",
    "the price please", "one two three four five six seven",
]  # fmt: skip
CONTACTS = [
    ("503-555-0199", "US", "(503) 555-0199", "+15035550199"),
    ("(503) 555-0142 ext. 5", "US", "(503) 555-0142 ext. 5", "+15035550142"),
    ("5035550199", "US", "(503) 555-0199", "+15035550199"),
    ("1 503.555.0199", "US", "(503) 555-0199", "+15035550199"),
    ("+1 (503) 555 0199", "GB", "+1 503-555-0199", "+15035550199"),
    ("+44 7700 900123", "US", "+44 7700 900123", "+447700900123"),
    ("07700 900123", "GB", "07700 900123", "+447700900123"),
    ("0412 345 678", "AU", "0412 345 678", "+61412345678"),
    ("087 123 4567", "IE", "087 123 4567", "+353871234567"),
    ("anna@example.com", "US", "anna@example.com", "anna@example.com"),
    ("Anna.Kim+b@Example.COM.", "US", "Anna.Kim+b@example.com", "anna.kim+b@example.com"),
    (" bo@mail.example.co.uk ", "GB", "bo@mail.example.co.uk", "bo@mail.example.co.uk"),
]
NOT_CONTACTS = [
    "", "Anna", "555-0199", "911", "1-800-FLOWERS", "0000000000", "1-900-555-0100", "5" * 5000,
    "+00 123 456 7890", "a@b", "a@@b.com", "@example.com", "a@x.com\r\nBcc: q@z.com", "a b@x.com",
    "anna@example", "2026-12-01", "50355501991234567", "x@localhost",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_taken_as_it_is_written(name: str) -> None:
    assert clean_name(f"  {name} ") == name


@pytest.mark.parametrize("text", NOT_NAMES)
def test_what_is_no_name_is_not_taken_for_one(text: str) -> None:
    assert clean_name(text) is None


@pytest.mark.parametrize(("text", "region", "shown", "key"), CONTACTS)
def test_a_contact_is_shown_as_the_visitor_knows_it(
    text: str, region: str, shown: str, key: str
) -> None:
    contact = clean_contact(text, region=region)
    assert contact is not None
    assert (contact.shown, contact.key) == (shown, key)
    assert contact.kind == ("email" if "@" in text else "phone")


@pytest.mark.parametrize("text", NOT_CONTACTS)
def test_what_nobody_can_be_reached_at_is_refused(text: str) -> None:
    assert clean_contact(text, region="US") is None


def test_the_first_contact_in_a_sentence_is_found_and_a_date_is_not_one() -> None:
    text = "On 12/03/2026 I called from 503 555 0199, or write to a@example.com."
    found = find_contact(text, region="US")
    assert found is not None
    start, end, contact = found
    assert text[start:end] == "503 555 0199" and contact.kind == "phone"
