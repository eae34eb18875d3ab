"""What the encoders say of the training phrases, kept from one training to the next: vectors, and odds of an alarm.

Making them takes several times as long as the rest of a training, and most phrases are the same next time. Those a
clone comes with lie in data/vectors (`ship_vectors.py` writes them). What they do not hold is made where it is needed,
and kept beside the encoder. Only what graphs made from the same weights and adapters have said counts.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import logging
import os
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.nlu.artefacts import read_manifest
from assistant.nlu.encoder import ALARM_FILE, MADE_FROM, QUICK_FILE, THOROUGH_FILE, SentenceEncoder, Vectors
from assistant.settings import ROOT

FOLDER = "vectors"
SHIPPED = ROOT / "data" / FOLDER
# Steps from 0 to the largest number of a vector. Rounded to them it keeps a cosine of 0.9995 to itself, where the
# encoder's own eight bits leave 0.99, and packs into little more than five bits a number.
MOST_STEPS = 31

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class _Table:
    """Vectors of n texts, rounded.

    Attributes:
        keys: of the texts, rising, uint64 [n].
        steps: int8 [n, d].
        scales: what a step is worth in each row, float32 [n].
    """

    keys: npt.NDArray[np.uint64]
    steps: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]

    @classmethod
    def of(cls, keys: npt.NDArray[np.uint64], vectors: Vectors) -> _Table:
        """Round the vectors of texts that are all different."""
        scales = np.maximum(np.abs(vectors).max(axis=1) / MOST_STEPS, 1e-12).astype(np.float32)
        return cls(keys, np.rint(vectors / scales[:, None]).astype(np.int8), scales).rows(np.argsort(keys))

    @classmethod
    def read(cls, file: Path) -> _Table:
        """Return what `write` wrote; a file that is missing or damaged counts as empty."""
        try:
            with np.load(file, allow_pickle=False) as parts:
                return cls(parts["keys"], parts["steps"], parts["scales"])
        except (OSError, EOFError, KeyError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error):
            return cls.empty()

    @classmethod
    def empty(cls) -> _Table:
        """Return the table of no texts."""
        return cls(np.zeros(0, np.uint64), np.zeros((0, 0), np.int8), np.zeros(0, np.float32))

    def write(self, file: Path) -> None:
        """Write a file, whole or not at all; a folder that is missing is made.

        Raises:
            OSError: when that cannot be done.
        """
        fresh = file.with_name(f".{os.getpid()}-{file.name}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez_compressed(fresh, keys=self.keys, steps=self.steps, scales=self.scales)
            fresh.replace(file)
        finally:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)

    def rows(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> _Table:
        """Return some rows, in the order given."""
        return _Table(self.keys[chosen], self.steps[chosen], self.scales[chosen])

    def plus(self, other: _Table) -> _Table:
        """Return the rows of both."""
        if not len(self.keys) or not len(other.keys):
            return self if len(self.keys) else other
        both = _Table(
            np.concatenate([self.keys, other.keys]), np.concatenate([self.steps, other.steps]),
            np.concatenate([self.scales, other.scales]),
        )
        return both.rows(np.unique(both.keys, return_index=True)[1])

    def among(self, keys: npt.NDArray[np.uint64]) -> _Table:
        """Return the rows of those keys that are there."""
        return self.rows(np.isin(self.keys, keys))

    def vectors(self, keys: npt.NDArray[np.uint64]) -> Vectors:
        """Return the vectors of keys that are all there, float32 [m, d]."""
        found = self.rows(np.searchsorted(self.keys, keys))
        vectors: Vectors = found.steps * found.scales[:, None]
        return vectors


class KeptVectors:
    """Gives the vectors of texts: those it knows from its files, the others from an encoder, and keeps those too."""

    def __init__(self, file: Path, encode: Callable[[Sequence[str]], Vectors], *, shipped: Path | None = None) -> None:
        """Read what was kept; a file that is missing or damaged counts as empty.

        Args:
            file: where vectors are kept; it need not be there yet.
            encode: gives the vectors of texts, float32 [n, d].
            shipped: another such file, which is only read; what it holds is not kept again.
        """
        self._file, self._encode = file, encode
        self._shipped = _Table.read(shipped) if shipped else _Table.empty()
        self._known = self._shipped.plus(_Table.read(file))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts, at least one, float32 [n, d]; rounded, as they are kept."""
        keys = _keys(texts)
        new = np.flatnonzero(~np.isin(keys, self._known.keys))
        if len(new):
            new = new[np.unique(keys[new], return_index=True)[1]]
            self._known = self._known.plus(_Table.of(keys[new], self._encode([texts[row] for row in new])))
            self._keep()
        return self._known.vectors(keys)

    def write(self, file: Path, texts: Sequence[str]) -> int:
        """Write what is known of some texts into a file to ship, and return how many that are."""
        found = self._known.among(_keys(texts))
        found.write(file)
        return len(found.keys)

    def _keep(self) -> None:
        try:
            self._known.rows(~np.isin(self._known.keys, self._shipped.keys)).write(self._file)
        except OSError as error:  # the next training takes longer, that is all
            logger.warning("Sentence vectors are not kept for the next training: %s", error)


class Kept(NamedTuple):
    """What an encoder's graphs say of texts; the odds of an alarm as vectors of one number, float32 [n, 1]."""

    quick: KeptVectors
    thorough: KeptVectors
    alarm_odds: KeptVectors


def kept_vectors(encoder: SentenceEncoder, *, shipped: Path = SHIPPED) -> Kept:
    """Return what gives an encoder's vectors and odds.

    Args:
        encoder: each of its graphs' are kept in a folder beside it, until the graph changes.
        shipped: the folder of those that a clone comes with.
    """
    folder = encoder.directory.parent / FOLDER
    names = file_names(encoder)
    for other in {path.name for path in folder.glob("*.npz")} - set(names):
        with contextlib.suppress(OSError):
            (folder / other).unlink()

    def alarm_odds(texts: Sequence[str]) -> Vectors:
        return encoder.alarm_odds(texts)[:, None]

    graphs = (encoder.encode, encoder.encode_thoroughly, alarm_odds)
    return Kept(*(
        KeptVectors(folder / name, graph, shipped=shipped / name) for name, graph in zip(names, graphs, strict=True)
    ))


def file_names(encoder: SentenceEncoder) -> list[str]:
    """Return the names of the files that hold the vectors of the quick and the thorough graph, and the odds."""
    made_from = read_manifest(encoder.directory)[MADE_FROM]
    return [f"{Path(graph).stem}-{made_from[graph][:16]}.npz" for graph in (QUICK_FILE, THOROUGH_FILE, ALARM_FILE)]


def _keys(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    digests = b"".join(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)
