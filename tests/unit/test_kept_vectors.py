"""Vectors kept between trainings: nothing is encoded twice, and a bad file costs time, not the training."""
from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from assistant.nlu.artefacts import write_manifest
from assistant.nlu.encoder import ALARM_FILE, ALARM_HEAD_FILE, QUICK_FILE, THOROUGH_FILE, SentenceEncoder, Vectors
from assistant.nlu.kept_vectors import FOLDER, KeptVectors, kept_vectors

TEXTS = ["does it hurt", "how long does it last", "does it hurt"]


class Encoder:
    """Says of each text how long it is, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return np.array([[len(text), 0.5] for text in texts], dtype=np.float32)


def test_each_text_is_encoded_once_and_kept_for_the_next_training(tmp_path: Path) -> None:
    encode, file = Encoder(), tmp_path / "vectors" / "quick.npz"
    first = KeptVectors(file, encode)(TEXTS)
    assert first.tolist() == [[12, 0.5], [21, 0.5], [12, 0.5]]
    assert first.dtype == np.float32
    again = KeptVectors(file, encode)([*TEXTS[::-1], "new"])
    assert again.tolist() == [[12, 0.5], [21, 0.5], [12, 0.5], [3, 0.5]]
    assert [sorted(asked) for asked in encode.asked] == [sorted(set(TEXTS)), ["new"]]
    assert [path.name for path in file.parent.iterdir()] == ["quick.npz"]


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"PK\x03\x04" + bytes(200)])
def test_a_damaged_file_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "quick.npz"
    file.write_bytes(content)
    assert KeptVectors(file, Encoder())(TEXTS[:1]).tolist() == [[12, 0.5]]
    encode = Encoder()
    KeptVectors(file, encode)(TEXTS[:1])
    assert not encode.asked


def test_a_bit_that_has_turned_counts_as_damage(tmp_path: Path) -> None:
    file = tmp_path / "quick.npz"
    KeptVectors(file, Encoder())(["a", "b"])
    content = file.read_bytes()
    place = content.index(np.array([[1, 0.5]], dtype=np.float16).tobytes())
    file.write_bytes(content[:place] + b"\xff" + content[place + 1:])
    assert KeptVectors(file, Encoder())(["a"]).tolist() == [[1, 0.5]]


def test_what_cannot_be_written_is_given_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "vectors").write_text("a file where the folder belongs", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert KeptVectors(tmp_path / "vectors" / "quick.npz", Encoder())(["ab"]).tolist() == [[2, 0.5]]
    assert "not kept for the next training" in caplog.text


def test_what_each_graph_says_is_kept_until_it_changes(tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / THOROUGH_FILE).write_bytes(b"large")
    (folder / ALARM_FILE).write_bytes(b"alarms")
    names, asked = [], []
    for small, head in ((b"small", b"head"), (b"smaller", b"head"), (b"smaller", b"another head")):
        (folder / QUICK_FILE).write_bytes(small)
        (folder / ALARM_HEAD_FILE).write_bytes(head)
        write_manifest(folder)
        quick, thorough, told = Encoder(), Encoder(), Encoder()
        encoder = SimpleNamespace(
            directory=folder, encode=quick, encode_thoroughly=thorough,
            alarm_odds=lambda texts, told=told: told(texts)[:, 0],
        )
        kept = kept_vectors(cast(SentenceEncoder, encoder))
        for vectors in kept:
            vectors(TEXTS)
        assert kept.alarm_odds(TEXTS).tolist() == [[12], [21], [12]]
        asked.append([len(graph.asked) for graph in (quick, thorough, told)])
        names.append({path.name for path in (tmp_path / FOLDER).iterdir()})
    assert asked == [[1, 1, 1], [1, 0, 0], [0, 0, 1]]
    assert [len(one) for one in names] == [3, 3, 3]
    assert len(names[0] & names[1]) == 2 and len(names[1] & names[2]) == 2
