"""One question or several: the ways to read a message, and what tells whether one is right."""
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.nlu import phrases, questions, tune_several
from assistant.nlu.questions import Part, clauses
from assistant.nlu.several import (
    BIAS,
    OF_MESSAGES,
    OF_WAYS,
    WEIGHTS,
    WIDEST,
    Candidate,
    Reading,
    Way,
    signs,
    spans,
    ways,
)
from assistant.nlu.two_looks import Ranked
from assistant.settings import ROOT


def read(text: str, whole: str, *topics: tuple[str, ...]) -> list[Way]:
    """The ways to read a text of which each clause means one of `topics`, and runs of clauses what their last one does.

    The topic is followed by whether it is doubted.
    """
    cut = clauses(text)
    assert len(cut.bounds) == len(topics)
    candidates = {
        (first, last): (part, [Ranked(topics[last][0], 0.6 if topics[last][1:] else 0.95, 0.9)])
        for (first, last), part in spans(cut).items()
    }
    return ways(cut, [Ranked(whole, 0.9, 0.9)], candidates)


def told(found: list[Way]) -> set[tuple[str, ...]]:
    return {tuple(ranks[0].name for _, ranks in way.asked) for way in found}


def test_neighbouring_clauses_are_joined_in_every_way() -> None:
    found = read("this? that? those?", "faq_pain", ("faq_pain",), ("faq_cost",), ("faq_age",))
    assert told(found) == {
        ("faq_pain", "faq_cost", "faq_age"), ("faq_cost", "faq_age"), ("faq_pain", "faq_age"),
    }
    assert [part.text for part, _ in max(found, key=lambda way: len(way.asked)).asked] == ["this?", "that?", "those?"]


def test_runs_are_of_three_clauses_at_most_and_never_the_whole_message() -> None:
    assert sorted(spans(clauses("a? b?"))) == [(0, 0), (1, 1)]
    found = spans(clauses("a? b? c? d? e? f?"))
    assert max(last - first for first, last in found) == 2 and len(found) == 6 + 5 + 4
    assert found[3, 5].text == "d? e? f?"


def test_of_ways_with_the_same_topics_the_surest_stands() -> None:
    found = read("well, this? that?", "faq_pain", ("faq_age", "doubted"), ("faq_pain",), ("faq_cost",))
    [way] = [way for way in found if {ranks[0].name for _, ranks in way.asked} == {"faq_pain", "faq_cost"}]
    assert way.features["least sure"] > 2


def test_talk_is_no_question() -> None:
    assert not read("thank you. does it hurt?", "faq_pain", ("thank",), ("faq_pain",))
    assert not read("does it hurt", "faq_pain", ("faq_pain",))


def test_the_less_is_understood_the_less_likely_a_way_is() -> None:
    sure, doubted = (
        read("does it hurt? how much is it?", "faq_pain", ("faq_pain",), cost)[0].chance
        for cost in (("faq_cost",), ("faq_cost", "doubted"))
    )
    assert sure > 0.7 > doubted > 0


def test_topics_one_answer_might_serve_are_less_likely_two_questions() -> None:
    kin, others = (
        read("this? that?", "faq_cost", ("faq_cost",), (other,))[0] for other in ("faq_payment", "faq_age")
    )
    assert (kin.features["kin"], others.features["kin"]) == (1, 0) and kin.chance < others.chance


def test_the_weights_fit_the_features() -> None:
    [way] = read("this? that?", "faq_pain", ("faq_pain",), ("faq_cost",))
    weights = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    assert set(weights[OF_WAYS]) == {*way.features, BIAS}
    assert set(weights[OF_MESSAGES]) == {*signs(clauses("this? that?"), [Ranked("faq_pain", 0.9, 0.9)]), BIAS}


def test_parts_are_read_where_the_whole_leaves_it_open_that_there_are_several_questions() -> None:
    asked: list[str] = []

    def understand(parts: Sequence[Part]) -> list[Candidate]:
        asked.extend(part.text for part in parts)
        return [(part, [Ranked("faq_pain", 0.9, 0.9)]) for part in parts]

    def reading(text: str, *ranks: Ranked) -> Reading:
        part = questions.whole(text), list(ranks)
        return Reading(part, part, clauses(text), text, vector=None, alarming=-9.0, understand=understand)

    sure = Ranked("faq_duration", 0.99, 0.99), Ranked("faq_oil", 0.001, 0.001)
    story = reading("My sister loves hers. Will it last?", *sure)
    assert story.as_several() == [] and not asked
    story.every_way()
    assert asked == ["My sister loves hers", "Will it last?"]
    asked.clear()
    reading("does it hurt? does it last?", Ranked("faq_pain", 0.5, 0.5), Ranked("faq_duration", 0.4, 0.4)).as_several()
    assert asked == ["does it hurt?", "does it last?"]


def test_one_clause_and_one_rank_tell_as_much_as_there_is() -> None:
    sure = [Ranked("faq_pain", 0.9, 0.9)]
    assert signs(clauses("does it hurt"), sure) == {}
    told = signs(clauses("does it hurt? does it last?"), sure)
    assert told["second"] == -WIDEST and told["lead"] > WIDEST


def test_a_way_is_right_when_every_part_is_answered_and_nothing_else() -> None:
    [way] = read("this? that?", "faq_pain", ("faq_pain",), ("faq_cost",))
    assert tune_several.is_right(way, ["faq_pain", "faq_cost"])
    assert tune_several.is_right(way, ["faq_pain", "faq_payment"])  # the same answer serves
    for parts in (
        ["faq_pain"], ["faq_cost", "faq_cost"], ["faq_pain", "faq_age"], ["faq_pain", "faq_cost", "faq_age"],
        ["red_flag", "faq_pain"],
    ):
        assert not tune_several.is_right(way, parts)


def test_weights_are_learned_from_what_was_right() -> None:
    features = [{"sure": sure, "words": 1.0} for sure in (-2.0, -1.5, -1.0, 1.0, 1.5, 2.0)]
    weights = tune_several.learn(features, [False, False, False, True, True, True])
    assert weights["sure"] > 0.3 and weights["words"] == 0 and set(weights) == {"sure", "words", BIAS}


def test_messages_to_learn_from_can_be_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    messages = list(tune_several.read(tune_several.MESSAGES))
    known = set(phrases.read(ROOT / "data" / "nlu").labels)
    assert {part for _, parts in messages for part in parts} <= known
    several = sum(len(set(parts)) > 1 for _, parts in messages)
    assert 1000 < several < len(messages) - 1000
    (tmp_path / "a.jsonl").write_text('{"text": "x", "parts": []}\n{"text": "y"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl:2"):
        list(tune_several.read(tmp_path))
