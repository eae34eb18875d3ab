"""Makes what serving needs - encoder, spaCy pipeline, model - and only what is stale.

Decided by hashes of files, so that nothing of Rasa is imported to find out that all is well.
"""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Iterable

from ruamel.yaml import YAML

from assistant.nlu.build_encoder import ensure_encoder
from assistant.settings import ROOT

BUILD = ROOT / "build"
MODEL = ROOT / "models" / "assistant.tar.gz"
_STAMP = ROOT / "models" / "made_from.json"
_TRAINED_FROM = ("config.yml", "domain.yml", "data/nlu", "data/rules", "data/stories", "assistant/nlu",
                 "assistant/dialogue/importer.py", "assistant/dialogue/rules.py",
                 "assistant/dialogue/turn_policy.py", "uv.lock")

Progress = Callable[[str], None]


class MakingError(Exception):
    """Something could not be made; the message is one sentence that says what to do."""


def make_everything(progress: Progress) -> None:
    """Encoder, pipeline and model, each only when it does not fit its inputs.

    Args:
        progress: is told in a few words what is going on, several times while training.

    Raises:
        EncoderError, MakingError: one clear sentence; nothing half-made is left in place.
    """
    ensure_encoder(BUILD / "encoder", progress=progress)
    inputs = _inputs()
    if MODEL.exists() and _made_from() == inputs:
        return
    progress("Training the model (one to two minutes; longer after many new phrases)")
    _train(progress)
    _STAMP.write_text(json.dumps(inputs, indent=1), encoding="utf-8")


def _train(progress: Progress) -> None:
    log = ROOT / "var" / "train.log"
    log.parent.mkdir(exist_ok=True)
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "assistant.train"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        while child.poll() is None:
            time.sleep(0.5)
            progress(f"Training the model ({time.monotonic() - started:.0f} s)")
    if child.returncode != 0:
        said = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        why = said[-1] if said else "it said nothing"
        raise MakingError(f"Training failed: {why} (the whole story is in var/train.log).")


def _inputs() -> dict[str, str]:
    """A hash of everything the model is made from, by part."""
    made = {part: _hash(_files(ROOT / part)) for part in _TRAINED_FROM}
    made["encoder"] = _hash([BUILD / "encoder" / "manifest.json"])
    # wording never retrains anything; a new answer's name does
    made["answers"] = hashlib.sha256("\n".join(_answer_names()).encode()).hexdigest()
    return made


def _made_from() -> dict[str, str]:
    try:
        made: dict[str, str] = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made


def _answer_names() -> list[str]:
    names: list[str] = []
    for path in _files(ROOT / "data" / "responses"):
        names += (YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}).get("responses") or ()
    return sorted(names)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in (".py", ".yml", ".json", ".npz"))


def _hash(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()
