"""clinic.yml: what is refused, in which words, and what follows from what is set."""
from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.settings import ROOT, Settings, SettingsError, load_settings

HERE = ZoneInfo("America/Los_Angeles")


def changed(folder: Path, old: str, new: str) -> Path:
    text = (ROOT / "clinic.yml").read_text(encoding="utf-8")
    assert old in text
    file = folder / "clinic.yml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('  phone: "(503) 555-0142"', "  #", "clinic.yml:3: clinic.phone is missing"),
        ('"(503) 555-0142"', '"12"', 'clinic.yml:5: clinic.phone cannot be used: "12" is not a phone number'),
        ("market: us", "market: jp", "clinic.yml:11: clinic.market cannot be used"),
        ("sun: closed", 'sun: "25:00-26:00"', "clinic.hours cannot be used: sun: 25:00-26:00 is not a time"),
        ("sun: closed", 'sun: "18:00-09:00"', "closes before it opens"),
        ("minimum_age: 18", "minimum_age: 16", "booking.minimum_age cannot be used"),
        ("http://localhost:5005", "localhost", "website.origins.0 cannot be used"),
        ("parking:", "parkin:", "profile.parkin is not a known key"),
        ("production: false", "production: [", "this is not valid YAML"),
        ("America/Los_Angeles", "Los Angeles", "is not a time zone"),
        (
            "prices: null", "prices: {baby_botox: {text: $200, as_of: 2026-11-01}}",
            "profile.prices cannot be used: the chat shows a price for micro_botox only; take out baby_botox.",
        ),
    ],
)
def test_a_wrong_key_is_one_sentence_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(changed(tmp_path, old, new))
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is missing: copy clinic"):
        load_settings(tmp_path / "clinic.yml")


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (dt.datetime(2026, 11, 20, 12, 0), "open until 18:30"),
        (dt.datetime(2026, 11, 20, 18, 30), "closed now and open again tomorrow at 09:00"),
        (dt.datetime(2026, 11, 20, 7, 0), "closed now and open again today at 10:00"),
        (dt.datetime(2026, 11, 21, 15, 0), "closed now and open again Tuesday at 10:00"),
        (dt.datetime(2026, 11, 23, 12, 0), "closed now and open again tomorrow at 10:00"),
    ],
)
def test_the_opening_state_is_said_in_words(settings: Settings, moment: dt.datetime, says: str) -> None:
    assert settings.opening(moment.replace(tzinfo=HERE)).says == says


@pytest.mark.parametrize(
    ("market", "consultation", "words"),
    [
        ("us", '{fee: "$60", minutes: 30, online: false}', "Fee: $60; time: about 30 minutes; in person, not online"),
        ("us", '{fee: "$60", online: true}', "Fee: $60; online if you prefer"),
        ("us", "{minutes: 20, online: true}", "Time: about 20 minutes; online if you prefer"),
        ("us", "{online: false}", "In person, not online"),
        ("us", "{fee: null}", ""),
        ("uk", '{fee: "£40.", minutes: 30, online: true}', "Fee: £40; time: about 30 minutes"),
    ],
)
def test_whatever_is_set_of_a_consultation_is_said(
    tmp_path: Path, market: str, consultation: str, words: str
) -> None:
    file = changed(tmp_path, '{fee: "$60", minutes: 30, online: false}', consultation)
    text = file.read_text(encoding="utf-8").replace("market: us", f"market: {market}")
    phone = "020 7946 0958" if market == "uk" else "(503) 555-0142"
    file.write_text(text.replace("(503) 555-0142", phone), encoding="utf-8")
    assert load_settings(file).placeholders()["consultation_terms"] == words


def test_hours_are_listed_in_runs_of_equal_days(settings: Settings) -> None:
    assert settings.placeholders()["hours"].splitlines() == [
        "- Monday: closed",
        "- Tuesday to Friday: 10:00 to 18:30",
        "- Saturday: 09:00 to 14:00",
        "- Sunday: closed",
    ]


@pytest.mark.parametrize(
    ("market", "number", "names"),
    [("us", "911", True), ("uk", "999", False), ("eu", "112", False), ("au", "000", False)],
)
def test_the_market_decides_numbers_and_naming(tmp_path: Path, market: str, number: str, names: bool) -> None:
    file = changed(tmp_path, "market: us", f"market: {market}")
    text = file.read_text(encoding="utf-8").replace('emergency_number: "911"', 'emergency_number: ""')
    file.write_text(text.replace('"(503) 555-0142"', '"+1 503 555 0142"'), encoding="utf-8")
    made = load_settings(file)
    assert made.clinic.emergency_number == number
    assert made.names_medicine_first is names


def test_the_signing_key_is_made_once_and_kept_private(settings: Settings) -> None:
    assert settings.secret == settings.secret
    assert (settings.var / "secret").stat().st_mode & 0o077 == 0


def test_visitors_hear_something_within_ten_seconds_unless_the_environment_says_otherwise(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FAQ_DEADLINE_SECONDS", raising=False)
    assert settings.deadline < 10
    monkeypatch.setenv("FAQ_DEADLINE_SECONDS", "4")
    assert settings.deadline == 4
