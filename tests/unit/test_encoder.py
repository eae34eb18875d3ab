"""The sentence encoder: built from the published weights, checked, and refused when damaged."""
from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Callable

import numpy as np
import pytest

from assistant.making import BUILD
from assistant.nlu import build_encoder
from assistant.nlu import published as publishing
from assistant.nlu.adapter import (
    ADAPTER,
    ALARM_ADAPTER,
    SEEN,
    THOROUGH_ADAPTER,
    adapted,
    for_thorough_look,
    head,
    kept_back,
    unseen,
    write,
    write_narrow,
)
from assistant.nlu.artefacts import replacing
from assistant.nlu.build_encoder import ensure_encoder, quantise, reference, write_encoder
from assistant.nlu.encoder import EncoderError, EncoderGraph, SentenceEncoder
from assistant.nlu.encoder_graph import distances
from assistant.nlu.phrases import read
from assistant.nlu.published import MINILM, MPNET, published
from assistant.settings import ROOT

NO_PACKAGES = {MINILM: ("no-such-package",), MPNET: ("no-such-package",)}


@pytest.fixture(scope="module")
def built() -> Path:
    return ensure_encoder(BUILD / "encoder")


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "encoder"))


@pytest.mark.parametrize("name", [MINILM, MPNET])
def test_without_an_adapter_it_gives_the_vectors_of_the_published_model(tmp_path: Path, name: str) -> None:
    texts, truth = reference(name)
    vectors = unadapted(tmp_path, name).encode(texts)
    assert (vectors * truth).sum(axis=1).min() > 0.97


@pytest.mark.parametrize("name", ["quick.onnx", "thorough.onnx", "alarm.onnx"])
def test_weights_have_no_sign_since_products_of_signed_ones_overflow_on_some_processors(built: Path, name: str) -> None:
    import onnx

    weights = [tensor for tensor in onnx.load(str(built / name)).graph.initializer if len(tensor.dims) == 2]
    kinds = {tensor.data_type for tensor in weights if tensor.data_type != onnx.TensorProto.FLOAT}
    assert kinds == {onnx.TensorProto.UINT8}


def unadapted(folder: Path, name: str) -> EncoderGraph:
    found = published(name)
    (folder / "tokenizer.json").write_bytes(found.tokenizer)
    exact = write_encoder(found.tensors, found.config, folder / "exact.onnx")
    return EncoderGraph(quantise(exact, folder / "graph.onnx"), folder / "tokenizer.json")


def test_the_adapter_brings_together_what_visitors_mean_alike(built: Path, tmp_path: Path) -> None:
    phrases = read(ROOT / "data" / "nlu")
    never_learned = [row for row, text in enumerate(phrases.texts) if kept_back(text)][::3]
    texts, labels = [phrases.texts[row] for row in never_learned], phrases.labels[never_learned]

    def share_whose_nearest_asks_the_same(encoder: SentenceEncoder | EncoderGraph) -> float:
        vectors = encoder.encode(texts)
        alike = vectors @ vectors.T
        np.fill_diagonal(alike, -1)
        return float((labels[alike.argmax(axis=1)] == labels).mean())

    published_share = share_whose_nearest_asks_the_same(unadapted(tmp_path, MINILM))
    assert share_whose_nearest_asks_the_same(SentenceEncoder.load(built)) > published_share + 0.05


def test_tokens_at_a_distance_are_told_apart_more_coarsely() -> None:
    buckets = distances(128)
    assert buckets.shape == (128, 128) and (np.diag(buckets) == 0).all()
    assert len(set(buckets[0, 1:9])) == 8 and len(set(buckets[0, 64:])) < 4
    assert not set(buckets[0, 1:]) & set(buckets[1:, 0])  # before and after are not the same


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
    write(tmp_path / "adapter.npz", changes, ["does it hurt"])
    found = adapted(weights, tmp_path / "adapter.npz")
    for name, change in changes.items():
        error = found[name] - weights[name] - change
        assert np.linalg.norm(error) < 0.15 * np.linalg.norm(change)
    assert found["table"] is weights["table"]
    with pytest.raises(KeyError):
        adapted({"table": weights["table"]}, tmp_path / "adapter.npz")


