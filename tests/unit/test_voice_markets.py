"""Every text there is, said in a market that forbids naming a medicine first: none names one.

What counts as a name is written down here once more, so that a gap in the product's own list shows.
"""
from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest
from market_kit import clinic_in
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from ruamel.yaml import YAML

from assistant.dialogue import voice as voice_module
from assistant.dialogue.voice import Voice
from assistant.settings import MARKETS, ROOT, load_settings

PRODUCT = re.compile(
    r"botox|botulin|toxin|\btox\b|(?:micro|meso|baby)[- ]?tox|dysport|xeomin|jeuveau|daxxify|letybo|nabota|azzalure"
    r"|bocouture|vistabel|nuceiva|anti-?wrinkle|wrinkle (?:inject|relax)",
    re.IGNORECASE,
)
NAME_FREE = ("uk", "eu", "au")
SLOTS: dict[str, Any] = {
    "consent": True,
    "visitor_name": "Anna Kim",
    "visitor_contact": "anna@example.com",
    "preferred_time": "any time",
    "booking_code": "7KQM-2XWP",
    "sources": "- Study",
}
TURNS: tuple[dict[str, Any], ...] = (
    {},
    {"misses": 2},
    {"misses": 3},
    {"reason": "empty"},
    {"reason": "too_long"},
    {"reason": "language:es"},
    {"alarm": "today"},
    {"alarm": "crisis"},
    {"treatment": "microneedling"},
    {"declared_minor": True},
    {"parts": True},
)


def responses() -> list[str]:
    return [
        name
        for path in sorted((ROOT / "data" / "responses").glob("*.yml"))
        for name in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["responses"]
    ]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_file(str(ROOT / "domain.yml"))


