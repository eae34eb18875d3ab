"""Adapters: small changes to the published sentence encoders, learned from the training phrases.

They know English, not what a clinic's visitors mean by it, nor what a worrying symptom is. `tune.py` learns what to
add to their weights, and `build_encoder.py` adds it in. `adapter.npz`, for the small encoder, holds every number in
four bits; `thorough_adapter.npz` and `alarm_adapter.npz`, for the large one, hold two narrow matrices for each large
one, whose product is the change (LoRA, arXiv:2106.09685), in eight. Some phrases are kept back from all, and those
they were learned from are known by a checksum each: how sure an answer is can be learned only from phrases that the
encoders have never seen.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ADAPTER = Path(__file__).with_name("adapter.npz")
ALARM_ADAPTER = Path(__file__).with_name("alarm_adapter.npz")
THOROUGH_ADAPTER = Path(__file__).with_name("thorough_adapter.npz")
STEPS, SCALE, UP, DOWN, SEEN, HEAD = "steps:", "scale:", "up:", "down:", "seen", "head"
MOST_STEPS, MOST_FINE_STEPS = 7, 127
# How much of the large encoder's adapter is added: on the way from the published weights to the adapted ones general
# English is lost last, and nearly all of the field is won before (WiSE-FT, arXiv:2109.01903).
THOROUGH_STRENGTH = 0.6
# What lies further out than so many standard deviations of its row is cut off: it would cost all others precision.
WIDEST = 3.0
KEPT_BACK = 7  # one phrase of so many
# Of the phrases an encoder has learned, a classifier needs few beside those it has not: they lie closer together than
# anything a visitor says. One of so many stands for the others; an intent left with fewer than so many keeps all.
LEARNED_FEW, FEWEST = 14, 50

Array = npt.NDArray[Any]
Tensors = dict[str, Array]


def adapted(weights: Tensors, file: Path, *, strength: float = 1.0) -> Tensors:
    """Return the encoder's weights with the adapter added in.

    Args:
        weights: tensors by their published names, float32.
        file: what `write` or `write_narrow` wrote.
        strength: share of the adapter that is added, 0 to 1.

    Raises:
        KeyError: when the adapter belongs to another encoder.
    """
    found = dict(weights)
    with np.load(file, allow_pickle=False) as parts:
        for name in (part.removeprefix(STEPS) for part in parts.files if part.startswith(STEPS)):
            packed = parts[STEPS + name]
            steps = np.stack([packed >> 4, packed & 15], axis=-1).reshape(len(packed), -1).astype(np.float32) - 8
            change = steps * parts[SCALE + name].astype(np.float32)[:, None]
            found[name] = weights[name] + strength * change.reshape(weights[name].shape)
        for name in (part.removeprefix(UP) for part in parts.files if part.startswith(UP)):
            up, down = (
                parts[side + name].astype(np.float32) * parts[SCALE + side + name][:, None] for side in (UP, DOWN)
            )
            found[name] = weights[name] + strength * (up @ down)
    return found


def head(file: Path = ALARM_ADAPTER) -> npt.NDArray[np.float32]:
    """Return what a vector of the adapted encoder, with 1 after it, is multiplied with for the log-odds of an alarm."""
    with np.load(file, allow_pickle=False) as parts:
        found: npt.NDArray[np.float32] = parts[HEAD]
    return found


def write(file: Path, changes: Tensors, texts: Sequence[str]) -> None:
    """Write an adapter.

    Args:
        file: where to.
        changes: what is added to each tensor, float [rows, an even number of columns] or [an even number].
        texts: the phrases it was learned from, as the encoder read them.
    """
    parts = _of(texts)
    for name, change in changes.items():
        rows = change if change.ndim == 2 else change[None]
        scale = np.maximum(np.minimum(np.abs(rows).max(axis=1), WIDEST * rows.std(axis=1)) / MOST_STEPS, 1e-12)
        steps = np.clip(np.rint(rows / scale[:, None]), -MOST_STEPS, MOST_STEPS).astype(np.int8) + 8
        parts[STEPS + name] = (steps[:, 0::2].astype(np.uint8) << 4) | steps[:, 1::2].astype(np.uint8)
        parts[SCALE + name] = scale.astype(np.float32)
    np.savez_compressed(file, **parts)


def write_narrow(
    file: Path, changes: Mapping[str, tuple[Array, Array]], texts: Sequence[str], *,
    head: npt.NDArray[np.float32] | None = None,
) -> None:
    """Write an adapter of narrow matrices.

    Args:
        file: where to.
        changes: for each tensor [rows, columns] two matrices, [rows, rank] and [rank, columns], whose product is
            added to it.
        texts: the phrases it was learned from, as the encoder read them.
        head: see `head`; None for an adapter that judges nothing by itself.
    """
    parts = _of(texts) if head is None else {**_of(texts), HEAD: head}
    for name, sides in changes.items():
        for side, matrix in zip((UP, DOWN), sides, strict=True):
            scale = np.maximum(np.abs(matrix).max(axis=1) / MOST_FINE_STEPS, 1e-12)
            parts[side + name] = np.rint(matrix / scale[:, None]).astype(np.int8)
            parts[SCALE + side + name] = scale.astype(np.float32)
    np.savez_compressed(file, **parts)


def _of(texts: Sequence[str]) -> Tensors:
    """Return what an adapter's file holds of the phrases it was learned from."""
    return {SEEN: np.unique([_checksum(text) for text in texts]).astype(np.uint32)}


def kept_back(text: str) -> bool:
    """Return whether a phrase is one that no adapter learns from."""
    return _checksum(text) % KEPT_BACK == 0


def unseen(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return for each text whether all adapters were learned without it."""
    seen = np.concatenate([_seen(file) for file in (ADAPTER, THOROUGH_ADAPTER, ALARM_ADAPTER)])
    return ~np.isin([_checksum(text) for text in texts], seen)


def for_thorough_look(texts: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return for each text whether the thorough classifier is to learn from it.

    It learns from all that its encoder was adapted without, and from a few of the others: as good as from all
    (measured on tests/nlu, in totals), and the large encoder reads a quarter of the phrases.

    Args:
        texts: n phrases.
        labels: their intents.
    """
    sums = np.array([_checksum(text) for text in texts], dtype=np.uint32)
    chosen: npt.NDArray[np.bool_] = ~np.isin(sums, _seen(THOROUGH_ADAPTER)) | (sums // KEPT_BACK % LEARNED_FEW == 0)
    _, column = np.unique(np.asarray(labels), return_inverse=True)
    chosen |= (np.bincount(column, weights=chosen) < FEWEST)[column]
    return chosen


@functools.cache
def _seen(file: Path) -> npt.NDArray[np.uint32]:
    """Return the checksums of the phrases an adapter was learned from."""
    with np.load(file, allow_pickle=False) as parts:
        seen: npt.NDArray[np.uint32] = parts[SEEN]
    return seen


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8"))
