"""From a message to what it may ask: cut, corrected, encoded, ranked. No Rasa."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.nlu import questions
from assistant.nlu.details import without_details
from assistant.nlu.encoder import SentenceEncoder, Vectors
from assistant.nlu.intents import RED_FLAG
from assistant.nlu.questions import Part
from assistant.nlu.several import Candidate, Reading
from assistant.nlu.two_looks import TwoLooks
from assistant.nlu.typos import Typos

WORDS_FILE = "words.json"


class Reader:
    """Reads messages with trained classifiers; make one of its parts or with `load`."""

    def __init__(self, looks: TwoLooks, typos: Typos) -> None:
        """Take the parts."""
        self._looks, self._typos = looks, typos

    @classmethod
    def load(cls, directory: Path) -> Reader:
        """Read what `save` wrote."""
        words = json.loads((directory / WORDS_FILE).read_text(encoding="utf-8"))
        return cls(TwoLooks.load(directory), Typos(words))

    def _texts(self, parts: Sequence[Part]) -> list[str]:
        """Return the parts' words as they are encoded: without names and numbers, corrected."""
        return [self._typos.correct(without_details(part.text)) for part in parts]

    def save(self, directory: Path) -> None:
        """Write it into `directory`."""
        self._looks.save(directory)
        (directory / WORDS_FILE).write_text(json.dumps(self._typos.words), encoding="utf-8")

    def read(
        self, message: str, encoder: SentenceEncoder, vector: Any | None = None, *, most: int = 10
    ) -> Reading:
        """Return what a message may ask.

        Args:
            message: its words.
            encoder: the one the classifiers were trained with.
            vector: of just these words by the quick encoder, float32 [d], where it is known.
            most: how many intents are ranked.
        """
        whole, bare = questions.whole(message), questions.bare(message)
        every = list(dict.fromkeys([whole, bare]))
        texts = self._texts(every)
        known = vector is not None and texts[0] == message
        vectors: Vectors = encoder.encode(texts[1:] if known else texts)
        if known:
            vectors = np.vstack([np.asarray(vector), vectors])
        odds = self._looks.odds(texts, vectors, reading(encoder.encode_thoroughly, texts))
        ranked = self._looks.ranking(odds, most=most)
        intents = self._looks.intents

        def understand(parts: Sequence[Part]) -> list[Candidate]:
            if not parts:
                return []
            texts = self._texts(parts)
            odds = self._looks.quick_odds(texts, encoder.encode(texts))
            return list(zip(parts, self._looks.ranking(odds, most=most), strict=True))

        return Reading(
            whole=(whole, ranked[0]), bare=(bare, ranked[-1]), clauses=questions.clauses(message),
            text=texts[0], vector=vectors[0],
            alarming=float(odds.meant[0, intents.index(RED_FLAG)]) if RED_FLAG in intents else -np.inf,
            understand=understand,
        )


def reading(encode: Callable[[list[str]], Vectors], texts: list[str]) -> Callable[[list[int]], Vectors]:
    """Return what gives the vectors of some of the texts."""
    return lambda rows: encode([texts[row] for row in rows])
