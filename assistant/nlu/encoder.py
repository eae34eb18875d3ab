"""The sentence encoder: text in, unit vectors out (ONNX Runtime, no Rasa, no spaCy).

Three graphs: a quick one that reads every message, a thorough one, seven times as slow, for what the first leaves in
doubt, and one as thorough that tells alarms. The folder they lie in is made by `build_encoder.py`.
"""

from __future__ import annotations

import functools
import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from assistant.nlu.artefacts import damage

QUICK_FILE, THOROUGH_FILE, ALARM_FILE = "quick.onnx", "thorough.onnx", "alarm.onnx"
TOKENIZER_FILE, THOROUGH_TOKENIZER_FILE = "tokenizer.json", "thorough_tokenizer.json"
ALARM_HEAD_FILE = "alarm_head.npy"
MADE_FROM = "made_from"  # of the manifest: what each graph was made from, as a hash
MAX_TOKENS = 128
FEW = 8  # texts that are not worth several threads: the parts of a message being answered

Vectors = npt.NDArray[np.float32]


_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"'})


class EncoderError(RuntimeError):
    """The encoder cannot be built or loaded; the message says why and what to do."""


def tidy(text: str) -> str:
    """Return the text with plain quotes and letters: phones type "what’s" where phrases have "what's"."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY).split())


class SentenceEncoder:
    """Turns texts into unit vectors; texts that mean the same lie close together. Tells alarms, too."""

    def __init__(self, directory: Path) -> None:
        """Load the files in `directory`; use `load` to share one copy between callers.

        Args:
            directory: folder with the graphs, their tokenizers and the manifest.

        Raises:
            EncoderError: when a file is missing or damaged.
        """
        problem = damage(directory)
        if problem:
            raise EncoderError(f"The sentence encoder cannot be used: {problem}. Run `make setup`.")
        self.directory = directory
        self._quick = EncoderGraph(directory / QUICK_FILE, directory / TOKENIZER_FILE)
        self._thorough = EncoderGraph(directory / THOROUGH_FILE, directory / THOROUGH_TOKENIZER_FILE)
        self._alarms = EncoderGraph(directory / ALARM_FILE, directory / THOROUGH_TOKENIZER_FILE)
        self._head = np.load(directory / ALARM_HEAD_FILE, allow_pickle=False)

    @classmethod
    def load(cls, directory: Path | str) -> SentenceEncoder:
        """Return the encoder in `directory`; the same path gives the same object."""
        return _load(Path(directory).resolve())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, float32 [n, 384], in the order given."""
        return self._quick.encode(texts)

    def encode_one(self, text: str) -> Vectors:
        """Return the vector of one text, float32 [384]."""
        vector: Vectors = self._quick.encode([text])[0]
        return vector

    def encode_thoroughly(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of the thorough graph, float32 [n, 768]."""
        return self._thorough.encode(texts)

    def alarm_odds(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the log-odds, not calibrated, that each text tells of a worrying sign, float32 [n]."""
        odds: npt.NDArray[np.float32] = self._alarms.encode(texts) @ self._head[:-1] + self._head[-1]
        return odds


class EncoderGraph:
    """One ONNX graph with its tokenizer.

    Attributes:
        file: of the graph.
    """

    def __init__(self, graph: Path, tokenizer: Path) -> None:
        self.file = graph
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # fair on a busy server; training runs several calls at a time
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, in the order given.

        Many texts are run on all processors, but each by itself: in int8, what stands beside a text changes its
        vector, to a cosine of 0.99, and the vector of a phrase is to be that of a message with the same words.
        """
        vectors = np.zeros((len(texts), self._session.get_outputs()[0].shape[1]), dtype=np.float32)
        tokens = [item.ids for item in self._tokenizer.encode_batch([tidy(text) for text in texts])]

        def run(row: int) -> None:
            ids = np.array([tokens[row]], dtype=np.int64)
            vectors[row] = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]

        if len(texts) <= FEW:
            for row in range(len(texts)):
                run(row)
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(run, range(len(texts))))
        return vectors


@functools.lru_cache(maxsize=4)
def _load(directory: Path) -> SentenceEncoder:
    return SentenceEncoder(directory)
