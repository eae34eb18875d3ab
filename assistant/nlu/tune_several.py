"""Learns when a message asks several things: writes `several.json`, in two to eight minutes.

    python -m assistant.nlu.tune_several

asks the trained model about the messages of data/several, none of which it was trained with. Run it after the
understanding of single questions has changed by a good part; no build needs it.
"""

from __future__ import annotations

import json
import logging
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.making import BUILD, MODEL
from assistant.nlu.encoder import SentenceEncoder
from assistant.nlu.intents import RED_FLAG, are_kin
from assistant.nlu.reading import WORDS_FILE, Reader
from assistant.nlu.several import BIAS, LEAST_SEVERAL, OF_MESSAGES, OF_WAYS, WEIGHTS, Way, calm, chance, signs
from assistant.settings import ROOT

MESSAGES = ROOT / "data" / "several"
STRICTNESS = 0.3  # inverse of what large weights cost, on features of like spread (C)

logger = logging.getLogger(__name__)


def main() -> None:
    """Learn and write."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not MODEL.exists():
        sys.exit("There is no trained model to ask; run `make setup` first.")
    messages = list(read(MESSAGES))
    hints: list[dict[str, float]] = []
    found: list[list[Way]] = []
    right: list[bool] = []
    with tempfile.TemporaryDirectory() as folder:
        reader, encoder = Reader.load(_trained(Path(folder))), SentenceEncoder(BUILD / "encoder")
        for number, (text, parts) in enumerate(messages, start=1):
            reading = reader.read(text, encoder)
            hint, ways = signs(reading.clauses, calm(reading.whole)[1]), reading.every_way()
            if hint:
                hints.append(hint)
                found.append(ways)
            right += [is_right(way, parts) for way in ways]
            if number % 500 == 0:
                logger.info("%d of %d messages read", number, len(messages))
    of_ways = learn([way.features for ways in found for way in ways], right)
    several = [any(chance(way.features, of_ways) >= LEAST_SEVERAL for way in ways) for ways in found]
    weights = {OF_WAYS: of_ways, OF_MESSAGES: learn(hints, several)}
    WEIGHTS.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    logger.info("Learned from %d ways, %d of them right; written to %s", len(right), sum(right), WEIGHTS)


def read(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each message and the intents it asks for, in order.

    Raises:
        ValueError: when a line is no such message; it names file and line.
    """
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
                yield str(row["text"]), [str(part["intent"]) for part in row["parts"]]
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{file}:{number}: each line is a text with its parts, and their intents") from error


def is_right(way: Way, parts: Sequence[str]) -> bool:
    """Return whether a way answers several parts, each of them, and nothing else."""
    topics = [ranks[0].name for _, ranks in way.asked]
    return (
        len(topics) <= len(set(parts)) and RED_FLAG not in parts
        and all(any(are_kin(part, topic) for topic in topics) for part in parts)
        and all(any(are_kin(topic, part) for part in parts) for topic in topics)
    )


def learn(features: Sequence[Mapping[str, float]], holds: Sequence[bool]) -> dict[str, float]:
    """Return the weight of each feature, by name, and the bias, for the chance that something holds."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names = list(features[0])
    table = np.array([[row[name] for name in names] for row in features])
    middle, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    found: Any = LogisticRegression(C=STRICTNESS, max_iter=1000).fit((table - middle) / spread, holds)
    weights = found.coef_[0] / spread
    bias = float(found.intercept_[0] - weights @ middle)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)} | {BIAS: round(bias, 3)}


def _trained(folder: Path) -> Path:
    """Unpack the trained classifier into `folder` and return where it lies."""
    with tarfile.open(MODEL) as archive:
        archive.extractall(folder)  # made by us
    return next(folder.rglob(WORDS_FILE)).parent


if __name__ == "__main__":
    main()
