"""From a message to what it may ask: cut, corrected, encoded, ranked. No Rasa."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.nlu import questions
from assistant.nlu.details import without_details
from assistant.nlu.encoder import SentenceEncoder, Vectors
from assistant.nlu.intents import RED_FLAG
from assistant.nlu.several import Reading, spans
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
        whole, bare, clauses = questions.whole(message), questions.bare(message), questions.clauses(message)
        runs = spans(clauses)
        # a run of clauses may be the bare message: it is looked at once
        every = list(dict.fromkeys([whole, bare, *runs.values()]))
        texts = [self._typos.correct(without_details(part.text)) for part in every]
        known = vector is not None and texts[0] == message
        vectors: Vectors = encoder.encode(texts[1:] if known else texts)
        if known:
            vectors = np.vstack([np.asarray(vector), vectors])
        again = 1 if bare == whole else 2  # runs of clauses are cut blindly: nobody looks twice
        odds = self._looks.odds(texts, vectors, reading(encoder.encode_thoroughly, texts), again=again)
        ranked = dict(zip(every, self._looks.ranking(odds, most=most), strict=True))
        intents = self._looks.intents
        return Reading(
            whole=(whole, ranked[whole]), bare=(bare, ranked[bare]), clauses=clauses,
            spans={run: (part, ranked[part]) for run, part in runs.items()}, text=texts[0], vector=vectors[0],
            alarming=float(odds.meant[0, intents.index(RED_FLAG)]) if RED_FLAG in intents else -np.inf,
        )


def reading(encode: Callable[[list[str]], Vectors], texts: list[str]) -> Callable[[list[int]], Vectors]:
    """Return what gives the vectors of some of the texts."""
    return lambda rows: encode([texts[row] for row in rows])
