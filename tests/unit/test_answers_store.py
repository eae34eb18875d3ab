"""Content is read with its lines, and shown whole on one screen."""

import datetime as dt
import os
from pathlib import Path

import pytest
from rich.console import Console

from assistant.answers.show import show_topic, sign_topic
from assistant.answers.store import SourceLabels, load_content
from assistant.settings import ROOT

SOURCES = """\
C1: {kind: A clinic's article, tier: C, label: A clinic's page, title: Ours, read: a, url: "https://c.org"}
L1: {kind: Drug label, tier: L, label: Drug label, title: Insert, read: a, link: true, url: "https://l.org"}
L2: {kind: Drug label, tier: L, label: Drug label, title: Older label, read: all}
"""
FACTS = """\
facts:
  duration.micro:
    treatment: micro_botox
    statement: Micro-Botox lasts 3 to 4 months.
    figures: [{value: 3 to 4, unit: months}]
    agreement: varies
    evidence:
      - {source: C1, quote: lasts up to six months}
      - {source: L2, locator: section 2}
      - {source: L1, locator: section 14}
"""
ANSWERS = """\
responses:
  utter_faq_duration:
    - condition: [{type: slot, name: treatment, value: standard_botox}]
      text: Standard Botox lasts some months.
      metadata: {topic: faq_duration, treatment: standard_botox, facts: []}
    - text: "Micro-Botox [lasts] three to four months."
      buttons: [{title: Onset, payload: When does it show}]
      metadata: {topic: faq_duration, treatment: micro_botox, facts: [duration.micro, gone.fact], more: Long.}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "data/responses").mkdir(parents=True)
    (tmp_path / "knowledge/sources.yml").write_text(SOURCES)
    (tmp_path / "knowledge/facts.yml").write_text(FACTS)
    (tmp_path / "data/responses/a.yml").write_text(ANSWERS)
    return tmp_path


def _screen(root: Path, topic: str, **options: object) -> str:
    console = Console(width=100, record=True, quiet=False, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(show_topic(root, topic, today=dt.date(2026, 3, 2), **options))  # type: ignore[arg-type]
    return console.export_text()


def test_everything_knows_its_line(root: Path) -> None:
    content = load_content(root)
    assert content.sources["L1"].line == 2
    assert content.facts["duration.micro"].line == 2
    assert [item.line for item in content.facts["duration.micro"].evidence] == [8, 9, 10]
    assert [variant.line for variant in content.variants] == [3, 6]
    assert content.problems == ()


def test_visitors_see_each_source_once_best_first_and_only_publishers_are_linked(root: Path) -> None:
    content = load_content(root)
    assert content.visitor_sources(content.variants[1]) == [
        {"label": "Drug label", "kind": "Drug label", "url": "https://l.org"},
        {"label": "A clinic's page", "kind": "A clinic's article"},
    ]


SUBJECT = """\
    - condition: [{type: slot, name: subject, value: refills}]
      text: A refill waits three months.
      metadata: {topic: faq_duration, treatment: micro_botox, facts: [], asks: [refill, top-up]}
"""


def test_wordings_on_a_subject_are_named_below_and_shown_when_asked_for(root: Path) -> None:
    file = root / "data/responses/a.yml"
    file.write_text(file.read_text().replace("utter_faq_duration:\n", f"utter_faq_duration:\n{SUBJECT}"))
    general = _screen(root, "duration")
    assert "refill waits" not in general
    assert "Other wordings: --treatment standard_botox; --subject refills; --all (all 3, in full)" in general
    only = _screen(root, "duration", subject="refills")
    assert "refill waits" in only
    assert "refill, top-up" in _screen(root, "duration", subject="refills", whole=True)
    assert "Standard Botox lasts" not in only
    assert "refill waits" in _screen(root, "duration", whole=True)
    with pytest.raises(LookupError, match="it has: refills"):
        _screen(root, "duration", subject="beards")
    signed = sign_topic(root, "duration", subject="refills", by="A. Person", on=dt.date(2026, 3, 2))
    assert [variant.key for variant in signed] == ["utter_faq_duration [subject=refills]"]


def test_source_labels_follow_an_edit_and_survive_a_broken_file(root: Path) -> None:
    labels = SourceLabels(root / "knowledge")
    assert len(labels.of(["duration.micro", "gone.fact"], most=9)) == 2
    file = root / "knowledge/sources.yml"
    file.write_text(SOURCES.replace("A clinic's page", "A page"))
    os.utime(file, ns=(1, 1))
    assert labels.of(["duration.micro"], most=9)[1]["label"] == "A page"
    file.write_text("L1: {kind: [")
    os.utime(file, ns=(2, 2))
    assert labels.of(["duration.micro"], most=9)[1]["label"] == "A page"


def test_a_topic_is_found_by_its_short_name_and_a_wrong_one_says_what_is_close(root: Path) -> None:
    content = load_content(root)
    assert content.of_topic("duration") == content.of_topic("utter_faq_duration") == content.variants
    with pytest.raises(LookupError, match="close to it: faq_duration"):
        content.of_topic("skin_duration")


def test_one_screen_shows_answer_facts_quotes_sources_and_signature(root: Path) -> None:
    shown = _screen(root, "duration")
    for part in (
        "Micro-Botox [lasts] three to four months.", "[Onset]", "more: Long.", "duration.micro (varies)",
        '"lasts up to six months"', "Drug label", "gone.fact: missing", "Not signed.",
        "data/responses/a.yml:6",
    ):  # fmt: skip
        assert part in shown
    assert shown.index("Not signed.") < shown.index("Micro-Botox [lasts]") < shown.index("duration.micro (varies)")
    assert "Standard Botox lasts" not in shown


def test_every_wording_is_shown_in_full_when_asked_for(root: Path) -> None:
    shown = _screen(root, "duration", whole=True)
    for part in ("Micro-Botox [lasts]", "Standard Botox lasts", "Insert", "https://l.org"):
        assert part in shown


def test_of_wordings_that_rest_on_the_clinic_the_one_it_would_show_is_shown() -> None:
    set_up = {"profile_numbing_set": True, "names_medicine_first": True}
    assert "{clinic} offers {numbing}" in " ".join(_screen(ROOT, "numbing", settings=set_up).split())
    assert "{clinic} offers {numbing}" not in " ".join(_screen(ROOT, "numbing").split())


def test_an_answer_fits_on_a_screen() -> None:
    assert len(_screen(ROOT, "duration").splitlines()) <= 60


def test_signing_a_topic_shows_who_signed_and_until_when(root: Path) -> None:
    day = dt.date(2026, 3, 1)
    signed = sign_topic(root, "duration", by="A. Person", treatment="micro_botox", on=day)
    assert [variant.line for variant in signed] == [6]
    assert "Signed by A. Person on 2026-03-01, until 2027-03-01." in _screen(root, "duration")
    assert "Not signed." in _screen(root, "duration", treatment="standard_botox")
