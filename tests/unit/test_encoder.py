"""The sentence encoder: built from the published weights, checked, and refused when damaged."""
from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.making import BUILD
from assistant.nlu import build_encoder
from assistant.nlu.adapter import ADAPTER, ALARM_ADAPTER, SEEN, adapted, head, kept_back, unseen, write
from assistant.nlu.artefacts import replacing
from assistant.nlu.build_encoder import REFERENCE, ensure_encoder, published_encoder, write_encoder
from assistant.nlu.encoder import EncoderError, SentenceEncoder
from assistant.nlu.phrases import read
from assistant.settings import ROOT


@pytest.fixture(scope="module")
def built() -> Path:
    return ensure_encoder(BUILD / "encoder")


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "encoder"))


def test_without_the_adapter_it_gives_the_vectors_of_the_published_model(tmp_path: Path) -> None:
    source, weights = published_encoder()
    write_encoder([weights], source, tmp_path / "published", small=True)
    sentences = json.loads(REFERENCE.read_text(encoding="utf-8"))["sentences"]
    truth = np.array([item["vector"] for item in sentences])
    vectors = SentenceEncoder.load(tmp_path / "published").encode([item["text"] for item in sentences])
    assert (vectors * truth).sum(axis=1).min() > 0.97


def test_the_adapter_brings_together_what_visitors_mean_alike(built: Path, tmp_path: Path) -> None:
    source, weights = published_encoder()
    write_encoder([weights], source, tmp_path / "published", small=True)
    phrases = read(ROOT / "data" / "nlu")
    never_learned = [row for row, text in enumerate(phrases.texts) if kept_back(text)][::3]
    texts, labels = [phrases.texts[row] for row in never_learned], phrases.labels[never_learned]

    def share_whose_nearest_asks_the_same(place: Path) -> float:
        vectors = SentenceEncoder.load(place).encode(texts)
        alike = vectors @ vectors.T
        np.fill_diagonal(alike, -1)
        return float((labels[alike.argmax(axis=1)] == labels).mean())

    assert share_whose_nearest_asks_the_same(built) > share_whose_nearest_asks_the_same(tmp_path / "published") + 0.05


def test_two_encoders_give_their_vectors_side_by_side(built: Path, tmp_path: Path) -> None:
    source, weights = published_encoder()
    texts = ["does it hurt?", "how long does it last after the second visit in spring?"]
    both = SentenceEncoder.load(built).encode(texts)
    for name, half, branch in (("first", both[:, :384], weights), ("second", both[:, 384:], adapted(weights))):
        write_encoder([branch], source, tmp_path / name, small=True)
        alone = SentenceEncoder(tmp_path / name).encode(texts)
        assert np.allclose(half * np.sqrt(2), alone, atol=0.02)


def test_the_alarm_graph_tells_a_sign_from_what_only_looks_like_one(built: Path) -> None:
    phrases = read(ROOT / "data" / "nlu")
    rows = [row for row, text in enumerate(phrases.texts) if kept_back(text) and phrases.writers[row][:5] == "pairs"]
    odds = SentenceEncoder.load(built).alarm_odds([phrases.texts[row] for row in rows])
    alarms = phrases.labels[rows] == "red_flag"
    assert min(alarms.sum(), (~alarms).sum()) > 300
    assert (odds[alarms] > 0).mean() > 0.8 and (odds[~alarms] > 0).mean() < 0.15


def test_an_adapter_comes_back_nearly_as_it_was_written(tmp_path: Path) -> None:
    random = np.random.RandomState(0)
    weights = {"matrix": random.randn(6, 8).astype(np.float32), "vector": random.randn(8).astype(np.float32),
               "table": random.randn(3, 2).astype(np.float32)}
    changes = {name: random.randn(*weights[name].shape).astype(np.float32) * 0.01 for name in ("matrix", "vector")}
    direction = random.randn(9).astype(np.float32)
    write(tmp_path / "adapter.npz", changes, ["does it hurt"], head=direction)
    assert np.array_equal(head(tmp_path / "adapter.npz"), direction)
    found = adapted(weights, tmp_path / "adapter.npz")
    for name, change in changes.items():
        error = found[name] - weights[name] - change
        assert np.linalg.norm(error) < 0.15 * np.linalg.norm(change)
    assert found["table"] is weights["table"]
    with pytest.raises(KeyError):
        adapted({"table": weights["table"]}, tmp_path / "adapter.npz")


