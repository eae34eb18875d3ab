"""The project's own training phrases with their writers and sentence vectors, and ways to hold some out."""
from __future__ import annotations

import collections
import hashlib
import json
import random
import sys
from dataclasses import dataclass
from typing import Any, Iterator, Sequence

import numpy as np

from assistant.making import BUILD
from assistant.nlu.artefacts import file_sha256
from assistant.nlu.build_encoder import RECIPE, quantise, write_encoder
from assistant.nlu.encoder import EncoderGraph
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.phrases import Phrases
from assistant.nlu.published import published

CACHE = BUILD / "bench"
CHUNK = 1000  # phrases between two lines of progress
GARBLED_SHARE = 0.2
GROUPS = 4  # of writers who are held out together

Array = Any


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to be asked, and what was held out: writers, or rows at random."""

    kind: str  # "writer" | "random"
    seed: int
    train: Array
    test: Array


def some(phrases: Phrases, most: int) -> Phrases:
    """At most so many of the phrases, drawn at random, always the same ones."""
    rows = np.sort(np.random.RandomState(0).permutation(len(phrases.texts))[:most])
    return Phrases([phrases.texts[row] for row in rows], phrases.labels[rows], phrases.writers[rows])


def splits(phrases: Phrases, *, seeds: int, most: int, asked: int) -> list[Split]:
    """Each writer held out once, some at a time, and for each seed some rows at random.

    Args:
        phrases: all of them.
        seeds: how many draws; the writers are dealt out among them, `GROUPS` to each.
        most: phrases to learn from at most.
        asked: phrases to be asked at most.
    """
    found = []
    writers = np.unique(phrases.writers)
    for seed in range(seeds):
        draw = np.random.RandomState(seed)
        for group in np.array_split(draw.permutation(writers[seed::seeds]), GROUPS):
            away = np.isin(phrases.writers, group)
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


def vectors(texts: Sequence[str], encoder: EncoderGraph) -> Array:
    """Sentence vectors, from disk when the same texts were encoded before."""
    key = hashlib.sha256(json.dumps([file_sha256(encoder.file), list(texts)]).encode()).hexdigest()[:16]
    file = CACHE / f"vectors-{key}.npy"
    if file.exists():
        return np.load(file, allow_pickle=False)
    found = np.vstack(list(_encoded(texts, encoder)))
    CACHE.mkdir(parents=True, exist_ok=True)
    np.save(file, found)
    return found


def _encoded(texts: Sequence[str], encoder: EncoderGraph) -> Iterator[Array]:
    for start in range(0, len(texts), CHUNK):
        print(f"  encoding {start} of {len(texts)}", file=sys.stderr, flush=True)
        yield encoder.encode(texts[start : start + CHUNK])


def unadapted(name: str, precision: str) -> EncoderGraph:
    """An encoder as it was published, which has seen none of the phrases; needs the build group of packages.

    Args:
        name: see `published.PACKAGES`.
        precision: fp32, or int8 as it serves.
    """
    folder = CACHE / f"{name}-{precision}-{RECIPE}"
    graph, tokenizer = folder / "graph.onnx", folder / "tokenizer.json"
    if not tokenizer.exists():  # written last
        folder.mkdir(parents=True, exist_ok=True)
        found = published(name)
        exact = write_encoder(found.tensors, found.config, folder / "exact.onnx")
        if precision == "int8":
            quantise(exact, graph)
            exact.unlink()
        else:
            exact.replace(graph)
        tokenizer.write_bytes(found.tokenizer)
    return EncoderGraph(graph, tokenizer)
