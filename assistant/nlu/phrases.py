"""The training phrases of data/nlu, read without Rasa: what they say, what they ask for, who wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML

from assistant.nlu.details import without_details
from assistant.nlu.typos import Typos


@dataclass(frozen=True)
class Phrases:
    """n phrases with intent and writer; a file of data/nlu is by one writer, or nearly so."""

    texts: list[str]
    labels: npt.NDArray[np.str_]
    writers: npt.NDArray[np.str_]

    def corrected(self) -> list[str]:
        """Return the texts as the encoders read them in training."""
        typos = Typos.fit(self.texts)
        return [typos.correct(text) for text in self.texts]


def read(folder: Path) -> Phrases:
    """Return the phrases of all files in a folder such as data/nlu, without names and numbers in them."""
    rows = []
    for path in sorted(folder.glob("*.yml")):
        for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = entry["examples"].splitlines() if "intent" in entry else []
            rows += [(without_details(line[2:]), entry["intent"], path.stem) for line in lines if line[:2] == "- "]
    texts, labels, writers = zip(*rows, strict=True)
    return Phrases(list(texts), np.array(labels), np.array(writers))
