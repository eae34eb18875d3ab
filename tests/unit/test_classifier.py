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
from assistant.nlu.ngrams import MANY, NgramCounts

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


def named(classifier: Classifier, encoder: SentenceEncoder, *texts: str) -> list[str]:
    """The intent that each text most likely means."""
    return [classifier.intents[best] for best in classifier.odds(texts, encoder.encode(texts)).meant.argmax(axis=1)]


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
    assert named(classifier, encoder, text) == [intent]


def test_training_twice_gives_the_same(classifier: Classifier, encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    again = Classifier.fit(TEXTS, LABELS, vectors)
    assert np.array_equal(again.odds(TEXTS, vectors).meant, classifier.odds(TEXTS, vectors).meant)


def test_the_order_of_the_phrases_does_not_decide(classifier: Classifier, encoder: SentenceEncoder) -> None:
    other = Classifier.fit(TEXTS[::-1], LABELS[::-1], encoder.encode(TEXTS)[::-1])
    texts = ["is this gonna hurt me", "what would it cost me"]
    assert named(other, encoder, *texts) == named(classifier, encoder, *texts)


def test_it_comes_back_from_disk_the_same_without_pickle(
    classifier: Classifier, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    classifier.save(tmp_path)
    texts = ["is it sore?", "zzz"]
    vectors = encoder.encode(texts)
    loaded = Classifier.load(tmp_path)
    assert np.array_equal(loaded.odds(texts, vectors).meant, classifier.odds(texts, vectors).meant)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json"}
    json.loads((tmp_path / "classifier.json").read_text())
    with np.load(tmp_path / "classifier.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


def test_doubt_between_kin_topics_is_no_doubt_about_the_answer(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    alone = Classifier.fit(TEXTS, LABELS, vectors)
    related = Classifier.fit(TEXTS, LABELS, vectors, kin=[["faq_duration", "clinic_hours", "unknown"]])
    text = "how long until what time"
    between, apart = (model.odds([text], encoder.encode([text])) for model in (related, alone))
    likeliest = between.meant[0].argsort()[-2:]
    assert {related.intents[number] for number in likeliest} == {"faq_duration", "clinic_hours"}
    assert (between.served[0] > between.meant[0] + 0.3)[likeliest].all()
    assert np.allclose(apart.served, apart.meant) and np.allclose(apart.meant, between.meant)


def test_long_vectors_of_many_phrases_are_cut_to_where_they_differ() -> None:
    random = np.random.RandomState(0)
    about = random.randint(0, 3, MANY)
    vectors = random.randn(MANY, 60).astype(np.float32) * 0.05
    vectors[np.arange(MANY), about] += 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [f"topic_{number}" for number in about]
    cut = Classifier.fit(["x"] * MANY, names, vectors, settings=ClassifierSettings(directions=10))
    assert cut.arrays["vectors"].shape == (MANY, 10)
    assert (cut.odds(["x"] * MANY, vectors).meant.argmax(axis=1) == about).mean() > 0.99
    few = Classifier.fit(["x"] * 90, names[:90], vectors[:90], settings=ClassifierSettings(directions=10))
    assert few.arrays["vectors"].shape == (90, 60)


def test_among_many_phrases_the_closest_is_found_without_reading_all(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.RandomState(0)
    middles = random.randn(30, 200) * np.geomspace(1, 0.1, 200)  # as in vectors of sentences, few directions tell most
    about = np.repeat([0, 1, 2], [2000, 1500, 100])
    vectors = (middles[random.randint(0, 10, len(about)) + 10 * about] + 0.1 * random.randn(len(about), 200))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    trained = Classifier.fit(["x"] * len(about), [f"topic_{number}" for number in about], vectors)
    moments = (((vectors - trained.arrays["middle"]) @ trained.arrays["evening"]) ** 2).sum(axis=0)
    assert (np.diff(moments) <= 1e-3 * moments[0]).all()  # the directions that tell most come first
    asked = vectors[::40] + 0.05 * random.randn(len(about) // 40, 200).astype(np.float32)
    texts = ["x"] * len(asked)
    few = np.concatenate([trained.odds(texts[:1], asked[row : row + 1]).meant for row in range(len(asked))])
    assert isinstance(trained._near(trained._even_out(asked[:1]), 0), np.ndarray)
    monkeypatch.setattr(trained, "_first", {})  # no intent has many
    every = trained.odds(texts, asked).meant
    assert isinstance(trained._near(trained._even_out(asked[:1]), 0), slice)
    assert (few.argmax(axis=1) == every.argmax(axis=1)).all()
    assert np.abs(few.max(axis=1) - every.max(axis=1)).mean() < 0.05


def test_a_message_is_told_the_same_alone_and_among_many(classifier: Classifier, encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    together = classifier.odds(TEXTS, vectors)
    for few in (1, 3):
        alone = classifier.odds(TEXTS[:few], vectors[:few])
        assert np.allclose(alone.meant, together.meant[:few], atol=1e-3)


def test_one_intent_is_not_enough(encoder: SentenceEncoder) -> None:
    with pytest.raises(ValueError, match="at least two intents"):
        Classifier.fit(["a", "b"], ["greet", "greet"], encoder.encode(["a", "b"]))


def test_two_phrases_are_enough_to_train(encoder: SentenceEncoder) -> None:
    tiny = Classifier.fit(["hello", "price"], ["greet", "faq_cost"], encoder.encode(["hello", "price"]))
    assert named(tiny, encoder, "hello") == ["greet"]


@pytest.mark.parametrize(("cost", "confidence"), [(1, 0.0), (2, 0.5), (5, 0.8), (10, 0.9)])
def test_the_threshold_follows_from_the_cost_of_a_wrong_answer(cost: float, confidence: float) -> None:
    assert threshold(cost) == pytest.approx(confidence)


def test_ngram_rows_have_length_one_and_unknown_words_are_nothing() -> None:
    weights, _ = NgramCounts.of(["does it hurt", "price"]).weights()
    rows = weights.transform(["hurt", "What’s the PRICE", "zzz"]).toarray()
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 1, 0], atol=1e-6)


def test_phrases_are_weighed_as_messages_are() -> None:
    texts = ["does it hurt", "it hurts", "what's the price", "does it, does it", ""]
    weights, rows = NgramCounts.of([*texts, "left out"])[np.arange(len(texts))].weights()
    assert np.allclose(rows.toarray(), weights.transform(texts).toarray(), atol=1e-6)
    assert not any("left" in ngram for ngram in weights.ngrams)


def test_an_ngram_that_stands_twice_counts_little_more_than_once() -> None:
    weights, _ = NgramCounts.of(["do it", "be"]).weights()
    row = weights.transform(["do do it"]).toarray()[0]
    assert row[weights.ngrams.index("do")] / row[weights.ngrams.index("it")] == pytest.approx(1 + np.log(2))


def test_a_typo_shares_ngrams_with_its_word() -> None:
    weights, _ = NgramCounts.of(["forehead", "price"]).weights()
    typo, forehead, price = weights.transform(["forhead", "forehead", "price"]).toarray()
    assert typo @ forehead > 0.4 > typo @ price