def test_narrow_matrices_come_back_nearly_as_they_were_written(tmp_path: Path) -> None:
    random = np.random.RandomState(0)
    weights = {"matrix": random.randn(6, 8).astype(np.float32), "table": random.randn(3, 2).astype(np.float32)}
    up, down = random.randn(6, 2).astype(np.float32), random.randn(2, 8).astype(np.float32) * 0.1
    direction = random.randn(7).astype(np.float32)
    write_narrow(tmp_path / "adapter.npz", {"matrix": (up, down)}, ["does it hurt"], head=direction)
    assert np.array_equal(head(tmp_path / "adapter.npz"), direction)
    found = adapted(weights, tmp_path / "adapter.npz", strength=0.5)
    error = found["matrix"] - weights["matrix"] - 0.5 * up @ down
    assert np.linalg.norm(error) < 0.02 * np.linalg.norm(up @ down)
    assert found["table"] is weights["table"]


def test_the_adapter_has_seen_no_phrase_that_is_kept_back() -> None:
    texts = [f"an invented phrase, number {number}" for number in range(700)]
    assert unseen(texts).all()
    assert 50 < sum(map(kept_back, texts)) < 150
    phrases = read(ROOT / "data" / "nlu").texts
    known = ~unseen(phrases)
    with np.load(ADAPTER) as field, np.load(THOROUGH_ADAPTER) as thorough, np.load(ALARM_ADAPTER) as alarm:
        # what one has seen, those that are learned quicker have too; some was spelled otherwise then
        assert np.isin(thorough[SEEN], field[SEEN]).mean() > 0.99
        assert np.isin(field[SEEN], thorough[SEEN]).mean() > 0.95  # nor is the slowest far behind
        assert np.isin(field[SEEN], alarm[SEEN]).mean() > 0.99
    assert known.mean() > 0.5  # an adapter that fits data/nlu no longer is to be learned anew
    assert not any(kept_back(text) for text, seen in zip(phrases, known, strict=True) if seen)


def test_the_thorough_look_learns_from_what_is_new_to_its_encoder_and_from_a_few_others_of_every_intent() -> None:
    new = [f"an invented phrase, number {number}" for number in range(100)]
    assert for_thorough_look(new, ["greet"] * 100).all()
    phrases = read(ROOT / "data" / "nlu")
    chosen = for_thorough_look(phrases.texts, list(phrases.labels))
    assert chosen[unseen(phrases.texts)].all()
    assert 0.2 < chosen.mean() < 0.5
    few = [text for text, old in zip(phrases.texts, ~chosen, strict=True) if old][:20]
    assert for_thorough_look(few, ["greet"] * 20).all()


@pytest.mark.parametrize(("name", "file"), [
    ("ADAPTER", ADAPTER), ("THOROUGH_ADAPTER", THOROUGH_ADAPTER), ("ALARM_ADAPTER", ALARM_ADAPTER),
])
def test_another_adapter_builds_the_encoder_again(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: Path
) -> None:
    (tmp_path / "adapter.npz").write_bytes(file.read_bytes() + b"another")
    monkeypatch.setattr(build_encoder, name, tmp_path / "adapter.npz")
    monkeypatch.setattr(publishing, "PACKAGES", NO_PACKAGES)
    with pytest.raises(EncoderError, match="not installed"):
        ensure_encoder(copy)


def test_vectors_have_length_one_and_come_in_the_order_of_the_texts(built: Path) -> None:
    encoder = SentenceEncoder.load(built)
    texts = ["how long does it last after the second visit in spring?", "price", "does it hurt?"]
    vectors = encoder.encode(texts)
    thorough = encoder.encode_thoroughly(texts)
    assert vectors.shape == (3, 384) and thorough.shape == (3, 768) and vectors.dtype == thorough.dtype == np.float32
    for found in (vectors, thorough):
        assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    alone = np.array([encoder.encode_one(text) for text in texts])
    assert np.array_equal((vectors @ alone.T).argmax(axis=1), [0, 1, 2])
    alone = np.vstack([encoder.encode_thoroughly([text]) for text in texts])
    assert np.array_equal(thorough, alone)
    many = encoder.encode_thoroughly([*texts, *(f"how about {number} weeks and a half" for number in range(29))])[:3]
    assert np.array_equal(many, alone)


