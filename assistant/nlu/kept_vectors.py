"""What the encoders say of the training phrases, kept from one training to the next: vectors, and odds of an alarm.

Making them is what a training mostly waits for, and most phrases are the same next time. They are kept beside the
encoder that made them, in half precision; another encoder's are thrown away.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.nlu.artefacts import read_manifest, text_sha256
from assistant.nlu.encoder import ALARM_FILE, ALARM_HEAD_FILE, QUICK_FILE, THOROUGH_FILE, SentenceEncoder, Vectors

FOLDER = "vectors"

logger = logging.getLogger(__name__)


class KeptVectors:
    """Gives the vectors of phrases: those it knows from its file, the others from an encoder, and keeps those too."""

    def __init__(self, file: Path, encode: Callable[[Sequence[str]], Vectors]) -> None:
        """Read what was kept; a file that is missing or damaged counts as empty.

        Args:
            file: where vectors are kept; it need not be there yet.
            encode: gives the vectors of texts, float32 [n, d].
        """
        self._file, self._encode = file, encode
        self._keys, self._vectors = _read(file)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts, at least one, float32 [n, d]; rounded, as they are kept."""
        keys = np.array([_key(text) for text in texts], dtype=np.uint64)
        new = np.flatnonzero(~np.isin(keys, self._keys))
        if len(new):
            new = new[np.unique(keys[new], return_index=True)[1]]
            made = self._encode([texts[row] for row in new]).astype(np.float16)
            every = np.concatenate([self._keys, keys[new]])
            order = np.argsort(every)
            self._keys = every[order]
            self._vectors = (np.concatenate([self._vectors, made]) if len(self._vectors) else made)[order]
            self._keep()
        found: Vectors = self._vectors[np.searchsorted(self._keys, keys)].astype(np.float32)
        return found

    def _keep(self) -> None:
        fresh = self._file.with_name(f".{os.getpid()}-{self._file.name}")
        try:
            self._file.parent.mkdir(exist_ok=True)
            np.savez(fresh, keys=self._keys, vectors=self._vectors)
            fresh.replace(self._file)
        except OSError as error:  # the next training takes longer, that is all
            logger.warning("Sentence vectors are not kept for the next training: %s", error)
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)


class Kept(NamedTuple):
    """What an encoder's graphs say of texts; the odds of an alarm as vectors of one number, float32 [n, 1]."""

    quick: KeptVectors
    thorough: KeptVectors
    alarm_odds: KeptVectors


def kept_vectors(encoder: SentenceEncoder) -> Kept:
    """Return what gives an encoder's vectors and odds; each graph's are kept until it changes."""
    folder = encoder.directory.parent / FOLDER
    graphs = read_manifest(encoder.directory)["files"]
    graphs[ALARM_FILE] = text_sha256(graphs[ALARM_FILE] + graphs[ALARM_HEAD_FILE])
    files = [folder / f"{Path(name).stem}-{graphs[name][:16]}.npz" for name in (QUICK_FILE, THOROUGH_FILE, ALARM_FILE)]
    for other in set(folder.glob("*.npz")) - set(files):
        other.unlink(missing_ok=True)

    def alarm_odds(texts: Sequence[str]) -> Vectors:
        return encoder.alarm_odds(texts)[:, None]

    return Kept(*map(KeptVectors, files, (encoder.encode, encoder.encode_thoroughly, alarm_odds)))


def _read(file: Path) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float16]]:
    try:
        with np.load(file, allow_pickle=False) as parts:
            return parts["keys"], parts["vectors"]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return np.zeros(0, dtype=np.uint64), np.zeros((0, 0), dtype=np.float16)


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "big")
