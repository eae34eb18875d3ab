"""A signature holds for exactly the words that were signed, and not for ever."""

import datetime as dt
from pathlib import Path

import pytest

from assistant.answers.signatures import FILE, load_signatures, sign
from assistant.answers.store import load_content

DAY = dt.date(2026, 3, 2)
UNTIL = dt.date(2027, 3, 2)
ANSWERS = """\
responses:
  utter_faq_pain:
    - condition: [{type: slot, name: treatment, value: standard_botox}]
      text: Standard Botox pinches.
      metadata: {topic: faq_pain, facts: [], more: "Longer."}
    - text: Micro-Botox stings.
      buttons: [{title: Numbing, payload: How is it numbed}]
      metadata: {topic: faq_pain, facts: []}
  utter_red_flag:
    - text: Call now.
      metadata: {topic: red_flag, kind: safety}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "data/responses").mkdir(parents=True)
    (tmp_path / "data/responses/a.yml").write_text(ANSWERS)
    return tmp_path


def _edit(root: Path, old: str, new: str) -> None:
    file = root / "data/responses/a.yml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def _standing(root: Path, today: dt.date) -> list[str]:
    signatures = load_signatures(root)
    return [signatures.status(variant, today) for variant in load_content(root).variants]


def test_without_a_file_nothing_is_signed(root: Path) -> None:
    assert _standing(root, DAY) == ["unsigned"] * 3


def test_only_the_wording_that_was_read_is_signed(root: Path) -> None:
    sign(root, load_content(root).variants[:1], by="A. Person", on=DAY, until=UNTIL)
    assert _standing(root, DAY) == ["signed", "unsigned", "unsigned"]


def test_a_second_signature_keeps_the_first(root: Path) -> None:
    for variant in load_content(root).variants[:2]:
        sign(root, [variant], by="A. Person", on=DAY, until=UNTIL)
    assert _standing(root, DAY) == ["signed", "signed", "unsigned"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Micro-Botox stings.", "Micro-Botox stings a lot."),
        ("title: Numbing", "title: Creams"),
        ("payload: How is it numbed", "payload: What helps"),
    ],
)
def test_editing_what_visitors_see_voids_the_signature(root: Path, old: str, new: str) -> None:
    sign(root, load_content(root).variants[:2], by="A. Person", on=DAY, until=UNTIL)
    _edit(root, old, new)
    assert _standing(root, DAY)[:2] == ["signed", "void"]


def test_white_space_and_the_order_of_answers_do_not_void_it(root: Path) -> None:
    sign(root, load_content(root).variants, by="A. Person", on=DAY, until=UNTIL)
    _edit(root, "Micro-Botox stings.", "Micro-Botox   stings.")
    _edit(
        root, "responses:", "responses:\n  utter_thank:\n    - text: Welcome.\n      metadata: {kind: flow}"
    )
    assert _standing(root, DAY)[1:] == ["signed", "signed", "signed"]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (UNTIL - dt.timedelta(days=61), "signed"),
        (UNTIL - dt.timedelta(days=60), "expiring"),
        (UNTIL, "expiring"),
        (UNTIL + dt.timedelta(days=1), "expired"),
    ],
)
def test_a_signature_warns_60_days_ahead_and_then_expires(root: Path, day: dt.date, status: str) -> None:
    sign(root, load_content(root).variants[1:2], by="A. Person", on=DAY, until=UNTIL)
    assert _standing(root, day)[1] == status


def test_an_expired_answer_is_withheld_after_the_grace_period_but_safety_never(root: Path) -> None:
    variants = load_content(root).variants
    signatures = sign(root, variants, by="A. Person", on=DAY, until=UNTIL)
    in_grace, after = UNTIL + dt.timedelta(days=30), UNTIL + dt.timedelta(days=31)
    assert [signatures.withheld(item, in_grace) for item in variants] == [False, False, False]
    assert [signatures.withheld(item, after) for item in variants] == [True, True, False]


def test_an_unsigned_answer_is_withheld_but_a_safety_text_is_not(root: Path) -> None:
    variants, signatures = load_content(root).variants, load_signatures(root)
    assert [signatures.withheld(item, DAY) for item in variants] == [True, True, False]
    assert signatures.unsigned(variants, DAY) == list(variants)


def test_a_signature_needs_a_name_and_a_later_day(root: Path) -> None:
    variants = load_content(root).variants
    with pytest.raises(ValueError, match="full name"):
        sign(root, variants, by="  ", on=DAY, until=UNTIL)
    with pytest.raises(ValueError, match="longer than its first day"):
        sign(root, variants, by="A. Person", on=DAY, until=DAY)
    assert not (root / FILE).exists()


def test_an_incomplete_signature_is_told_with_its_line(root: Path) -> None:
    (root / FILE).write_text("# head\nutter_faq_pain: {by: A. Person, on: 2026-01-01}\n")
    with pytest.raises(ValueError, match=r"signatures\.yml:2: .*utter_faq_pain"):
        load_signatures(root)