def test_no_texts_give_no_vectors(built: Path) -> None:
    assert SentenceEncoder.load(built).encode([]).shape == (0, 384)


def test_the_quotes_of_phones_make_no_difference(built: Path) -> None:
    encoder = SentenceEncoder.load(built)
    assert np.array_equal(encoder.encode_one("what’s it cost"), encoder.encode_one("what's it cost"))


def test_text_beyond_128_tokens_is_cut_not_refused(built: Path) -> None:
    encoder = SentenceEncoder.load(built)
    assert np.allclose(encoder.encode_one("skin " * 126), encoder.encode_one("skin " * 4000))


def test_one_place_is_loaded_once(built: Path) -> None:
    assert SentenceEncoder.load(built) is SentenceEncoder.load(str(built))


@pytest.mark.parametrize("name", ["quick.onnx", "thorough.onnx", "alarm_head.npy", "tokenizer.json", "manifest.json"])
def test_a_damaged_file_is_named_with_what_to_do(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"broken")
    with pytest.raises(EncoderError, match=rf"{name}.*make setup"):
        SentenceEncoder(copy)


def test_a_missing_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="make setup"):
        SentenceEncoder(tmp_path / "nowhere")


def test_a_whole_encoder_is_not_built_again(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "PACKAGES", NO_PACKAGES)
    assert ensure_encoder(copy) == copy


def test_a_damaged_encoder_is_built_again(built: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(target: Path, progress: Callable[[str], None]) -> None:
        """Give what `make setup` built: once more would take minutes."""
        progress("building")
        shutil.copytree(built, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("manifest.json"))

    (copy / "tokenizer.json").write_text("{}")
    monkeypatch.setattr(build_encoder, "_build", build)
    steps: list[str] = []
    ensure_encoder(copy, progress=steps.append)
    SentenceEncoder(copy)
    assert "damaged" in steps[0] and len(steps) > 1


def test_without_the_weights_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PACKAGES", NO_PACKAGES)
    with pytest.raises(EncoderError, match="uv sync --group build"):
        ensure_encoder(tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()


def test_other_weights_than_the_published_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forged/model").mkdir(parents=True)
    for file in ("config.json", "tokenizer.json", "model.safetensors"):
        (tmp_path / "forged/model" / file).write_bytes(b"other weights")
    information = tmp_path / "forged-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Name: forged\nVersion: 1\n")
    names = ("config.json", "tokenizer.json", "model.safetensors")
    (information / "RECORD").write_text("".join(f"forged/model/{file},,\n" for file in names))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(publishing, "PACKAGES", {MINILM: ("forged",), MPNET: ("forged",)})
    with pytest.raises(EncoderError, match=f"{MINILM} are not the published ones.*--reinstall-package forged"):
        ensure_encoder(tmp_path / "encoder")


@pytest.mark.parametrize("spoiled", ["no archive at all", "an archive without the weights"])
def test_parts_that_do_not_make_the_archive_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    content = whole.getvalue() if "without" in spoiled else b"no archive"
    for part in (1, 2):
        (tmp_path / f"part_{part}").mkdir()
        half = content[: len(content) // 2] if part == 1 else content[len(content) // 2 :]
        (tmp_path / f"part_{part}" / f"weights.zip.00{part}").write_bytes(half)
        information = tmp_path / f"part_{part}-1.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Name: part_{part}\nVersion: 1\n")
        (information / "RECORD").write_text(f"part_{part}/weights.zip.00{part},,\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(publishing, "PACKAGES", {MPNET: ("part_1", "part_2")})
    with pytest.raises(EncoderError, match=r"not the published ones.*--reinstall-package part_1"):
        published(MPNET)


def test_a_build_that_fails_leaves_the_old_folder_and_no_rubbish(tmp_path: Path) -> None:
    place = tmp_path / "encoder"
    with replacing(place) as fresh:
        (fresh / "file").write_text("old")
    with pytest.raises(OSError, match="disk full"), replacing(place) as fresh:
        (fresh / "file").write_text("half")
        raise OSError("disk full")
    assert (place / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["encoder"]
