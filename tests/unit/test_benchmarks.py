"""The benches on a few made-up messages: they run the real path, and their figures are what they say."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.phrases import read
from assistant.settings import ROOT
from benchmarks import judging, phrases, public_sets, quality_report, variants
from benchmarks.calibration import bins, expected_error, isotonic, two_parameters
from benchmarks.public_sets import Asked, Guess
from benchmarks.quality import ask, own_threshold

ROWS = [
    {"text": "does the jab hurt", "accept": ["faq_pain"], "safety": False, "kind": "plain"},
    {"text": "how much does it cost", "accept": ["faq_cost"], "safety": False, "kind": "plain"},
    {"text": "who painted the Mona Lisa", "accept": ["out_of_scope"], "safety": False, "kind": "off_topic"},
    {"text": "does it hurt and what does it cost?", "accept": ["faq_pain", "faq_cost"],
     "parts": [["faq_pain"], ["faq_cost"]], "safety": False, "kind": "two_questions"},
    {"text": "I can't breathe since the injection", "level": "emergency"},
    {"text": "this waiting list takes my breath away, is there parking"},
]
PHRASES = {
    "pain": ["does it hurt", "is it painful", "how bad is the pain", "will it sting", "is it sore", "do needles hurt"],
    "cost": ["how much is it", "what does it cost", "what do you charge", "is it expensive", "price per visit",
             "prices please"],
    "out_of_scope": ["what's the weather", "tell me a joke", "who won the game", "best pizza in town",
                     "do you fix cars", "how do I bake bread"],
}


def judged(row: dict[str, object], intent: str, *others: str, sure: float = 0.9) -> judging.Judged:
    """A message as it is judged when the model takes it for these intents."""
    ranking = [{"name": intent, "confidence": sure}, {"name": "other", "confidence": 1 - sure}]
    questions = [{"topic": name} for name in (intent, *others)] if others else []
    parsed = {"intent": ranking[0], "intent_ranking": ranking, "questions": questions}
    return judging.judge("made up", {"text": "words", **row}, parsed)


def test_each_verdict_is_counted_where_it_belongs() -> None:
    found = judging.figures([
        judged({"accept": ["faq_pain"]}, "faq_pain"),
        judged({"accept": ["faq_pain"]}, "faq_cost"),
        judged({"accept": ["faq_pain"]}, "nlu_fallback"),
        judged({"accept": ["faq_pain"]}, "red_flag"),
        judged({"accept": ["out_of_scope"]}, "nlu_fallback"),
        judged({"accept": ["out_of_scope"]}, "faq_cost"),
        judged({"accept": ["red_flag"], "safety": True}, "faq_cost"),
        judged({"level": "today"}, "red_flag"),
        judged({}, "nlu_fallback"),
        judged({"accept": ["a", "b"], "parts": [["a"], ["b"]]}, "a", "b"),
        judged({"accept": ["a", "b"], "parts": [["a"], ["b"]]}, "a"),
    ])
    assert found["right_in_scope"] == pytest.approx(100 * 3 / 6)
    assert found["wrong"] == pytest.approx(100 * 4 / 9)
    assert found["refused_in_scope"] == pytest.approx(100 / 6)
    assert found["refused_out_of_scope"] == pytest.approx(50)
    assert found["alarms_found"] == pytest.approx(50)
    assert found["false_alarms"] == pytest.approx(100 / 9)
    assert (found["all_parts_answered"], found["parts_answered"]) == pytest.approx((50, 75))


def test_a_missed_alarm_is_the_worst_mistake_and_a_right_answer_is_none() -> None:
    missed = judged({"level": "emergency"}, "nlu_fallback")
    wrong = judged({"accept": ["faq_pain"]}, "faq_cost", sure=0.99)
    unsure = judged({"accept": ["faq_pain"]}, "nlu_fallback")
    right = judged({"accept": ["faq_pain"]}, "faq_pain")
    assert judging.worst([right, unsure, wrong, missed]) == [missed, wrong, unsure]
    assert judging.confusions([right, wrong]) == {("faq_pain", "faq_cost"): 1}


def test_precision_and_recall_of_an_intent() -> None:
    rows = [judged({"accept": ["a"]}, "a"), judged({"accept": ["a"]}, "b"), judged({"accept": ["b"]}, "b")]
    found = {one.name: one for one in judging.of_intents(rows)}
    assert (found["a"].recall, found["a"].precision) == (50, 100)
    assert (found["b"].recall, found["b"].precision) == (100, 50)


def test_a_higher_threshold_answers_less() -> None:
    rows = [judged({"accept": ["a"]}, "a", sure=0.8), judged({"accept": ["a"]}, "b", sure=0.4)]
    curve = {round(least, 1): rest for least, *rest in judging.by_threshold(rows, 11)}
    assert curve[0.3] == [50, 50, 100]
    assert curve[0.6] == [50, 0, 50]
    assert curve[0.9] == [0, 0, 0]


def test_calibration_error_is_the_gap_between_said_and_right() -> None:
    said, right = np.array([0.9] * 10 + [0.3] * 10), np.array([True] * 9 + [False] + [True] * 8 + [False] * 2)
    assert expected_error(said, right) == pytest.approx(0.25)
    assert [(one.said, one.right, one.count) for one in bins(said, right)] == [
        pytest.approx((0.3, 0.8, 10)), pytest.approx((0.9, 0.9, 10))
    ]


def test_learned_confidence_rises_with_the_odds() -> None:
    draw = np.random.RandomState(0)
    odds = draw.normal(0, 2, 2000)
    right = draw.uniform(size=2000) < 1 / (1 + np.exp(-(0.5 * odds + 1)))
    asked = np.array([-3.0, 0.0, 3.0])
    truth = 1 / (1 + np.exp(-(0.5 * asked + 1)))
    assert two_parameters(odds, right)(asked) == pytest.approx(truth, abs=0.05)
    assert isotonic(odds, right)(asked) == pytest.approx(truth, abs=0.15)


def test_the_report_is_made_from_real_answers(made: None, tmp_path: Path) -> None:
    file = tmp_path / "made_up.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    found, milliseconds = ask([file], ROOT / "models" / "assistant.tar.gz")
    assert [one.verdict for one in found][:5] == ["right"] * 5
    assert milliseconds > 0
    wrong = judging.judge("made_up", {"text": "*starred* | piped <b>", "accept": ["faq_pain"]}, {
        "intent": {"name": "faq_cost", "confidence": 0.9}, "intent_ranking": [{"name": "faq_cost", "confidence": 0.9}],
    })
    blocks = quality_report.blocks(
        [*found, wrong], milliseconds=milliseconds, threshold=own_threshold(),
        leads={"faq_pain": "Does it hurt?"}, most=5,
    )
    text = quality_report.markdown(blocks, tmp_path / "quality")
    assert "| made_up | 7 | 75.0 |" in text
    assert r"| \*starred\* \| piped \<b> | answered \"cost\"".replace(r"\"", '"') in text
    for name in ("calibration", "threshold", "confusion"):
        assert (tmp_path / "quality" / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")
    page = quality_report.page(blocks)
    assert "&lt;b&gt;" in page and "<b>" not in page
    assert "src=\"http" not in page and page.count("data:image/svg+xml") == 3


def test_figures_of_a_public_set_by_hand() -> None:
    labels = ["a", "a", "b", "out_of_scope", "out_of_scope"]
    guesses = [
        Guess("a", "a", 0.9), Guess("out_of_scope", "a", 0.3), Guess("a", "a", 0.8),
        Guess("out_of_scope", "a", 0.2), Guess("b", "b", 0.5),
    ]
    found = list(public_sets.figures(labels, Asked("bot", guesses, 1.0, 2.0)).values())
    assert found[0] == pytest.approx(1 / 3)
    assert found[1] == pytest.approx(1 / 2)
    assert found[3] == pytest.approx(2 / 3)
    assert found[4] == pytest.approx(5 / 6)
    assert found[5] == pytest.approx(1 / 3)
    answering_all = [Guess("a", "a", 0.9)] * 3
    assert list(public_sets.figures(["a", "a", "b"], Asked("bot", answering_all, 1.0, 2.0)).values())[1] is None


def test_a_public_set_is_learned_and_asked(tmp_path: Path) -> None:
    rows = [(text, intent) for intent, texts in PHRASES.items() for text in texts if intent != "out_of_scope"]
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "train_few.tsv").write_text("".join(f"{text}\t{intent}\n" for text, intent in rows), encoding="utf-8")
    asked = [*rows, *((text, "out_of_scope") for text in PHRASES["out_of_scope"])]
    (folder / "test.tsv").write_text("".join(f"{text}\t{intent}\n" for text, intent in asked), encoding="utf-8")
    report = tmp_path / "report.md"
    assert public_sets.folders(tmp_path) == public_sets.folders(folder) == [folder]
    [(public, found)] = public_sets.measure([folder], epochs=0, report=report)
    for figures in found.values():
        assert figures["in scope right, always answering"] == 1.0
        assert figures["scope AUROC"] > 0.8
    assert all(digest in report.read_text(encoding="utf-8") for digest in public.sha256.values())


def test_variants_are_compared_on_what_they_have_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for writer in range(2):
        nlu = "".join(
            f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts[writer::2])
            for intent, texts in PHRASES.items()
        )
        (tmp_path / f"writer_{writer}.yml").write_text(f'version: "3.1"\nnlu:\n{nlu}', encoding="utf-8")
    monkeypatch.setattr(phrases, "CACHE", tmp_path / "cache")
    data = read(tmp_path)
    held_out = phrases.splits(data, seeds=2, most=20, asked=20)
    assert [split.kind for split in held_out] == ["writer", "random"] * 2
    for split in held_out:
        assert not set(split.train) & set(split.test)
        if split.kind == "writer":
            assert not set(data.writers[split.train]) & set(data.writers[split.test])
    bench = variants.Bench(data, held_out)
    *_, found = variants.measure(bench, [variants.VARIANTS[0], variants.VARIANTS[-1]])
    named = {name: figures for _, name, figures in found["writer"]}
    assert len(named) == 4
    assert named["as it stands"]["right, always answering"] > 0.7
    assert 0 <= named["isotonic, learned on the others"]["calibration error"] <= 1
