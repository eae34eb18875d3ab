"""The files that decide what the classifier learns: Rasa keeps what it has learned until one of them changes."""

from __future__ import annotations

from pathlib import Path

from assistant.nlu import (
    adapter,
    alarms,
    calibration,
    classifier,
    crisis,
    details,
    encoder,
    kept_vectors,
    ngrams,
    red_flags,
    regression,
    two_looks,
    typos,
)
from assistant.nlu.intents import KIN

LEARNERS = (
    adapter, alarms, calibration, classifier, crisis, details, encoder, kept_vectors, ngrams, regression, two_looks,
    typos,
)
LEARNED_FROM = (
    KIN, typos.SHORTHAND, *(Path(str(learner.__file__)) for learner in LEARNERS),
    *sorted(path for path in Path(str(red_flags.__file__)).parent.iterdir() if path.suffix in (".py", ".yml")),
)
