"""What the voice says: subjects, kind lines, sources, and what a signature's end does to an answer."""
from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from pathlib import Path
from typing import Any, Optional

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.answers.signatures import sign
from assistant.answers.store import load_wordings
from assistant.dialogue import voice as voice_module
from assistant.dialogue.voice import Voice
from assistant.settings import ROOT, Settings, load_settings

SIGNED = dt.date(2026, 3, 2)
UNTIL = dt.date(2027, 3, 2)


def asks(text: str, intent: str, **parsed: Any) -> UserUttered:
    data = {"intent": {"name": intent, "confidence": 1.0}, "intent_ranking": [], "entities": [], **parsed}
    return UserUttered(text, intent=data["intent"], parse_data=data)


def says(voice: Voice, action: str, *events: Event) -> dict[str, Any]:
    tracker = DialogueStateTracker.from_events("somebody", list(events))
    said: Optional[dict[str, Any]] = asyncio.run(voice.generate(action, tracker, "test"))
    assert said is not None
    return said


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice(EndpointConfig(answers="data/responses"), Domain.empty())


FLY = asks("can I fly afterwards?", "faq_aftercare")
FLOWN = (FLY, ActionExecuted("utter_faq_aftercare"))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("can I fly afterwards?", "no study of flying"),
        ("Can I go to the SAUNA?", "saunas, steam rooms and hot tubs"),
        ("hot yoga tomorrow?", "saunas, steam rooms and hot tubs"),
        ("when can I wear make-up", "advice on make-up differs"),
        ("wine tonight?", "without alcohol"),
        ("what should I do afterwards?", "do not rub your face"),
        ("can I drink wine and go to the gym?", "do not rub your face"),
    ],
)
def test_a_thing_named_in_the_question_is_what_is_answered(voice: Voice, question: str, words: str) -> None:
    assert words in says(voice, "utter_faq_aftercare", asks(question, "faq_aftercare"))["text"]


@pytest.mark.parametrize(
    ("question", "topic", "words"),
    [
        ("can I eat before?", "faq_preparation", "advise eating something"),
        ("can I drink coffee before?", "faq_preparation", "On coffee before"),
        ("a glass of wine before?", "faq_preparation", "without alcohol"),
        ("laser or this?", "faq_vs_other_treatments", "not been compared with lasers"),
        ("will I get addicted", "faq_safety", "no sign of being addictive"),
        ("can you become immune to it", "faq_safety", "form antibodies"),
        ("isn't it a poison?", "faq_safety", "very strong poison"),
        ("is it safe?", "faq_safety", "long-term studies are lacking"),
        ("odds of a droopy lid?", "faq_serious_risks", "4 to 12 weeks"),
        ("does it help acne scars", "faq_acne", "after microneedling, not micro-Botox injections"),
        ("it wore off after a month, why", "faq_duration", "can have several causes"),
        ("when does it wear off?", "faq_duration", "usually keeps working"),
        ("are your reviews good", "clinic_policies", "keeps no reviews"),
        ("do I pay a deposit", "clinic_policies", "house rules"),
    ],
)
def test_a_question_beside_the_topic_gets_its_own_wording(
    voice: Voice, question: str, topic: str, words: str
) -> None:
    assert words in says(voice, f"utter_{topic}", asks(question, topic))["text"]


@pytest.mark.parametrize("thing", ["go to the gym", "go to the sauna", "fly", "lie down", "wash my face"])
def test_care_after_needling_is_not_that_after_injections(voice: Voice, thing: str) -> None:
    known = {"treatment": "microneedling", "asked": f"when can I {thing}?"}
    picked = voice.book.pick("utter_faq_aftercare", known)
    assert picked is not None
    text = picked["text"]
    assert text.startswith("After microneedling")
    assert "fever" in text


def test_of_two_questions_each_is_answered_by_its_own_words(voice: Voice) -> None:
    both = asks(
        "can I take aspirin and can I fly after?",
        "faq_medicines",
        questions=[
            {"topic": "faq_medicines", "text": "can I take aspirin"},
            {"topic": "faq_aftercare", "text": "can I fly after?"},
        ],
    )
    assert "Blood thinners and aspirin" in says(voice, "utter_faq_medicines", both)["text"]
    assert "flying" in says(voice, "utter_faq_aftercare", both)["text"]


def test_a_follow_up_keeps_the_subject(voice: Voice) -> None:
    told = says(voice, "utter_faq_aftercare", *FLOWN, asks("and with regular Botox?", "follow_up"))
    assert "flying" in told["text"]


def test_who_says_so_names_the_sources_of_the_subject(voice: Voice) -> None:
    told = says(voice, "utter_ask_source", *FLOWN, asks("who says so?", "ask_source"))
    assert "A clinic's page on flying after Botox" in told["text"]
    assert "hot tub" not in told["text"]


def test_a_clinic_or_magazine_is_never_linked(voice: Voice) -> None:
    for source in says(voice, "utter_ask_source", *FLOWN, asks("who says so?", "ask_source"))["metadata"]["sources"]:
        assert "url" not in source or not source["kind"].endswith("article")


