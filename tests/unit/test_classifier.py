"""The intent classifier, on a few phrases: it learns, doubts, and comes back from disk the same."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.making import BUILD
from assistant.nlu.build_encoder import ensure_encoder
from assistant.nlu.calibration import threshold
from assistant.nlu.classifier import Classifier, ClassifierSettings
from assistant.nlu.encoder import SentenceEncoder
from assistant.nlu.ngrams import MANY, NgramWeights

PHRASES = {
    "faq_pain": [
        "does it hurt", "is it painful", "how bad is the pain", "will it sting", "is it sore", "do the needles hurt",
        "how painful are the injections", "ouch factor?", "pain level",
    ],
    "faq_cost": [
        "how much is it", "what does it cost", "price?", "what do you charge", "is it expensive", "cost per session",
        "how much do you charge per area", "prices please", "what's the price",
    ],
    "faq_duration": [
        "how long does it last", "how many months until it wears off", "is it permanent", "when does it wear off",
        "how long will the results last", "does it last long", "how soon does it fade", "lasts how long", "duration?",
    ],
    "clinic_hours": [
        "when are you open", "opening hours", "are you open on saturday", "what time do you close",
        "do you open on sundays", "hours?", "open late?", "what are your hours", "when do you open",
    ],
    "out_of_scope": [
        "what's the weather", "tell me a joke", "who won the game", "best pizza in town", "do you fix cars",
        "how do i bake bread", "capital of france", "play some music", "what is 2 plus 2",
    ],
}
TEXTS = [text for texts in PHRASES.values() for text in texts]
LABELS = [intent for intent, texts in PHRASES.items() for _ in texts]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load(ensure_encoder(BUILD / "encoder"))


@pytest.fixture(scope="module")
def classifier(encoder: SentenceEncoder) -> Classifier:
    return Classifier.fit(TEXTS, LABELS, encoder.encode(TEXTS))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("is this gonna hurt me", "faq_pain"), ("what would it cost me", "faq_cost"), ("pricess", "faq_cost"),
        ("for how long will it last", "faq_duration"), ("are you open on friday", "clinic_hours"),
        ("recommend me a pizza place", "out_of_scope"),
    ],
)
def test_new_words_find_their_intent(
    classifier: Classifier, encoder: SentenceEncoder, text: str, intent: str
) -> None:
    assert classifier.rank([text], encoder.encode([text]))[0][0].name == intent


def test_it_is_sure_of_what_it_has_learned_and_not_of_strangers(
    encoder: SentenceEncoder
) -> None:
    doubtful = ClassifierSettings(stranger_share=0.2)
    classifier = Classifier.fit(TEXTS, LABELS, encoder.encode(TEXTS), settings=doubtful)
    texts = ["does it hurt", "my landlord wants to see the lease again", "asdf qwerty"]
    known, *strangers = (ranks[0] for ranks in classifier.rank(texts, encoder.encode(texts)))
    assert known.name == "faq_pain" and known.confidence > 0.85
    assert all(best.name == "out_of_scope" or best.confidence < 0.6 for best in strangers)


def test_a_handful_of_phrases_does_not_promise_certainty(classifier: Classifier, encoder: SentenceEncoder) -> None:
    text = "the harpsichord needs new strings"
    assert classifier.rank([text], encoder.encode([text]))[0][0].confidence < 0.7


def test_without_out_of_scope_phrases_a_stranger_is_doubted(encoder: SentenceEncoder) -> None:
    known = [(text, label) for text, label in zip(TEXTS, LABELS, strict=True) if label != "out_of_scope"]
    texts, labels = [text for text, _ in known], [label for _, label in known]
    alone = Classifier.fit(texts, labels, encoder.encode(texts))
    asked = ["does it hurt", "who won the game"]
    known_one, stranger = (ranks[0].confidence for ranks in alone.rank(asked, encoder.encode(asked)))
    assert known_one > 0.7 and stranger < 0.5


def test_a_ranking_falls_and_is_as_long_as_asked(classifier: Classifier, encoder: SentenceEncoder) -> None:
    [ranks] = classifier.rank(["price"], encoder.encode(["price"]), most=3)
    confidences = [item.confidence for item in ranks]
    assert len(ranks) == 3 and confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)


def test_training_twice_gives_the_same(classifier: Classifier, encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    again = Classifier.fit(TEXTS, LABELS, vectors)
    assert np.array_equal(again.confidences(TEXTS, vectors), classifier.confidences(TEXTS, vectors))


def test_the_order_of_the_phrases_does_not_decide(classifier: Classifier, encoder: SentenceEncoder) -> None:
    other = Classifier.fit(TEXTS[::-1], LABELS[::-1], encoder.encode(TEXTS)[::-1])
    texts = ["is this gonna hurt me", "what would it cost me"]
    vectors = encoder.encode(texts)
    assert np.array_equal(other.confidences(texts, vectors).argmax(1), classifier.confidences(texts, vectors).argmax(1))


def test_it_comes_back_from_disk_the_same_without_pickle(
    classifier: Classifier, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    classifier.save(tmp_path)
    texts = ["is it sore?", "zzz"]
    vectors = encoder.encode(texts)
    loaded = Classifier.load(tmp_path)
    assert np.array_equal(loaded.confidences(texts, vectors), classifier.confidences(texts, vectors))
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json"}
    json.loads((tmp_path / "classifier.json").read_text())
    with np.load(tmp_path / "classifier.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


def test_doubt_between_kin_topics_is_no_doubt_about_the_answer(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    alone = Classifier.fit(TEXTS, LABELS, vectors)
    related = Classifier.fit(TEXTS, LABELS, vectors, kin=[["faq_duration", "clinic_hours", "unknown"]])
    text = "how long until what time"
    between, apart = (model.rank([text], encoder.encode([text]))[0] for model in (related, alone))
    assert {between[0].name, between[1].name} == {"faq_duration", "clinic_hours"}
    assert between[0].name == apart[0].name
    assert between[0].confidence > between[0].meant + 0.1
    assert apart[0].confidence == pytest.approx(apart[0].meant)


def test_long_vectors_of_many_phrases_are_cut_to_where_they_differ() -> None:
    random = np.random.RandomState(0)
    about = random.randint(0, 3, MANY)
    vectors = random.randn(MANY, 60).astype(np.float32) * 0.05
    vectors[np.arange(MANY), about] += 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [f"topic_{number}" for number in about]
    cut = Classifier.fit(["x"] * MANY, names, vectors, settings=ClassifierSettings(directions=10, folds=1))
    assert cut.arrays["vectors"].shape == (MANY, 10)
    assert np.mean([ranks[0].name == name for ranks, name in zip(
        cut.rank(["x"] * MANY, vectors), names, strict=True)]) > 0.99
    few = Classifier.fit(["x"] * 90, names[:90], vectors[:90], settings=ClassifierSettings(directions=10, folds=1))
    assert few.arrays["vectors"].shape == (90, 60)


def test_what_was_said_of_held_out_phrases_is_kept(classifier: Classifier) -> None:
    assert classifier.asked is not None
    rows, odds = classifier.asked
    assert odds.shape == (len(rows), len(classifier.intents)) and set(rows) <= set(range(len(TEXTS)))
    own = np.array([classifier.intents.index(LABELS[row]) for row in rows])
    away = np.isnan(odds[np.arange(len(rows)), own])
    assert 0 < away.sum() < len(rows)  # some intents were held out whole
    assert (np.nanargmax(odds, axis=1) == own)[~away].mean() > 0.5


def test_one_intent_is_not_enough(encoder: SentenceEncoder) -> None:
    with pytest.raises(ValueError, match="at least two intents"):
        Classifier.fit(["a", "b"], ["greet", "greet"], encoder.encode(["a", "b"]))


def test_two_phrases_are_enough_to_train(encoder: SentenceEncoder) -> None:
    tiny = Classifier.fit(["hello", "price"], ["greet", "faq_cost"], encoder.encode(["hello", "price"]))
    assert tiny.rank(["hello"], encoder.encode(["hello"]))[0][0].name == "greet"


@pytest.mark.parametrize(("cost", "confidence"), [(1, 0.0), (2, 0.5), (5, 0.8), (10, 0.9)])
def test_the_threshold_follows_from_the_cost_of_a_wrong_answer(cost: float, confidence: float) -> None:
    assert threshold(cost) == pytest.approx(confidence)


def test_ngram_rows_have_length_one_and_unknown_words_are_nothing() -> None:
    weights = NgramWeights.fit(["does it hurt", "price"])
    rows = weights.transform(["hurt", "What’s the PRICE", "zzz"]).toarray()
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 1, 0], atol=1e-6)


def test_a_typo_shares_ngrams_with_its_word() -> None:
    weights = NgramWeights.fit(["forehead", "price"])
    typo, forehead, price = weights.transform(["forhead", "forehead", "price"]).toarray()
    assert typo @ forehead > 0.4 > typo @ price
