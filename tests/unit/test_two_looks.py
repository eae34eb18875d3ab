"""Two looks at a message: the quick one decides what it is sure of, the thorough one is asked about the rest."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.making import BUILD
from assistant.nlu.build_encoder import ensure_encoder
from assistant.nlu.classifier import Classifier
from assistant.nlu.encoder import SentenceEncoder
from assistant.nlu.two_looks import Look, Ranked, Settings, TwoLooks
from tests.unit.test_classifier import LABELS, TEXTS


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load(ensure_encoder(BUILD / "encoder"))


@pytest.fixture(scope="module")
def pair(encoder: SentenceEncoder) -> TwoLooks:
    return fit(encoder)


def fit(
    encoder: SentenceEncoder, texts: list[str] = TEXTS, labels: list[str] = LABELS, **settings: float
) -> TwoLooks:
    return TwoLooks.fit(
        texts, labels, encoder.encode(texts), encoder.encode_thoroughly(texts), settings=Settings(**settings),
    )


def rank(pair: TwoLooks, encoder: SentenceEncoder, *texts: str, most: int = 10) -> list[list[Ranked]]:
    return pair.ranking(pair.odds(texts, encoder.encode(texts), looking(encoder, texts)), most=most)


def looking(encoder: SentenceEncoder, texts: Sequence[str]) -> Look:
    return lambda rows: encoder.encode_thoroughly([texts[row] for row in rows])


def test_it_is_sure_of_what_it_has_learned_and_not_of_strangers(encoder: SentenceEncoder) -> None:
    doubtful = fit(encoder, stranger_share=0.2)
    known, *strangers = (
        ranks[0] for ranks in
        rank(doubtful, encoder, "does it hurt", "my landlord wants to see the lease again", "asdf qwerty")
    )
    assert known.name == "faq_pain" and known.confidence > 0.85
    assert all(best.name == "out_of_scope" or best.confidence < 0.6 for best in strangers)


def test_without_out_of_scope_phrases_a_stranger_is_doubted(encoder: SentenceEncoder) -> None:
    known = [(text, label) for text, label in zip(TEXTS, LABELS, strict=True) if label != "out_of_scope"]
    alone = fit(encoder, [text for text, _ in known], [label for _, label in known])
    known_one, stranger = (ranks[0].confidence for ranks in rank(alone, encoder, "does it hurt", "who won the game"))
    assert known_one > 0.7 and stranger < 0.5


def test_a_ranking_falls_and_is_as_long_as_asked(pair: TwoLooks, encoder: SentenceEncoder) -> None:
    [ranks] = rank(pair, encoder, "price", most=3)
    confidences = [item.confidence for item in ranks]
    assert len(ranks) == 3 and confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)


def test_only_what_is_in_doubt_is_looked_at_again_and_parts_never() -> None:
    corners = np.eye(3, dtype=np.float32)
    labels = ["faq_cost", "faq_pain", "greet"] * 30
    pair = TwoLooks.fit(["x"] * 90, labels, corners[[0, 1, 2] * 30], corners[[0, 1, 2] * 30])
    between = (corners[1] + corners[2]) / np.sqrt(2)
    looked: list[int] = []

    def look(rows: list[int]) -> np.ndarray:
        looked.extend(rows)
        return corners[[2] * len(rows)]

    vectors = np.array([corners[0], between, between])
    first = pair.odds(["x"] * 3, vectors, look)
    assert looked == [1, 2]
    assert [ranks[0].name for ranks in pair.ranking(first)] == ["faq_cost", "greet", "greet"]
    parts = pair.quick_odds(["x"] * 3, vectors)
    assert np.allclose(parts.meant[0], first.meant[0]) and not np.allclose(parts.meant[1], first.meant[1])


def test_a_second_look_decides_what_the_first_leaves_open() -> None:
    """The first sees the same vector everywhere and one word everywhere: it knows nothing."""
    labels = ["greet", "faq_pain"] * 30
    blind, seeing = np.full((60, 4), 0.5, np.float32), np.eye(2, dtype=np.float32)[[0, 1] * 30]
    pair = TwoLooks.fit(["x"] * 60, labels, blind, seeing)
    odds = pair.odds(["x", "x"], blind[:2], lambda rows: seeing[[0, 1]][rows])
    assert [ranks[0].name for ranks in pair.ranking(odds)] == ["greet", "faq_pain"]


def test_it_comes_back_from_disk_the_same_without_pickle(
    pair: TwoLooks, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    pair.save(tmp_path)
    pair.save(tmp_path)  # over what was there
    texts = ("is it sore?", "zzz")
    loaded = TwoLooks.load(tmp_path)
    before, after = (
        one.odds(texts, encoder.encode(texts), looking(encoder, texts)) for one in (pair, loaded)
    )
    assert np.array_equal(before.meant, after.meant) and np.array_equal(before.served, after.served)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".npz", ".npy", ".json"}


def test_what_was_said_of_held_out_phrases_is_kept(pair: TwoLooks) -> None:
    assert pair.asked is not None
    rows, meant = pair.asked
    assert meant.shape == (len(rows), len(pair.intents)) and set(rows) <= set(range(len(TEXTS)))
    own = np.array([pair.intents.index(LABELS[row]) for row in rows])
    away = np.isnan(meant[np.arange(len(rows)), own])
    assert 0 < away.sum() < len(rows)  # some intents were held out whole
    assert (np.nanargmax(meant, axis=1) == own)[~away].mean() > 0.5


def test_phrases_that_are_left_out_of_learning_confidence_are_not_asked(encoder: SentenceEncoder) -> None:
    unseen = np.arange(len(TEXTS)) % 2 == 0
    pair = TwoLooks.fit(
        TEXTS, LABELS, encoder.encode(TEXTS), encoder.encode_thoroughly(TEXTS), unseen=unseen,
    )
    assert pair.asked is not None and unseen[pair.asked.rows].all()


def test_the_thorough_look_may_learn_from_a_part_of_the_phrases_and_only_that_part_is_asked() -> None:
    random = np.random.RandomState(0)
    labels = [f"topic_{number % 4}" for number in range(200)]
    corners = np.eye(4, dtype=np.float32)[[number % 4 for number in range(200)]]
    blind = np.ones((200, 3), dtype=np.float32) / np.sqrt(3)
    rows = np.sort(random.choice(200, 60, replace=False))
    pair = TwoLooks.fit(["x"] * 200, labels, blind, corners[rows], thorough_rows=rows)
    assert pair.asked is not None and set(pair.asked.rows) <= set(rows)
    ranks = pair.ranking(pair.odds(["x"] * 4, blind[:4], lambda asked: np.eye(4, dtype=np.float32)[asked]))
    assert [best.name for best, *_ in ranks] == ["topic_0", "topic_1", "topic_2", "topic_3"]


def test_confidence_is_learned_where_all_that_can_be_asked_are_strangers() -> None:
    corners = np.eye(4, dtype=np.float32)
    pair = TwoLooks.fit(list("abcd"), list("abcd"), corners, corners)
    [ranks] = pair.ranking(pair.odds(["a"], corners[:1], lambda rows: corners[rows]))
    assert ranks[0].name == "a" and 0 < ranks[0].confidence < 1


def test_alarms_are_never_held_out_whole() -> None:
    random = np.random.RandomState(0)
    labels = [f"topic_{number % 8}" for number in range(160)] + ["red_flag"] * 40
    vectors = random.randn(200, 6).astype(np.float32)
    asked = TwoLooks.fit(["x"] * 200, labels, vectors, vectors).asked
    assert asked is not None
    own = np.array([sorted(set(labels)).index(labels[row]) for row in asked.rows])
    alarms = np.array([labels[row] == "red_flag" for row in asked.rows])
    away = np.isnan(asked.meant[np.arange(len(own)), own])
    assert alarms.any() and not away[alarms].any() and away[~alarms].any()


def test_two_that_know_different_intents_are_no_pair(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["a", "b"])
    one, other = (Classifier.fit(["a", "b"], labels, vectors) for labels in (["x", "y"], ["x", "z"]))
    with pytest.raises(ValueError, match="same intents"):
        TwoLooks(one, other, np.ones((2, 2)), 0.9)


def test_one_intent_is_not_enough(encoder: SentenceEncoder) -> None:
    with pytest.raises(ValueError, match="at least two intents"):
        fit(encoder, ["a", "b"], ["greet", "greet"])


def test_two_phrases_are_enough_to_train(encoder: SentenceEncoder) -> None:
    [ranks] = rank(fit(encoder, ["hello", "price"], ["greet", "faq_cost"]), encoder, "hello")
    assert ranks[0].name == "greet"
