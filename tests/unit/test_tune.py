"""Learning the adapters, on one writer's phrases: a few steps, and a file that fits the encoder."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.adapter import HEAD, SEEN, THOROUGH_ADAPTER, adapted
from assistant.nlu.phrases import read
from assistant.nlu.published import MINILM, MPNET, published
from assistant.nlu.tune import TASKS
from assistant.settings import ROOT


def tune(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.nlu.tune", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("adapter", "writer"), [("field", "real_clinic"), ("alarm", "safety")])
def test_a_few_steps_change_the_encoder_a_little(tmp_path: Path, adapter: str, writer: str) -> None:
    writers = set(read(ROOT / "data" / "nlu").writers)
    out = tmp_path / "adapter.npz"
    done = tune(adapter, "--without", ",".join(writers - {writer}), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "batches, loss" in done.stderr
    weights = published(MINILM if adapter == "field" else MPNET).tensors
    learned = adapted(weights, out)
    changed = {name for name, value in learned.items() if not np.array_equal(value, weights[name])}
    assert changed and all(name.startswith("encoder.layer.") for name in changed)
    for name in changed:
        assert np.abs(learned[name] - weights[name]).max() < 0.02
    with np.load(out) as parts:
        assert 100 < len(parts[SEEN]) < 230  # one phrase in seven is kept back
        assert (HEAD in parts) == (adapter == "alarm")


def test_an_unknown_writer_is_named() -> None:
    done = tune("field", "--without", "nobody")
    assert done.returncode != 0 and "data/nlu/nobody.yml" in done.stderr


def test_the_large_encoder_learns_the_field_by_narrow_matrices_and_judges_nothing() -> None:
    labels, writers = np.array(["faq_pain", "faq_cost", "faq_cost"]), np.array(["one", "one", "other"])
    task, file = TASKS["thorough"]
    learned = task(labels, writers)
    assert (learned.encoder, learned.judges, file) == (MPNET, False, THOROUGH_ADAPTER) and learned.rank > 0
    assert learned.targets.tolist() == [1, 0, 0] and learned.chances[0] > learned.chances[1]
