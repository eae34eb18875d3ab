"""The spaCy pipeline: the field's words become entities, and a document knows its vector."""
from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language

from assistant.making import BUILD
from assistant.nlu.encoder import SentenceEncoder
from assistant.nlu.pipeline import VOCABULARY, ensure_pipeline, patterns, pipeline_sha256


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("build") / "pipeline"
    return ensure_pipeline(place, encoder=BUILD / "encoder")


@pytest.fixture(scope="module")
def nlp(built: Path) -> Language:
    return spacy.load(built)


@pytest.mark.parametrize(
    ("text", "kind", "identifier"),
    [
        ("what is micro-Botox", "treatment", "micro_botox"),
        ("MICROBOTOX?", "treatment", "micro_botox"),
        ("Skin Botox", "treatment", "micro_botox"),
        ("and regular Botox?", "treatment", "standard_botox"),
        ("or traditional botox", "treatment", "standard_botox"),
        ("is baby botox cheaper", "treatment", "baby_botox"),
        ("the sprinkle thing", "treatment", "baby_botox"),
        ("with micro needling", "treatment", "microneedling"),
        ("do you use Dysport", "product", "dysport"),
        ("my Crow’s feet", "area", "eyes"),
        ("on my forehead", "area", "forehead"),
        ("Pores!", "concern", "pores"),
        ("my oily skin", "concern", "oil"),
    ],
)
def test_the_words_of_the_field_are_known(nlp: Language, text: str, kind: str, identifier: str) -> None:
    assert (kind, identifier) in [(span.label_, span.ent_id_) for span in nlp(text).ents]


@pytest.mark.parametrize("text", ["botox", "how much is Botox?", "hello there", "the oven is hot"])
def test_plain_botox_and_plain_talk_name_no_treatment(nlp: Language, text: str) -> None:
    assert not [span for span in nlp(text).ents if span.label_ == "treatment"]


def test_no_phrase_of_the_vocabulary_belongs_to_two_ids() -> None:
    phrases = [pattern["pattern"].lower() for pattern in patterns(VOCABULARY)]
    assert sorted(phrases) == sorted(set(phrases))


def test_the_vector_of_a_document_is_its_sentence_vector(nlp: Language) -> None:
    text = "does it hurt?"
    truth = SentenceEncoder.load(BUILD / "encoder").encode_one(text)
    assert np.array_equal(nlp(text).vector, truth)


def test_the_vector_is_computed_once_and_only_when_asked_for(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    real = SentenceEncoder.encode_one
    monkeypatch.setattr(
        SentenceEncoder, "encode_one", lambda self, text: calls.append(text) or real(self, text)
    )
    doc = nlp("does it hurt?")
    assert not calls
    assert doc.vector is doc.vector
    assert calls == ["does it hurt?"]


def test_two_loaded_pipelines_share_one_encoder(nlp: Language, built: Path) -> None:
    other = spacy.load(built)
    assert other.get_pipe("sentence_encoder").encoder is nlp.get_pipe("sentence_encoder").encoder


def test_it_loads_from_any_working_directory(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert spacy.load(built)("pain").vector.shape == (384,)


def test_a_lemma_is_looked_up(nlp: Language) -> None:
    assert [token.lemma_ for token in nlp("two pores")] == ["two", "pore"]


def test_a_current_pipeline_is_left_alone_and_a_damaged_one_built_again(built: Path) -> None:
    steps: list[str] = []
    ensure_pipeline(built, encoder=BUILD / "encoder", progress=steps.append)
    assert steps == []
    before = pipeline_sha256(built)
    shutil.rmtree(built / "entity_ruler")
    ensure_pipeline(built, encoder=BUILD / "encoder", progress=steps.append)
    assert steps and pipeline_sha256(built) == before
    assert (built / "entity_ruler").exists()
