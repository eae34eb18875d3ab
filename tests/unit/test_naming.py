"""What counts as naming a prescription medicine."""
from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from assistant.dialogue.naming import EXPLAIN, advertises, kind_asked, names_medicine, seen_words
from assistant.settings import ROOT

NAMES = (
    "botox, Botx, bottox, boxtox, botax, botex, btox, bo-tox, b0t0x, micro-Botox, microbotox, mircobotox, microtox, "
    "mesotox, beautytox, baby tox, botoxed, Botox's, botulinum toxin, a neurotoxin, Dysport, disport, Xeomin, "
    "Jeuveau, Daxxify, Letybo, Nabota, Azzalure, Bocouture, Vistabel, abobotulinumtoxinA"
).split(", ")
NOT_NAMES = (
    "does it hurt, both, robots, detox, detox tea, a toxic friend, intoxicated, bottom, bottle, box, a text box, "
    "botched, boots, better, body, fillers, microneedling, anti-wrinkle injections, less shine"
).split(", ")


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_heard_as_people_type_it(text: str) -> None:
    assert names_medicine(f"would {text} help")


@pytest.mark.parametrize("text", NOT_NAMES)
def test_other_words_name_nothing(text: str) -> None:
    assert not names_medicine(f"would {text} help")


def test_words_of_ours_that_only_mean_one_count_as_well() -> None:
    assert advertises(["Ask about our anti-wrinkle injections"])
    assert not advertises(["Ask about a consultation on the look of wrinkles"])


def test_all_a_visitor_sees_of_an_answer_is_looked_at() -> None:
    message = {
        "text": "one",
        "buttons": [{"title": "two", "payload": "three"}],
        "metadata": {"bold_lead": "four", "more": "not shown"},
    }
    assert seen_words(message) == ["one", "four", "two", "three"]


def test_every_kind_of_question_has_a_text() -> None:
    intents = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    kinds = {kind_asked(intent) for intent in intents if intent.startswith("faq_")}
    said = YAML(typ="safe").load((ROOT / "data" / "responses" / "markets.yml").read_text(encoding="utf-8"))
    written = {
        part["value"]
        for variation in said["responses"]["utter_before_naming"]
        for part in variation.get("condition", ())
    }
    assert kinds == written | {EXPLAIN}
