"""Writes data/vectors: what the encoders say of the phrases of data/nlu.

    python -m assistant.nlu.ship_vectors

asks the built encoders about phrases that are new to them, a few milliseconds each. Run it when data/nlu has grown by a
good part or an encoder has changed, after `make setup`; a clone then need not ask about every phrase itself.
"""

from __future__ import annotations

import logging
import sys

import numpy as np

from assistant.making import BUILD
from assistant.nlu.adapter import for_thorough_look
from assistant.nlu.build_encoder import ensure_encoder
from assistant.nlu.encoder import SentenceEncoder
from assistant.nlu.kept_vectors import SHIPPED, file_names, kept_vectors
from assistant.nlu.phrases import read
from assistant.settings import ROOT

logger = logging.getLogger(__name__)


def main() -> None:
    """Ask and write."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    phrases = read(ROOT / "data" / "nlu")
    texts = phrases.corrected()
    encoder = SentenceEncoder.load(ensure_encoder(BUILD / "encoder"))
    kept = kept_vectors(encoder)
    kept.quick(texts)
    kept.thorough([texts[row] for row in np.flatnonzero(for_thorough_look(texts, list(phrases.labels)))])
    names = file_names(encoder)
    for vectors, name in zip(kept, names, strict=True):
        count = vectors.write(SHIPPED / name, texts)
        logger.info("%s: of %d phrases", SHIPPED / name, count)
        if not count:  # only a training knows of which phrases the odds of an alarm are needed
            sys.exit("Nothing is known of alarms yet; run `make setup`, then this again.")
    for other in {path.name for path in SHIPPED.glob("*.npz")} - set(names):
        (SHIPPED / other).unlink()


if __name__ == "__main__":
    main()
