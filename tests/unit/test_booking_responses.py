"""Every text the booking code asks for is written, and every text written is asked for."""
from __future__ import annotations

import re

from ruamel.yaml import YAML

from assistant.booking.form import FIELDS
from assistant.settings import ROOT, Settings

PROBLEMS = ("unclear", "impossible", "past", "too_far", "weekday", "closed_day", "closed_time")
ENDS = ("received", "refused", "stopped", "minor", "paused", "resumed", "already")
ASKED_FOR = {
    *(f"utter_ask_booking_form_{slot}" for slot in FIELDS),
    *(f"utter_bad_time_{problem}" for problem in PROBLEMS),
    *(f"utter_booking_{end}" for end in ENDS),
    "utter_bad_name",
    "utter_bad_contact",
    "utter_bad_yes_no",
    "utter_action_failed",
}
TOLD = {"visitor_name", "visitor_contact", "preferred_time", "visitor_kind", "booking_topic"}
RESPONSES = YAML(typ="safe").load((ROOT / "data/responses/booking.yml").read_text())["responses"]


def test_the_texts_are_exactly_those_the_form_can_say() -> None:
    assert set(RESPONSES) == ASKED_FOR


def test_the_last_variation_of_each_text_always_fits() -> None:
    assert all("condition" not in variations[-1] for variations in RESPONSES.values())


def test_each_blank_is_a_clinic_setting_or_what_the_visitor_told(settings: Settings) -> None:
    known = set(settings.placeholders()) | TOLD | {"booking_code"}
    for variations in RESPONSES.values():
        for variation in variations:
            assert set(re.findall(r"{(\w+)}", variation["text"])) <= known


def test_received_is_said_by_one_text_only() -> None:
    texts = {name: item["text"] for name, items in RESPONSES.items() for item in items}
    assert [name for name, text in texts.items() if "received" in text] == ["utter_booking_received"]
    assert "{booking_code}" in texts["utter_booking_received"]


def test_every_end_without_a_request_names_the_phone() -> None:
    for name in ("refused", "stopped", "minor", "paused"):
        assert "{phone}" in RESPONSES[f"utter_booking_{name}"][0]["text"]
    assert "{phone}" in RESPONSES["utter_action_failed"][0]["text"]


def test_buttons_speak_in_words() -> None:
    for variations in RESPONSES.values():
        for variation in variations:
            for button in variation.get("buttons", ()):
                assert not button["payload"].startswith("/")
