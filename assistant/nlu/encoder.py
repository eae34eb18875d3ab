"""The sentence encoder: text in, unit vectors of 768 numbers out (ONNX Runtime, no Rasa, no spaCy).

The folder it reads is made by `build_encoder.py`.
"""

from __future__ import annotations

import functools
import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from assistant.nlu.adapter import head
from assistant.nlu.artefacts import damage, fingerprint

MODEL_FILE, ALARM_FILE = "model.onnx", "alarm.onnx"
TOKENIZER_FILE = "tokenizer.json"
MAX_TOKENS = 128
BATCH = 16

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
            directory: folder with the model, the tokenizer and their manifest.

        Raises:
            EncoderError: when a file is missing or damaged.
        """
        problem = damage(directory)
        if problem:
            raise EncoderError(f"The sentence encoder cannot be used: {problem}. Run `make setup`.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # fair on a busy server; training runs several calls at a time
        options.inter_op_num_threads = 1
        self.directory = directory
        self.sha256 = fingerprint(directory)

        def session(name: str) -> onnxruntime.InferenceSession:
            return onnxruntime.InferenceSession(str(directory / name), options, providers=["CPUExecutionProvider"])

        self._meaning = session(MODEL_FILE)
        self._alarms = session(ALARM_FILE) if (directory / ALARM_FILE).is_file() else None
        self._tokenizer = Tokenizer.from_file(str(directory / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    @classmethod
    def load(cls, directory: Path | str) -> SentenceEncoder:
        """Return the encoder in `directory`; the same path gives the same object."""
        return _load(Path(directory).resolve())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, float32 [n, 768], in the order given.

        Texts are run in batches of like length, so many texts take the least padding, and as many
        batches at a time as there are processors.
        """
        return self._encode(self._meaning, texts)

    def alarm_vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors that tell alarms from what only looks like one, float32 [n, 384]."""
        return self._encode(self._alarms, texts)

    def alarm_odds(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the log-odds, not calibrated, that each text tells of a worrying sign, float32 [n]."""
        direction = head()
        odds: npt.NDArray[np.float32] = self.alarm_vectors(texts) @ direction[:-1] + direction[-1]
        return odds

    def _encode(self, session: Any, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), session.get_outputs()[0].shape[1]), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]

        def run(rows: list[int]) -> None:
            vectors[rows] = self._run(session, [texts[row] for row in rows])

        if len(batches) == 1:
            run(batches[0])  # a message being answered: no threads for it
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(run, batches))
        return vectors

    def encode_one(self, text: str) -> Vectors:
        """Return the vector of one text, float32 [768]."""
        vector: Vectors = self._run(self._meaning, [text])[0]
        return vector

    def _run(self, session: Any, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch([tidy(text) for text in texts])
        inputs = {
            "input_ids": np.array([item.ids for item in encoded], dtype=np.int64),
            "attention_mask": np.array([item.attention_mask for item in encoded], dtype=np.int64),
        }
        vectors: Vectors = session.run(None, inputs)[0]
        return vectors


@functools.lru_cache(maxsize=4)
def _load(directory: Path) -> SentenceEncoder:
    return SentenceEncoder(directory)
