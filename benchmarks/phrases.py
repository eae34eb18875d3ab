"""The project's own training phrases with their writers and sentence vectors, and ways to hold some out."""
from __future__ import annotations

import collections
import hashlib
import importlib.util
import json
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Sequence

import numpy as np
from ruamel.yaml import YAML

from assistant.making import BUILD
from assistant.nlu.artefacts import damage, write_manifest
from assistant.nlu.build_encoder import WEIGHTS_PACKAGE, write_graph
from assistant.nlu.details import without_details
from assistant.nlu.encoder import MODEL_FILE, TOKENIZER_FILE, SentenceEncoder

CACHE = BUILD / "bench"
CHUNK = 1000  # phrases between two lines of progress
GARBLED_SHARE = 0.2
OUT_OF_SCOPE = "out_of_scope"

Array = Any


@dataclass(frozen=True)
class Phrases:
    """n phrases with intent and writer; a file of data/nlu is by one writer, or nearly so."""

    texts: list[str]
    labels: Array
    writers: Array


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to be asked, and what was held out: a writer, or rows at random."""

    kind: str  # "writer" | "random"
    seed: int
    train: Array
    test: Array


def read(folder: Path) -> Phrases:
    """The phrases of all files in a folder such as data/nlu."""
    rows = []
    for path in sorted(folder.glob("*.yml")):
        for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = entry["examples"].splitlines() if "intent" in entry else []
            rows += [(without_details(line[2:]), entry["intent"], path.stem) for line in lines if line[:2] == "- "]
    texts, labels, writers = zip(*rows, strict=True)
    return Phrases(list(texts), np.array(labels), np.array(writers))


def some(phrases: Phrases, most: int) -> Phrases:
    """At most so many of the phrases, drawn at random, always the same ones."""
    rows = np.sort(np.random.RandomState(0).permutation(len(phrases.texts))[:most])
    return Phrases([phrases.texts[row] for row in rows], phrases.labels[rows], phrases.writers[rows])


def splits(phrases: Phrases, *, seeds: int, most: int, asked: int) -> list[Split]:
    """Each writer held out once, and for each seed some rows at random.

    Args:
        phrases: all of them.
        seeds: how many draws; the writers are dealt out among them.
        most: phrases to learn from at most.
        asked: phrases to be asked at most.
    """
    found = []
    writers = np.unique(phrases.writers)
    for seed in range(seeds):
        draw = np.random.RandomState(seed)
        for writer in writers[seed::seeds]:
            away = phrases.writers == writer
            found.append(_split("writer", seed, draw, phrases.labels, away, most, asked))
        away = np.zeros(len(phrases.labels), dtype=bool)
        away[draw.permutation(len(away))[: min(asked, len(away) // 4)]] = True
        found.append(_split("random", seed, draw, phrases.labels, away, most, asked))
    return [split for split in found if len(split.test)]


def _split(kind: str, seed: int, draw: Any, labels: Array, away: Array, most: int, asked: int) -> Split:
    train = draw.permutation(np.flatnonzero(~away))[:most]
    test = draw.permutation(np.flatnonzero(away))[:asked]
    # only this writer writes about it, so nothing could be learned
    return Split(kind, seed, train, test[np.isin(labels[test], labels[train])])


def garbled(phrases: Phrases) -> dict[int, str]:
    """For some rows, the phrase without the word that tells most about its intent: asks for nothing we know."""
    words = [text.lower().split() for text in phrases.texts]
    anywhere = collections.Counter(word for row in words for word in set(row))
    of_intent = collections.Counter(
        (label, word) for label, row in zip(phrases.labels, words, strict=True) for word in set(row)
    )
    draw = random.Random(0)
    rows = [row for row in range(len(words)) if phrases.labels[row] != OUT_OF_SCOPE and len(words[row]) > 2]
    found = {}
    for row in sorted(draw.sample(rows, int(len(rows) * GARBLED_SHARE))):
        # times it is seen there x share of its uses that are there: a word seen once tells little
        told = {word: of_intent[phrases.labels[row], word] ** 2 / anywhere[word] for word in words[row]}
        telling = max(told, key=lambda word: told[word])
        found[row] = " ".join(word for word in phrases.texts[row].split() if word.lower() != telling)
    return found


def vectors(texts: Sequence[str], encoder: SentenceEncoder) -> Array:
    """Sentence vectors, from disk when the same texts were encoded before."""
    key = hashlib.sha256(json.dumps([encoder.sha256, list(texts)]).encode()).hexdigest()[:16]
    file = CACHE / f"vectors-{key}.npy"
    if file.exists():
        return np.load(file, allow_pickle=False)
    found = np.vstack(list(_encoded(texts, encoder)))
    CACHE.mkdir(parents=True, exist_ok=True)
    np.save(file, found)
    return found


def _encoded(texts: Sequence[str], encoder: SentenceEncoder) -> Iterator[Array]:
    for start in range(0, len(texts), CHUNK):
        print(f"  encoding {start} of {len(texts)}", file=sys.stderr, flush=True)
        yield encoder.encode(texts[start : start + CHUNK])


def exact_encoder() -> SentenceEncoder:
    """The encoder before it is made small (fp32); needs the build group of packages."""
    folder = CACHE / "encoder_fp32"
    if damage(folder):
        import onnx
        from safetensors.numpy import load_file

        spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError("The encoder's weights are not installed; run `uv sync --group build`.")
        source = Path(spec.origin).parent / "model"
        folder.mkdir(parents=True, exist_ok=True)
        config = json.loads((source / "config.json").read_text(encoding="utf-8"))
        onnx.save(write_graph(load_file(source / "model.safetensors"), config), str(folder / MODEL_FILE))
        shutil.copy(source / TOKENIZER_FILE, folder / TOKENIZER_FILE)
        write_manifest(folder)
    return SentenceEncoder.load(folder)