@pytest.fixture(params=sorted(MARKETS))
def market(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def voice(market: str, tmp_path: Path, domain: Domain, monkeypatch: pytest.MonkeyPatch) -> Voice:
    file = ROOT / "clinic.yml" if market == "us" else clinic_in(market, tmp_path)
    monkeypatch.setattr(voice_module, "load_settings", lambda: load_settings(file))
    return Voice(EndpointConfig(), domain)


def conversation(
    domain: Domain, *, text: str = "does it hurt", focus: Optional[str] = None, **about: Any
) -> DialogueStateTracker:
    parsed = {"intent": {"name": about.get("intent", "faq_pain")}, "entities": [], "reason": about.get("reason")}
    parts = ["faq_pain", "faq_duration"] if about.get("parts") else []
    parsed["questions"] = [{"topic": topic, "treatment": None} for topic in parts]
    parsed["intent_ranking"] = [{"name": "faq_vs_standard", "confidence": 0.3}]
    slots = {name: value for name, value in {**SLOTS, **about}.items() if name in {*SLOTS, *SETS}}
    events: list[Any] = [SlotSet(name, value) for name, value in slots.items()]
    if focus:
        events += [UserUttered("hm", {"name": focus}), ActionExecuted(f"utter_{focus}"), BotUttered("...")]
    misses = about.get("misses", 1) - 1
    events += [UserUttered("hm", {"name": "nlu_fallback"}) for _ in range(misses)]
    if misses:
        parsed["intent"] = {"name": "nlu_fallback"}
    events.append(UserUttered(text, parsed["intent"], [], parsed))
    return DialogueStateTracker.from_events("anna", events, domain.slots)


SETS = ("alarm", "treatment", "declared_minor", "medicine_named")


def said(voice: Voice, name: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    return asyncio.run(voice.generate(name, tracker, "website")) or {}


def seen(message: dict[str, Any]) -> Iterator[str]:
    about = message["metadata"]
    yield message["text"]
    yield from (str(about.get(key) or "") for key in ("bold_lead", "code"))
    yield from (part for button in message["buttons"] for part in (button["title"], button["payload"]))
    yield from (f"{source['label']} {source.get('url', '')}" for source in about.get("sources") or ())


def test_no_text_names_a_product_before_the_visitor_does(voice: Voice, market: str, domain: Domain) -> None:
    named = 0
    for name in responses():
        for turn in TURNS:
            message = said(voice, name, conversation(domain, **turn))
            hit = next((words for words in seen(message) if PRODUCT.search(words)), None)
            named += bool(hit)
            if market in NAME_FREE:
                assert hit is None, f"{name} {turn}: {hit}"
                assert not message["metadata"].get("figure"), f"{name} shows the figure with the names"
    assert bool(named) == (market == "us"), "where it may be named it is, so the scan can fail"


def test_nor_when_more_or_the_sources_are_asked_for(voice: Voice, market: str, domain: Domain) -> None:
    for focus in [name[len("utter_") :] for name in responses() if name.startswith(("utter_faq_", "utter_clinic_"))]:
        for name in ("utter_more_detail", "utter_ask_source", "utter_repeat"):
            message = said(voice, name, conversation(domain, focus=focus))
            hit = next((words for words in seen(message) if PRODUCT.search(words)), None)
            assert market == "us" or hit is None, f"{name} after {focus}: {hit}"


@pytest.mark.parametrize("treatment", ["micro_botox", "standard_botox", None])
def test_after_the_visitor_has_named_it_the_answer_is_the_full_one(
    voice: Voice, domain: Domain, treatment: Optional[str]
) -> None:
    named = conversation(domain, treatment=treatment, medicine_named=True)
    message = said(voice, "utter_faq_pain", named)
    assert PRODUCT.search(message["text"])
    assert message["metadata"]["sources"]


def test_each_market_has_its_own_numbers_and_no_other(voice: Voice, market: str, domain: Domain) -> None:
    own = MARKETS[market]
    foreign = {value for key in ("emergency_number", "crisis_line") for value in (m[key] for m in MARKETS.values())}
    foreign -= {own["emergency_number"], own["crisis_line"]}
    for level, number in (("emergency", "emergency_number"), ("today", "emergency_number"), ("crisis", "crisis_line")):
        text = said(voice, "utter_red_flag", conversation(domain, alarm=level))["text"]
        assert own[number] in text
        assert "your local emergency number" in text
    for name in responses():
        for turn in TURNS:
            text = said(voice, name, conversation(domain, **turn))["text"]
            wrong = [number for number in foreign if re.search(rf"(?<![\d ]){number}(?![\d ]*\d)", text)]
            assert not wrong, f"{name}: {wrong}"


# One spelling fits all four markets: the texts avoid words that differ.
AMERICAN = r"colors?|centers?|gray|anesthe\w+|licenses?|fibers?|labeled|pediatric\w*|\w+ization|recognize\w*|mom"
BRITISH = r"colours?|centres?|anaesthe\w+|licences?|fibres?|labelled|paediatric\w*|\w+isation|recognise\w*|mum"


def test_the_spelling_is_right_in_the_market(voice: Voice, market: str, domain: Domain) -> None:
    foreign = re.compile(rf"\b(?:{BRITISH if market == 'us' else AMERICAN})\b", re.IGNORECASE)
    for name in responses():
        for named in (True, False):
            message = said(voice, name, conversation(domain, medicine_named=named))
            text = f"{message['text']} {message['metadata'].get('more')}"
            assert not foreign.search(text), f"{name}: {foreign.search(text)}"


def test_a_declared_minor_is_offered_no_booking(voice: Voice, domain: Domain) -> None:
    for name in responses():
        buttons = said(voice, name, conversation(domain, declared_minor=True))["buttons"]
        offers = [button["payload"] for button in buttons if "book" in button["payload"].lower()]
        assert not offers, name
        assert not [button for button in buttons if "call back" in button["payload"]], name


@pytest.mark.parametrize("hour", [3, 12])
@pytest.mark.parametrize("level", ["emergency", "today", "crisis"])
def test_an_alarm_text_begins_with_the_number_and_sells_nothing(
    voice: Voice, domain: Domain, level: str, hour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = voice.settings.now().replace(year=2026, month=11, day=20, hour=hour, minute=0)  # a Friday
    monkeypatch.setattr(type(voice.settings), "now", lambda _: now)
    message = said(voice, "utter_red_flag", conversation(domain, alarm=level))
    clinic = voice.settings.clinic
    first = {"emergency": clinic.emergency_number, "today": clinic.phone, "crisis": clinic.crisis_line}[level]
    assert re.match(rf"\*\*Call (?:or text )?{re.escape(first)} now\*\*", message["text"].replace(" now**", " now**"))
    assert message["buttons"] == [] and not re.search(r"\bbook|appointment|consultation", message["text"], re.I)
    if level == "today":
        state = "open until 18:30" if hour == 12 else "closed now and open again today at 10:00"
        assert state in message["text"]
        assert ("out-of-hours" in message["text"]) == (hour == 3)
