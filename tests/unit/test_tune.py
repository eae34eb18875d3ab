"""Learning the field's adapter, on one writer's phrases: a few steps, and a file that fits the encoder."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from assistant.nlu.adapter import SEEN, adapted
from assistant.nlu.build_encoder import published_encoder
from assistant.nlu.phrases import read
from assistant.settings import ROOT

WRITER = "real_clinic"


def test_a_few_steps_change_the_encoder_a_little(tmp_path: Path) -> None:
    writers = set(read(ROOT / "data" / "nlu").writers)
    out = tmp_path / "adapter.npz"
    done = subprocess.run(
        [sys.executable, "-m", "assistant.nlu.tune", "--without", ",".join(writers - {WRITER}), "--out", str(out)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )
    assert "batches, loss" in done.stderr
    _, weights = published_encoder()
    learned = adapted(weights, out)
    changed = {name for name, value in learned.items() if not np.array_equal(value, weights[name])}
    assert changed and all(name.startswith("encoder.layer.") for name in changed)
    for name in changed:
        assert np.abs(learned[name] - weights[name]).max() < 0.01
    with np.load(out) as parts:
        assert 100 < len(parts[SEEN]) < 230  # one phrase in seven is kept back


def test_an_unknown_writer_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant.nlu.tune", "--without", "nobody"], cwd=ROOT, capture_output=True, text=True,
    )
    assert done.returncode != 0 and "data/nlu/nobody.yml" in done.stderr
