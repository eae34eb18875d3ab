"""Fragments that name only a treatment, an area or "that" continue the last topic."""
from __future__ import annotations

import pytest
import spacy

from assistant.making import BUILD
from assistant.nlu.fragments import is_fragment
from assistant.nlu.pipeline import ensure_pipeline


@pytest.fixture(scope="module")
def nlp() -> spacy.language.Language:
    return spacy.load(ensure_pipeline(BUILD / "pipeline"))


def found(nlp: spacy.language.Language, text: str) -> bool:
    spans = nlp(text).ents
    return is_fragment(text, [{"entity": s.label_, "start": s.start_char, "end": s.end_char} for s in spans])


@pytest.mark.parametrize(
    "text",
    [
        "and micro-botox?", "what about the neck?", "how long is that?", "ok and regular botox", "same for the chin?",
        "and that one?", "how about baby botox then", "or microneedling?", "What's about jawline", "how often is that",
        "is it the same for baby botox?", "does that go for the hands too",
    ],
)
def test_a_fragment_continues(nlp: spacy.language.Language, text: str) -> None:
    assert found(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "", "micro-botox", "neck", "and?", "and the price?", "what about acne?", "what about redness after",
        "how much is that", "does it hurt on the neck", "is that safe", "what is that", "why is that?",
        "how long does it last", "with botox", "how is micro-botox different from regular botox",
        "bunny lines on my nose", "or is it a cream", "for me",
    ],
)
def test_a_question_of_its_own_does_not(nlp: spacy.language.Language, text: str) -> None:
    assert not found(nlp, text)