def test_tell_me_more_on_a_subject_falls_back_to_the_topic(voice: Voice) -> None:
    told = says(voice, "utter_more_detail", *FLOWN, asks("tell me more", "more_detail"))
    assert "hands off matters most" in told["text"]


def test_worry_is_met_with_one_kind_line(voice: Voice) -> None:
    def told(action: str, **parsed: Any) -> str:
        return str(says(voice, action, asks("I am so scared", "faq_pain", worry=True, **parsed))["text"])

    assert told("utter_faq_pain").startswith("Feeling nervous about needles is common. Micro-Botox")
    assert told("utter_faq_downtime").startswith("It is understandable to want to be sure. After")
    assert not told("utter_clinic_hours").startswith("It is understandable")
    both = [{"topic": "faq_pain", "text": "pain"}, {"topic": "faq_downtime", "text": "work"}]
    assert told("utter_faq_pain", questions=both).startswith("Feeling nervous")
    assert told("utter_faq_downtime", questions=both).startswith("After micro-Botox")


@pytest.fixture
def signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clinic in production whose answers were all signed until UNTIL."""
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    responses = tmp_path / "data" / "responses"
    responses.mkdir(parents=True)
    for name in ("faq_core", "clinic", "conversation", "safety"):
        shutil.copy(ROOT / "data" / "responses" / f"{name}.yml", responses)
    sign(tmp_path, load_wordings(tmp_path), by="Test Clinician", on=SIGNED, until=UNTIL)
    text = (ROOT / "clinic.yml").read_text(encoding="utf-8").replace("production: false", "production: true")
    (tmp_path / "clinic.yml").write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path / "clinic.yml")
    monkeypatch.setattr(voice_module, "ROOT", tmp_path)
    monkeypatch.setattr(voice_module, "load_settings", lambda: settings)
    return tmp_path


def on(day: dt.date, monkeypatch: pytest.MonkeyPatch) -> Voice:
    noon = dt.datetime.combine(day, dt.time(12), dt.timezone.utc)
    monkeypatch.setattr(Settings, "now", lambda self: noon)
    return Voice(EndpointConfig(answers="data/responses"), Domain.empty())


PAIN = asks("does it hurt?", "faq_pain")
MORE = (PAIN, ActionExecuted("utter_faq_pain"), asks("tell me more", "more_detail"))
SOURCE = (PAIN, ActionExecuted("utter_faq_pain"), asks("who says so", "ask_source"))
REVIEWED = "Last reviewed by a clinician on March 2, 2026."
WITHHELD = "A clinician is reading this answer again"


def test_a_signature_in_force_adds_nothing(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = says(on(UNTIL, monkeypatch), "utter_faq_pain", PAIN)["text"]
    assert told.startswith("Micro-Botox stings")
    assert "reviewed" not in told


def test_in_the_grace_period_an_answer_says_when_it_was_reviewed(
    signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = on(UNTIL + dt.timedelta(days=30), monkeypatch)
    told = says(voice, "utter_faq_pain", PAIN)["text"]
    assert told.startswith("Micro-Botox stings")
    assert told.endswith(f"\n\n{REVIEWED}")
    longer = says(voice, "utter_more_detail", *MORE)["text"]
    assert "far more pricks" in longer
    assert longer.endswith(REVIEWED)


def test_after_the_grace_period_neither_answer_nor_more_nor_sources_are_shown(
    signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = on(UNTIL + dt.timedelta(days=31), monkeypatch)
    for action, events in (("utter_faq_pain", (PAIN,)), ("utter_more_detail", MORE), ("utter_ask_source", SOURCE)):
        told = says(voice, action, *events)
        assert told["text"].startswith(WITHHELD), action
        assert "(503) 555-0142" in told["text"]
        assert not told["metadata"]["sources"]


def test_long_after_it_safety_clinic_data_and_greeting_still_speak(
    signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = on(UNTIL + dt.timedelta(days=2000), monkeypatch)
    for action in ("utter_red_flag", "utter_dosing_diy", "utter_clinic_hours", "utter_greet", "utter_apology"):
        told = says(voice, action, asks("something", "greet"))["text"]
        assert WITHHELD not in told
        assert "Last reviewed" not in told


def test_an_answer_edited_in_production_is_withheld_until_it_is_signed_again(
    signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = on(UNTIL, monkeypatch)
    assert says(voice, "utter_faq_pain", PAIN)["text"].startswith("Micro-Botox stings")
    file = signed / "data" / "responses" / "faq_core.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("Micro-Botox stings", "Micro-Botox pricks"), "utf-8")
    assert says(voice, "utter_faq_pain", PAIN)["text"].startswith(WITHHELD)
    sign(signed, load_wordings(signed), by="Test Clinician", on=SIGNED, until=UNTIL)
    assert says(voice, "utter_faq_pain", PAIN)["text"].startswith("Micro-Botox pricks")
