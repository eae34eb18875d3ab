"""Vectors kept between trainings: nothing is encoded twice, and a bad file costs time, not the training."""
from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from assistant.making import BUILD
from assistant.nlu.adapter import for_thorough_look
from assistant.nlu.artefacts import write_manifest
from assistant.nlu.build_encoder import ensure_encoder
from assistant.nlu.encoder import ALARM_FILE, MADE_FROM, QUICK_FILE, THOROUGH_FILE, SentenceEncoder, Vectors
from assistant.nlu.kept_vectors import FOLDER, SHIPPED, KeptVectors, file_names, kept_vectors
from assistant.nlu.phrases import read
from assistant.settings import ROOT

TEXTS = ["does it hurt", "how long does it last", "does it hurt"]


class Encoder:
    """Says of each text how long it is, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return np.array([[len(text), -len(text)] for text in texts], dtype=np.float32)


def lengths(vectors: Vectors) -> list[int]:
    """The lengths of texts an `Encoder` has told."""
    assert vectors.dtype == np.float32 and (vectors[:, 1:] == -vectors[:, :1]).all()
    assert vectors[:, 0] == pytest.approx(np.rint(vectors[:, 0]), rel=1e-6)
    return [round(float(length)) for length in vectors[:, 0]]


def test_each_text_is_encoded_once_and_kept_for_the_next_training(tmp_path: Path) -> None:
    encode, file = Encoder(), tmp_path / "vectors" / "quick.npz"
    assert lengths(KeptVectors(file, encode)(TEXTS)) == [12, 21, 12]
    assert lengths(KeptVectors(file, encode)([*TEXTS[::-1], "new"])) == [12, 21, 12, 3]
    assert [sorted(asked) for asked in encode.asked] == [sorted(set(TEXTS)), ["new"]]
    assert [path.name for path in file.parent.iterdir()] == ["quick.npz"]


def test_what_a_clone_comes_with_is_neither_encoded_nor_kept_again(tmp_path: Path) -> None:
    shipped, file, encode = tmp_path / "shipped.npz", tmp_path / "vectors" / "quick.npz", Encoder()
    made = KeptVectors(tmp_path / "made.npz", encode)
    made(["gone", *TEXTS])
    assert made.write(shipped, [*TEXTS, "not asked yet"]) == 2
    assert lengths(KeptVectors(file, encode, shipped=shipped)(TEXTS)) == [12, 21, 12]
    assert len(encode.asked) == 1 and not file.exists()
    assert lengths(KeptVectors(file, encode, shipped=shipped)([*TEXTS, "new", "gone"])) == [12, 21, 12, 3, 4]
    assert encode.asked[1:] == [["gone", "new"]] or encode.asked[1:] == [["new", "gone"]]
    assert lengths(KeptVectors(file, encode)(["new", "gone"])) == [3, 4] and len(encode.asked) == 2
    KeptVectors(file, encode)(TEXTS)
    assert len(encode.asked) == 3, "what was shipped is not in the file beside it"


def test_rounded_vectors_keep_their_direction(tmp_path: Path) -> None:
    vectors = np.random.RandomState(1).randn(50, 384).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"text {row}" for row in range(50)]
    kept = KeptVectors(tmp_path / "quick.npz", lambda asked: vectors[[texts.index(text) for text in asked]])(texts)
    assert ((kept * vectors).sum(axis=1) / np.linalg.norm(kept, axis=1)).min() > 0.999


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"PK\x03\x04" + bytes(200)])
def test_a_damaged_file_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "quick.npz"
    file.write_bytes(content)
    assert lengths(KeptVectors(file, Encoder())(TEXTS[:1])) == [12]
    encode = Encoder()
    KeptVectors(file, encode)(TEXTS[:1])
    assert not encode.asked


def test_a_bit_that_has_turned_counts_as_damage(tmp_path: Path) -> None:
    file, texts = tmp_path / "quick.npz", [str(number) * 3 for number in range(500)]
    KeptVectors(file, Encoder())(texts)
    content = file.read_bytes()
    for place in range(200, len(content), len(content) // 9):
        file.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1:])
        assert lengths(KeptVectors(file, Encoder())(texts)) == [len(text) for text in texts]
    for place in (8, 10):  # in the directory at the end: "encrypted", and packed in a way that nobody knows
        place += content.index(b"PK\x01\x02")
        file.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1:])
        assert lengths(KeptVectors(file, Encoder())(texts)) == [len(text) for text in texts]


def test_what_cannot_be_written_is_given_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "vectors").write_text("a file where the folder belongs", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert lengths(KeptVectors(tmp_path / "vectors" / "quick.npz", Encoder())(["ab"])) == [2]
    assert "not kept for the next training" in caplog.text


def test_what_each_graph_says_is_kept_until_it_changes(tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    names, asked = [], []
    for made_from in ("one", "another"):
        graphs = {QUICK_FILE: made_from, THOROUGH_FILE: "large", ALARM_FILE: "alarms"}
        write_manifest(folder, **{MADE_FROM: graphs})
        quick, thorough, told = Encoder(), Encoder(), Encoder()
        encoder = SimpleNamespace(
            directory=folder, encode=quick, encode_thoroughly=thorough,
            alarm_odds=lambda texts, told=told: told(texts)[:, 0],
        )
        kept = kept_vectors(cast(SentenceEncoder, encoder), shipped=tmp_path / "nothing")
        for vectors in kept:
            vectors(TEXTS)
        assert lengths(kept.alarm_odds(TEXTS)) == [12, 21, 12]
        asked.append([len(graph.asked) for graph in (quick, thorough, told)])
        names.append({path.name for path in (tmp_path / FOLDER).iterdir()})
    assert asked == [[1, 1, 1], [1, 0, 0]]
    assert [len(one) for one in names] == [3, 3] and len(names[0] & names[1]) == 2


def test_a_clone_comes_with_what_its_encoders_say_of_its_phrases(tmp_path: Path) -> None:
    encoder = SentenceEncoder.load(ensure_encoder(BUILD / "encoder"))
    phrases = read(ROOT / "data" / "nlu")
    texts = phrases.corrected()
    again = "run `make setup`, then `python -m assistant.nlu.ship_vectors`, and commit data/vectors"
    names = file_names(encoder)
    assert {path.name for path in SHIPPED.glob("*.npz")} == set(names), f"an encoder has changed: {again}"
    of_thorough = [texts[row] for row in np.flatnonzero(for_thorough_look(texts, list(phrases.labels)))]
    read_by = ((texts, encoder.encode), (of_thorough, encoder.encode_thoroughly))
    for name, (needed, encode) in zip(names, read_by, strict=False):
        asked: list[str] = []

        def remember(new: Sequence[str], asked: list[str] = asked, name: str = name) -> Vectors:
            asked.extend(new)
            return np.ones((len(new), 384 if name == names[0] else 768), dtype=np.float32)

        KeptVectors(tmp_path / name, remember, shipped=SHIPPED / name)(needed)
        assert len(asked) < 0.05 * len(needed), f"data/nlu has grown by {len(asked)} phrases: {again}"
        some = [text for text in needed[:: len(needed) // 20] if text not in set(asked)]
        shipped = KeptVectors(tmp_path / "some.npz", remember, shipped=SHIPPED / name)(some)
        cosines = (shipped * encode(some)).sum(axis=1) / np.linalg.norm(shipped, axis=1)
        assert cosines.min() > 0.99, f"texts are encoded otherwise: raise RECIPE in build_encoder.py, {again}"
    odds = KeptVectors(tmp_path / names[2], lambda new: np.zeros((len(new), 1), dtype=np.float32),
                       shipped=SHIPPED / names[2])
    assert odds.write(tmp_path / "odds.npz", texts) > 1000, again
