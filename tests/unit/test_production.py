"""A clinic open to the public starts only with signed answers and a way for requests to reach a person."""
from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from assistant.answers.show import sign_topic
from assistant.answers.store import load_content
from assistant.production import refusal, unsigned_answers, withheld_answers
from assistant.settings import ROOT, Settings, load_settings

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("knowledge", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def open_clinic(tmp_path: Path) -> Settings:
    file = tmp_path / "clinic.yml"
    text = (ROOT / "clinic.yml").read_text(encoding="utf-8")
    file.write_text(text.replace("production: false", "production: true"), encoding="utf-8")
    return load_settings(file)


def test_a_demo_may_start_unsigned(settings: Settings, root: Path) -> None:
    assert refusal(settings, root) is None


def test_production_does_not_start_while_an_answer_is_unsigned(open_clinic: Settings, root: Path) -> None:
    why = refusal(open_clinic, root, today=TODAY)
    assert why is not None
    assert "carry no clinician's signature" in why
    assert "faq sign" in why


def test_production_does_not_start_while_nobody_is_sent_the_requests(open_clinic: Settings, root: Path) -> None:
    for topic in {variant.response for variant in load_content(root).variants}:
        sign_topic(root, topic, by="Test Clinician", on=TODAY)
    assert unsigned_answers(root, TODAY) == 0
    why = refusal(open_clinic, root, today=TODAY)
    assert why is not None
    assert "booking requests only in the terminal" in why


def test_an_unsigned_answer_is_withheld_and_a_safety_text_never(root: Path) -> None:
    withheld = withheld_answers(root, TODAY)
    assert "utter_faq_pain" in withheld
    assert not [key for key in withheld if key.startswith("utter_red_flag")]


def test_a_signed_answer_is_shown_until_a_grace_period_after_its_last_day(root: Path) -> None:
    sign_topic(root, "faq_pain", by="Test Clinician", on=TODAY, until=TODAY + dt.timedelta(days=10))
    assert "utter_faq_pain" not in withheld_answers(root, TODAY + dt.timedelta(days=40))
    assert "utter_faq_pain" in withheld_answers(root, TODAY + dt.timedelta(days=41))


def test_editing_a_signed_answer_voids_its_signature(root: Path) -> None:
    sign_topic(root, "faq_pain", by="Test Clinician", on=TODAY)
    file = root / "data" / "responses" / "faq_core.yml"
    text = file.read_text(encoding="utf-8")
    assert "Micro-Botox stings" in text
    file.write_text(text.replace("Micro-Botox stings", "Micro-Botox pricks"), encoding="utf-8")
    assert "utter_faq_pain" in withheld_answers(root, TODAY)
