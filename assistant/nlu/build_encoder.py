"""Builds the sentence encoder from published weights: ONNX graphs in int8, adapted to the field.

all-MiniLM-L6-v2 becomes the quick graph, all-mpnet-base-v2 the thorough one; all-mpnet-base-v2 adapted to nothing
but alarms tells those. Only this module and `encoder_graph.py` need `onnx`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.nlu.adapter import ADAPTER, ALARM_ADAPTER, THOROUGH_ADAPTER, THOROUGH_STRENGTH, adapted, head
from assistant.nlu.artefacts import (
    damage,
    file_sha256,
    locked,
    read_manifest,
    replacing,
    text_sha256,
    write_manifest,
)
from assistant.nlu.encoder import (
    ALARM_FILE,
    ALARM_HEAD_FILE,
    MADE_FROM,
    QUICK_FILE,
    THOROUGH_FILE,
    THOROUGH_TOKENIZER_FILE,
    TOKENIZER_FILE,
    EncoderError,
    EncoderGraph,
)
from assistant.nlu.encoder_graph import LOUD, write_graph
from assistant.nlu.published import MINILM, MPNET, WEIGHTS_SHA256, Published, Tensors, published

# Raise it when the graph, its quantisation or what `EncoderGraph` makes of a text changes: encoders are built anew, and
# vectors kept of the old ones count for nothing.
RECIPE = 6
REFERENCE = Path(__file__).with_name("reference_vectors.json")
# Cosine that each reference sentence must reach: before an adapter, to the vectors of an independent
# implementation; made small, to the vectors of the same graph in full precision.
EXACT, QUANTISED = 0.99999, 0.97

logger = logging.getLogger(__name__)
Progress = Callable[[str], None]
Vectors = npt.NDArray[np.float32]


def ensure_encoder(directory: Path | str, *, progress: Progress = logger.info) -> Path:
    """Make sure a whole, current encoder lies in `directory`, building it if need be.

    Args:
        directory: where the encoder belongs, such as build/encoder.
        progress: is told in a few words what is going on.

    Returns:
        The directory.

    Raises:
        EncoderError: when it cannot be built; the message says what to do.
    """
    directory = Path(directory)
    with locked(directory):
        made_from = _made_from()
        if read_manifest(directory).get(MADE_FROM) == made_from:
            problem = damage(directory)
            if problem is None:
                return directory
            progress(f"building the sentence encoder anew: {problem}")
        with replacing(directory) as fresh:
            _build(fresh, progress)
            write_manifest(fresh, **{MADE_FROM: made_from})
    return directory


def _made_from() -> dict[str, str]:
    """Return one hash for each graph of all that decides how it comes out."""
    quick, large = WEIGHTS_SHA256[MINILM], WEIGHTS_SHA256[MPNET]
    parts = {
        QUICK_FILE: (quick, file_sha256(ADAPTER)),
        THOROUGH_FILE: (large, file_sha256(THOROUGH_ADAPTER), THOROUGH_STRENGTH),
        ALARM_FILE: (large, file_sha256(ALARM_ADAPTER)),
    }
    return {graph: text_sha256(f"{RECIPE} {made_from}") for graph, made_from in parts.items()}


def _build(target: Path, progress: Progress) -> None:
    quick, tokenizer = published(MINILM), target / TOKENIZER_FILE
    tokenizer.write_bytes(quick.tokenizer)
    progress("sentence encoder: the small one, for every message")
    _check_published(quick, tokenizer)
    _write_small(quick, adapted(quick.tensors, ADAPTER), target / QUICK_FILE, tokenizer)
    progress("sentence encoder: the large one, for what is in doubt (half a minute)")
    thorough, tokenizer = published(MPNET), target / THOROUGH_TOKENIZER_FILE
    tokenizer.write_bytes(thorough.tokenizer)
    _check_published(thorough, tokenizer)
    tensors = adapted(thorough.tensors, THOROUGH_ADAPTER, strength=THOROUGH_STRENGTH)
    _write_small(thorough, tensors, target / THOROUGH_FILE, tokenizer)
    progress("sentence encoder: the large one, for alarms")
    _write_small(thorough, adapted(thorough.tensors, ALARM_ADAPTER), target / ALARM_FILE, tokenizer)
    np.save(target / ALARM_HEAD_FILE, head(ALARM_ADAPTER))


def _check_published(encoder: Published, tokenizer: Path) -> None:
    """Compare an encoder's graph with what another implementation makes of the same weights."""
    texts, truth = reference(encoder.name)
    with tempfile.TemporaryDirectory() as scratch:
        graph = write_encoder(encoder.tensors, encoder.config, Path(scratch) / "exact.onnx")
        _verify(EncoderGraph(graph, tokenizer).encode(texts), truth, EXACT)


def _write_small(encoder: Published, tensors: Tensors, target: Path, tokenizer: Path) -> None:
    """Write an encoder with these tensors in int8 and compare it with the same in full precision."""
    texts, _ = reference(encoder.name)
    with tempfile.TemporaryDirectory() as scratch:
        exact = write_encoder(tensors, encoder.config, Path(scratch) / "exact.onnx")
        small = quantise(exact, target)
        _verify(EncoderGraph(small, tokenizer).encode(texts), EncoderGraph(exact, tokenizer).encode(texts), QUANTISED)


def write_encoder(tensors: Tensors, config: dict[str, Any], target: Path) -> Path:
    """Write an encoder in full precision as a file that `EncoderGraph` can load.

    Args:
        tensors: by the names BERT gives them.
        config: the published model's.
        target: the file; returned.

    Raises:
        EncoderError: when a package of the build group is missing.
    """
    with _build_packages():
        import onnx

        onnx.save(write_graph(tensors, config), str(target))
    return target


def quantise(exact: Path, target: Path) -> Path:
    """Write an encoder that `write_encoder` wrote in int8.

    Args:
        exact: its file.
        target: the file to write; returned.

    Raises:
        EncoderError: when a package of the build group is missing.
    """
    with _build_packages():
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic

        # Per channel: with one scale per tensor BANKING77 loses a point. Unsigned: processors without VNNI add up
        # products of signed weights in 16 bits, which overflow; what comes out is then anything.
        quantize_dynamic(
            exact, target, per_channel=True, weight_type=QuantType.QUInt8,
            nodes_to_exclude=[node.name for node in onnx.load(str(exact)).graph.node if node.name.startswith(LOUD)],
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    return target


@contextlib.contextmanager
def _build_packages() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise EncoderError(
            f"Building the encoder needs the package {error.name}; run `uv sync --group build`, then `make setup`."
        ) from error


def reference(name: str) -> tuple[list[str], Vectors]:
    """Return sentences and the vectors another implementation of a published encoder gives them."""
    sentences = json.loads(REFERENCE.read_text(encoding="utf-8"))["sentences"]
    vectors = np.array([item[name] for item in sentences], dtype=np.float32)
    return [item["text"] for item in sentences], vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _verify(vectors: Vectors, truth: Vectors, least: float) -> None:
    """Compare vectors with what they should be."""
    cosines = (vectors * truth).sum(axis=1)
    if not cosines.min() >= least:  # also catches NaN
        raise EncoderError(
            f"The encoder that was built does not give the right vectors (cosine "
            f"{cosines.min():.5f}, at least {least} expected); run `uv sync` so that onnx and "
            "onnxruntime have the locked versions, then `make setup`."
        )
