"""`make check` finds a permission, a grade and a dose, wherever one stands, and lets plain rules be."""
from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answers.checks_safety import check_doses, check_grades, check_permissions
from assistant.answers.lint import run_check
from assistant.answers.project import Project, load_project
from assistant.answers.records import Finding
from assistant.settings import ROOT

PERMISSIONS = [
    "You can have it while breastfeeding.",
    "You can have micro-Botox with aspirin.",
    "You may still get treated.",
    "It's fine for you.",
    "Micro-Botox is safe for you.",
    "A small amount is fine with your blood thinner.",
    "It is ok to have it then.",
    "Yes, you can.",
    "Yes, go ahead.",
    "Go ahead and plan it.",
    "You are a good candidate.",
    "You would be suitable.",
    "You should be fine.",
    "There is nothing against it, and no reason not to.",
    "You can stop taking your blood thinners.",
    "You can keep taking your medicine.",
]
GRADES = [
    "That is normal.",
    "That's normal.",
    "This is probably fine.",
    "It sounds mild.",
    "It is nothing to worry about.",
    "Don't worry.",
    "There is no need to worry.",
    "Your swelling is part of it.",
    "What you describe seems harmless.",
    "You will be fine.",
    "It is quite normal.",
    "This is usual and not an emergency.",
    "They are expected.",
]
DOSES = [
    "Most people need 20 units.",
    "About 10-20 units for the forehead.",
    "Twenty units are common.",
    "Use 2 ml for a vial.",
    "A dose of 4 U is given.",
    "It takes 2.5 mg.",
    "Use two units per point.",
    "Mixed 1:10, it works.",
    "Dilute the vial with saline.",
    "Mix it in sterile saline.",
    "It goes 2 mm deep.",
    "Units per ml differ.",
]
RULES = [
    "It is not recommended in pregnancy.",
    "A chat cannot say whether it is fine for you.",
    "Nobody here can tell if you are a good candidate.",
    "Is it safe for you?",
    "Don't stop a prescribed medicine; ask the person who prescribed it.",
    "Studies are small and the effect fades.",
    "In a study of 20 people it lasted four months.",
    "A unit is a measure of strength, and brands have their own units.",
    "The first unit was a bigger one.",
    "We never say that you can have it.",
    "You can ask for numbing cream.",
]


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(ROOT)


def planted(project: Project, response: str, **words: str) -> Project:
    variant = next(item for item in project.content.variants if item.response == response)
    more = {**variant.metadata, **({"more": words["more"]} if "more" in words else {})}
    changed = replace(variant, text=words.get("text", variant.text), metadata=more)
    return replace(project, content=replace(project.content, variants=(changed,)))


def problems(found: Iterable[Finding]) -> list[str]:
    return [finding.problem for finding in found]


@pytest.mark.parametrize("response", ["utter_faq_pregnancy", "utter_dosing_diy", "utter_clinic_hours"])
@pytest.mark.parametrize("words", PERMISSIONS)
def test_a_permission_is_found_in_any_answer(project: Project, response: str, words: str) -> None:
    assert problems(check_permissions(planted(project, response, text=f"Skin differs. {words}")))
    assert problems(check_permissions(planted(project, response, text="Skin differs.", more=words)))


@pytest.mark.parametrize("response", ["utter_faq_side_effects", "utter_red_flag", "utter_faq_medicines", "utter_minor"])
@pytest.mark.parametrize("words", GRADES)
def test_a_judged_symptom_is_found_in_any_answer(project: Project, response: str, words: str) -> None:
    assert problems(check_grades(planted(project, response, text=f"Skin differs. {words}")))
    assert problems(check_grades(planted(project, response, text="Skin differs.", more=words)))


@pytest.mark.parametrize("response", ["utter_red_flag", "utter_dosing_diy", "utter_faq_pregnancy"])
@pytest.mark.parametrize("word", ["mild", "mildly", "minor", "slight", "harmless", "normally", "probably"])
def test_where_somebody_asks_about_themselves_no_word_weighs(project: Project, response: str, word: str) -> None:
    assert problems(check_grades(planted(project, response, text=f"Redness, {word}, may follow.")))
    assert not problems(check_grades(planted(project, "utter_faq_side_effects", text=f"Redness, {word}, may follow.")))


@pytest.mark.parametrize("response", ["utter_faq_units", "utter_dosing_diy", "utter_clinic_hours"])
@pytest.mark.parametrize("words", DOSES)
def test_a_dose_is_found_in_any_answer(project: Project, response: str, words: str) -> None:
    assert problems(check_doses(planted(project, response, text=words)))
    assert problems(check_doses(planted(project, response, text="Skin differs.", more=words)))


@pytest.mark.parametrize("words", RULES)
def test_a_plain_rule_is_let_be(project: Project, words: str) -> None:
    sound = planted(project, "utter_faq_side_effects", text=words)
    assert not [*check_permissions(sound), *check_grades(sound), *check_doses(sound)]


def test_a_plant_in_the_files_is_told_with_its_place(tmp_path: Path) -> None:
    for name in ("knowledge", "data", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("clinic.yml", "domain.yml", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    file = tmp_path / "data" / "responses" / "safety.yml"
    text = file.read_text(encoding="utf-8")
    old = "I cannot judge symptoms in this chat."
    assert old in text
    file.write_text(text.replace(old, "That is normal, you can have it, 20 units.", 1), encoding="utf-8")
    told = [str(finding) for finding in run_check(tmp_path).findings if finding.file == "data/responses/safety.yml"]
    for what in ("grades a symptom", "gives a permission", "gives a dose"):
        assert any(what in finding and finding.startswith("data/responses/safety.yml:") for finding in told), what
