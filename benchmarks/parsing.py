"""Trains a Rasa recipe on phrases and asks it messages, in processes of its own.

    python -m benchmarks.parsing MODEL TEXTS.json ANSWERS.json [--tensorflow]

is the asking half; `train` and `parse_all` start both. A process for each keeps TensorFlow, which the
peer needs and this assistant does not, out of the other's time and memory.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, Mapping, Sequence

from ruamel.yaml import YAML

from assistant.settings import ROOT

EVERY = 15.0  # seconds between two lines of progress

Parsed = dict[str, Any]


class BenchError(Exception):
    """A measurement could not be made; the message says why."""


def train(recipe: Mapping[str, Any], phrases: Sequence[tuple[str, str]], folder: Path) -> tuple[Path, float]:
    """Trains the language understanding of a recipe, with nothing of Rasa's cache.

    Args:
        recipe: the content of a config.yml; what it names by relative path lies in this project.
        phrases: texts and their intents.
        folder: an existing folder for what is made.

    Returns:
        The model, and the seconds it took.

    Raises:
        BenchError: when Rasa reports a failure.
    """
    examples = [{"text": text, "intent": intent} for text, intent in phrases]
    (folder / "nlu.json").write_text(
        json.dumps({"rasa_nlu_data": {"common_examples": examples}}), encoding="utf-8"
    )
    with (folder / "config.yml").open("w", encoding="utf-8") as out:
        YAML(typ="safe").dump(dict(recipe), out)
    seconds = _run(
        ["rasa", "train", "nlu", "--config", str(folder / "config.yml"), "--nlu", str(folder / "nlu.json"),
         "--out", str(folder), "--fixed-model-name", "model"],
        "training", folder / "train.log", {"RASA_CACHE_DIRECTORY": str(folder / "cache")},
    )
    model = folder / "model.tar.gz"
    if not model.exists():
        raise BenchError(f"Rasa made no model; its words are in {folder / 'train.log'}")
    return model, seconds


def parse_all(texts: Sequence[str], model: Path, *, tensorflow: bool = False) -> tuple[list[Parsed], float]:
    """Parse data of each text, and the median milliseconds for one.

    Args:
        texts: asked one after the other.
        model: a Rasa model archive.
        tensorflow: whether the model needs it.

    Raises:
        BenchError: when the model cannot be asked.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "texts.json").write_text(json.dumps(list(texts)), encoding="utf-8")
        command = ["benchmarks.parsing", str(model), str(folder / "texts.json"), str(folder / "answers.json")]
        command += ["--tensorflow"] if tensorflow else []
        _run(command, "asking", folder / "ask.log", {"OPENBLAS_NUM_THREADS": "1"})  # as it is served
        answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
        return answers["parsed"], answers["milliseconds"]


def _run(module: list[str], doing: str, log: Path, environment: Mapping[str, str] | None = None) -> float:
    """Runs `python -m module ...` in the project's folder, says now and then that it does; seconds it took."""
    settings = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    began = told = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=ROOT, env={**os.environ, **settings, **(environment or {})},
            stdout=out, stderr=out,
        )
        try:
            while child.poll() is None:
                time.sleep(0.1)
                if time.monotonic() - told > EVERY:
                    told = time.monotonic()
                    print(f"  {doing} ({told - began:.0f} s)", file=sys.stderr, flush=True)
        finally:
            child.kill()
    if child.returncode != 0:
        said = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        raise BenchError(f"{doing} failed: {said[-1] if said else 'it said nothing'}")
    return time.monotonic() - began


def main() -> None:
    """Asks the model every text and writes what it makes of them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model", type=Path)
    options.add_argument("texts", type=Path)
    options.add_argument("answers", type=Path)
    options.add_argument("--tensorflow", action="store_true")
    given = options.parse_args()
    if not given.tensorflow:
        from assistant import no_tensorflow

        no_tensorflow.install()
    warnings.simplefilter("ignore")
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # unconfigured it prints every message
    agent = Agent.load(str(given.model))
    times: list[float] = []

    async def ask(texts: Sequence[str]) -> list[Parsed]:
        parsed = []
        for text in texts:
            began = time.perf_counter()
            parsed.append(await agent.parse_message(text))
            times.append((time.perf_counter() - began) * 1000)
        return parsed

    parsed = asyncio.run(ask(json.loads(given.texts.read_text(encoding="utf-8"))))
    answers = {"parsed": parsed, "milliseconds": statistics.median(times) if times else 0.0}
    given.answers.write_text(json.dumps(answers, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