def test_the_adapter_has_seen_no_phrase_that_is_kept_back() -> None:
    texts = [f"an invented phrase, number {number}" for number in range(700)]
    assert unseen(texts).all()
    assert 50 < sum(map(kept_back, texts)) < 150
    phrases = read(ROOT / "data" / "nlu").texts
    known = ~unseen(phrases)
    with np.load(ADAPTER) as field, np.load(ALARM_ADAPTER) as alarm:
        assert np.array_equal(field[SEEN], alarm[SEEN])  # what one has seen, the other has
    assert known.mean() > 0.5  # an adapter that fits data/nlu no longer is to be learned anew
    assert not any(kept_back(text) for text, seen in zip(phrases, known, strict=True) if seen)


@pytest.mark.parametrize(("name", "file"), [("ADAPTER", ADAPTER), ("ALARM_ADAPTER", ALARM_ADAPTER)])
def test_another_adapter_builds_the_encoder_again(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: Path
) -> None:
    (tmp_path / "adapter.npz").write_bytes(file.read_bytes() + b"another")
    monkeypatch.setattr(build_encoder, name, tmp_path / "adapter.npz")
    monkeypatch.setattr(build_encoder, "WEIGHTS_PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match="not installed"):
        ensure_encoder(copy)


def test_vectors_have_length_one_and_come_in_the_order_of_the_texts(built: Path) -> None:
    encoder = SentenceEncoder.load(built)
    texts = ["how long does it last after the second visit in spring?", "price", "does it hurt?"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (3, 768) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.array([encoder.encode_one(text) for text in texts])
    assert np.array_equal((vectors @ alone.T).argmax(axis=1), [0, 1, 2])


def test_no_texts_give_no_vectors(built: Path) -> None:
    assert SentenceEncoder.load(built).encode([]).shape == (0, 768)


def test_the_quotes_of_phones_make_no_difference(built: Path) -> None:
    encoder = SentenceEncoder.load(built)
    assert np.array_equal(encoder.encode_one("what’s it cost"), encoder.encode_one("what's it cost"))


def test_text_beyond_128_tokens_is_cut_not_refused(built: Path) -> None:
    encoder = SentenceEncoder.load(built)
    assert np.allclose(encoder.encode_one("skin " * 126), encoder.encode_one("skin " * 4000))


def test_one_place_is_loaded_once(built: Path) -> None:
    assert SentenceEncoder.load(built) is SentenceEncoder.load(str(built))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "manifest.json"])
def test_a_damaged_file_is_named_with_what_to_do(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"broken")
    with pytest.raises(EncoderError, match=rf"{name}.*make setup"):
        SentenceEncoder(copy)


def test_a_missing_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="make setup"):
        SentenceEncoder(tmp_path / "nowhere")


def test_a_whole_encoder_is_not_built_again(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_encoder, "WEIGHTS_PACKAGE", "no_such_package")
    assert ensure_encoder(copy) == copy


def test_a_damaged_encoder_is_built_again(copy: Path) -> None:
    (copy / "tokenizer.json").write_text("{}")
    steps: list[str] = []
    ensure_encoder(copy, progress=steps.append)
    SentenceEncoder(copy)
    assert "damaged" in steps[0] and len(steps) > 1


def test_without_the_weights_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_encoder, "WEIGHTS_PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match="uv sync --group build"):
        ensure_encoder(tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()


def test_other_weights_than_the_published_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forged_weights/model").mkdir(parents=True)
    (tmp_path / "forged_weights/__init__.py").touch()
    (tmp_path / "forged_weights/model/model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(build_encoder, "WEIGHTS_PACKAGE", "forged_weights")
    with pytest.raises(EncoderError, match="not the published ones"):
        ensure_encoder(tmp_path / "encoder")


def test_a_build_that_fails_leaves_the_old_folder_and_no_rubbish(tmp_path: Path) -> None:
    place = tmp_path / "encoder"
    with replacing(place) as fresh:
        (fresh / "file").write_text("old")
    with pytest.raises(OSError, match="disk full"), replacing(place) as fresh:
        (fresh / "file").write_text("half")
        raise OSError("disk full")
    assert (place / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["encoder"]
