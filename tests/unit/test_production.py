"""A clinic open to the public starts only with signed answers and a way for requests to reach a person."""
from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from assistant.answers.show import sign_topic
from assistant.answers.signatures import sign
from assistant.answers.store import load_wordings
from assistant.production import Reviews, refusal, signature_reminders, unsigned_answers
from assistant.settings import ROOT, Settings, load_settings

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with some of the real answers: reading all of them for each test would take long."""
    (tmp_path / "knowledge").mkdir()
    responses = tmp_path / "data" / "responses"
    responses.mkdir(parents=True)
    for name in ("faq_core", "safety", "clinic", "conversation"):
        shutil.copy(ROOT / "data" / "responses" / f"{name}.yml", responses)
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
    until = TODAY + dt.timedelta(days=365)
    sign(root, load_wordings(root), by="Test Clinician", on=TODAY, until=until)
    assert unsigned_answers(root, TODAY) == 0
    why = refusal(open_clinic, root, today=TODAY)
    assert why is not None
    assert "booking requests only in the terminal" in why


def reviews(root: Path, day: dt.date) -> Reviews:
    judged = Reviews(root, production=True)
    judged.refresh(day)
    return judged


def test_an_unsigned_answer_is_withheld_and_a_safety_text_never(root: Path) -> None:
    withheld = reviews(root, TODAY).withheld
    assert "utter_faq_pain" in withheld
    assert not [key for key in withheld if key.startswith("utter_red_flag")]


def test_a_signed_answer_is_shown_until_a_grace_period_after_its_last_day(root: Path) -> None:
    until = TODAY + dt.timedelta(days=10)
    sign_topic(root, "faq_pain", by="Test Clinician", on=TODAY, until=until)
    assert reviews(root, until).ended == {}
    late = reviews(root, until + dt.timedelta(days=30))
    assert late.ended["utter_faq_pain"] == TODAY
    assert "utter_faq_pain" not in late.withheld
    assert "utter_faq_pain" in reviews(root, until + dt.timedelta(days=31)).withheld


def test_what_must_not_fall_silent_never_expires(root: Path) -> None:
    until = TODAY + dt.timedelta(days=1)
    sign(root, load_wordings(root), by="Test Clinician", on=TODAY, until=until)
    late = reviews(root, until + dt.timedelta(days=900))
    assert "utter_faq_pain" in late.withheld
    spared = ("utter_red_flag", "utter_dosing_diy", "utter_clinic_hours", "utter_greet", "utter_apology")
    assert not [key for key in {*late.withheld, *late.ended} if key.startswith(spared)]


def test_editing_a_signed_answer_withholds_it_at_once(root: Path) -> None:
    sign_topic(root, "faq_pain", by="Test Clinician", on=TODAY)
    judged = reviews(root, TODAY)
    assert "utter_faq_pain" not in judged.withheld
    file = root / "data" / "responses" / "faq_core.yml"
    text = file.read_text(encoding="utf-8")
    assert "Micro-Botox stings" in text
    file.write_text(text.replace("Micro-Botox stings", "Micro-Botox pricks"), encoding="utf-8")
    judged.refresh(TODAY, edition=1)
    assert "utter_faq_pain" in judged.withheld


def test_a_new_signature_counts_at_once(root: Path) -> None:
    judged = reviews(root, TODAY)
    assert "utter_faq_pain" in judged.withheld
    sign_topic(root, "faq_pain", by="Test Clinician", on=TODAY)
    judged.refresh(TODAY)
    assert "utter_faq_pain" not in judged.withheld


def test_a_signatures_file_that_cannot_be_read_signs_nothing(root: Path) -> None:
    (root / "knowledge" / "signatures.yml").write_text("utter_faq_pain: {by: A. Person}\n", encoding="utf-8")
    assert "utter_faq_pain" in reviews(root, TODAY).withheld
    assert signature_reminders(root, TODAY) == []


def test_a_demo_that_nobody_signed_withholds_nothing(root: Path) -> None:
    judged = Reviews(root, production=False)
    judged.refresh(TODAY)
    assert (judged.withheld, judged.ended) == (frozenset(), {})


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-61, []),
        (-60, ["end within 60 days, the first on 2026-12-20: faq_pain."]),
        (0, ["end within 60 days"]),
        (1, ["have ended: faq_pain. Visitors now read the day of the last review", "after 2027-01-19"]),
        (31, ["have ended more than 30 days ago", "no longer see them: faq_pain."]),
    ],
)
def test_the_clinic_is_told_before_a_signature_ends_and_after(root: Path, days: int, said: list[str]) -> None:
    until = TODAY + dt.timedelta(days=30)
    sign_topic(root, "faq_pain", by="Test Clinician", on=TODAY - dt.timedelta(days=60), until=until)
    told = signature_reminders(root, until + dt.timedelta(days=days))
    assert len(told) == (1 if said else 0)
    assert all(words in told[0] for words in said)
    assert all("faq sign TOPIC" in sentence for sentence in told)


def test_a_safety_text_whose_signature_ended_is_told_and_stays(root: Path) -> None:
    sign_topic(root, "red_flag", by="Test Clinician", on=TODAY, until=TODAY + dt.timedelta(days=1))
    (told,) = signature_reminders(root, TODAY + dt.timedelta(days=99))
    assert "red_flag. These stay on" in told
