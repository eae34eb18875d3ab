"""Adapters: small changes to the published sentence encoder, learned from the training phrases.

all-MiniLM-L6-v2 knows English, not what a clinic's visitors mean by it, nor what a worrying symptom is. `tune.py`
learns what to add to its weights for each; `adapter.npz` and `alarm_adapter.npz` hold that in four bits a number,
and `build_encoder.py` adds it in. Some phrases are kept back from both, and those they were learned from are known
by a checksum each: how sure an answer is can be learned only from phrases that the encoder has never seen.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ADAPTER = Path(__file__).with_name("adapter.npz")
ALARM_ADAPTER = Path(__file__).with_name("alarm_adapter.npz")
STEPS, SCALE, SEEN, HEAD = "steps:", "scale:", "seen", "head"
MOST_STEPS = 7
# What lies further out than so many standard deviations of its row is cut off: it would cost all others precision.
WIDEST = 3.0
KEPT_BACK = 7  # one phrase of so many

Tensors = dict[str, npt.NDArray[Any]]


def adapted(weights: Tensors, file: Path = ADAPTER) -> Tensors:
    """Return the encoder's weights with the adapter added in.

    Args:
        weights: tensors by their published names, float32.
        file: what `write` wrote.

    Raises:
        KeyError: when the adapter belongs to another encoder.
    """
    found = dict(weights)
    with np.load(file, allow_pickle=False) as parts:
        for name in (part.removeprefix(STEPS) for part in parts.files if part.startswith(STEPS)):
            packed = parts[STEPS + name]
            steps = np.stack([packed >> 4, packed & 15], axis=-1).reshape(len(packed), -1).astype(np.float32) - 8
            change = steps * parts[SCALE + name].astype(np.float32)[:, None]
            found[name] = weights[name] + change.reshape(weights[name].shape)
    return found


@functools.lru_cache(maxsize=1)
def head(file: Path = ALARM_ADAPTER) -> npt.NDArray[np.float32]:
    """Return what a vector of the adapted encoder, with 1 after it, is multiplied with for the log-odds of an alarm."""
    with np.load(file, allow_pickle=False) as parts:
        found: npt.NDArray[np.float32] = parts[HEAD]
    return found


def write(
    file: Path, changes: Tensors, texts: Sequence[str], *, head: npt.NDArray[np.float32] | None = None
) -> None:
    """Write an adapter.

    Args:
        file: where to.
        changes: what is added to each tensor, float [rows, an even number of columns] or [an even number].
        texts: the phrases it was learned from, as the encoder read them.
        head: see `head`; None for an adapter that judges nothing by itself.
    """
    parts: Tensors = {SEEN: np.unique([_checksum(text) for text in texts]).astype(np.uint32)}
    for name, change in changes.items():
        rows = change if change.ndim == 2 else change[None]
        scale = np.maximum(np.minimum(np.abs(rows).max(axis=1), WIDEST * rows.std(axis=1)) / MOST_STEPS, 1e-12)
        steps = np.clip(np.rint(rows / scale[:, None]), -MOST_STEPS, MOST_STEPS).astype(np.int8) + 8
        parts[STEPS + name] = (steps[:, 0::2].astype(np.uint8) << 4) | steps[:, 1::2].astype(np.uint8)
        parts[SCALE + name] = scale.astype(np.float32)
    if head is not None:
        parts[HEAD] = head
    np.savez_compressed(file, **parts)


def kept_back(text: str) -> bool:
    """Return whether a phrase is one that no adapter learns from."""
    return _checksum(text) % KEPT_BACK == 0


def unseen(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return for each text whether the adapter was learned without it."""
    return ~np.isin([_checksum(text) for text in texts], _seen())


@functools.lru_cache(maxsize=1)
def _seen() -> npt.NDArray[np.uint32]:
    with np.load(ADAPTER, allow_pickle=False) as parts:
        seen: npt.NDArray[np.uint32] = parts[SEEN]
    return seen


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8"))
