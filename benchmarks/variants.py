"""The classifier taken apart: what each of its parts and settings is worth, on training phrases only.

    python -m benchmarks.variants

Every variant learns from the same draws of data/nlu and is asked phrases it has not seen: those of a
writer who was held out (the figures that count: visitors are new writers too), and rows held out at
random. Draws are small so that the whole takes half an hour; docs/reports/variants.md keeps the newest.
"""
from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import sys
import time
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

import numpy as np

from assistant.nlu.calibration import threshold
from assistant.nlu.classifier import Classifier, ClassifierSettings
from assistant.nlu.encoder import EncoderGraph
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.phrases import Phrases, read
from assistant.nlu.published import MINILM, MPNET
from assistant.settings import ROOT
from benchmarks.calibration import expected_error, isotonic, two_parameters
from benchmarks.phrases import Array, Split, garbled, some, splits, unadapted, vectors

REPORT = ROOT / "docs" / "reports" / "variants.md"
WRONG_COSTS = 5.0
BLANK = "x"
Found = dict[str, list[tuple[str, str, dict[str, float]]]]
HEADINGS = (
    "right, always answering", "spread", "scope AUROC", "calibration error", "right", "wrong", "cost", "seconds"
)


@dataclasses.dataclass(frozen=True)
class Variant:
    """The classifier with something changed; without changes, as it stands."""

    group: str
    name: str
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    encoder: str = MINILM
    precision: str = "int8"
    words: bool = True  # False: every text reads the same, so n-grams tell nothing
    meaning: bool = True  # False: every vector is zero
    strangers: bool = True  # False: learns from no out-of-scope phrase
    balanced: bool = False  # rare intents' phrases are repeated up to the median
    garbled: bool = False  # phrases without their telling word are learned as out of scope


ALONE = {"spelling": 0.0, "meaning": 0.0, "regression": 1.0, "doubt": 0.0, "doubt_alone": 0.0}
VARIANTS = (
    Variant("As it stands", "as it stands"),
    Variant("Encoder", "small, fp32", precision="fp32"),
    Variant("Encoder", "large, int8", encoder=MPNET),
    Variant("Features of the regression alone", "sentence vector", ALONE, words=False),
    Variant("Features of the regression alone", "n-grams", ALONE, meaning=False),
    Variant("Features of the regression alone", "both", ALONE),
    *(Variant("C", f"C = {value}", {"strength": float(value)}) for value in (2, 5, 10, 40, 80)),
    Variant("Class weights", "rare intents repeated up to the median", balanced=True),
    Variant("Nearest phrase of each intent", "by spelling, alone",
            {**ALONE, "regression": 0.0, "spelling": 10.0, "iterations": 1}),
    Variant("Nearest phrase of each intent", "by meaning, alone",
            {**ALONE, "regression": 0.0, "meaning": 10.0, "iterations": 1, "closest": 1000}, words=False),
    Variant("Nearest phrase of each intent", "without spelling", {"spelling": 0.0}),
    Variant("Nearest phrase of each intent", "without meaning", {"meaning": 0.0}),
    Variant("Nearest phrase of each intent", "meaning, directions not evened out", {"evened": 1000.0}),
    *(Variant("Doubt where no phrase is close (power)", f"{value}", {"doubt": float(value)}) for value in (0, 2, 4)),
    Variant("Out-of-scope phrases", "none learned, doubt as it stands then", strangers=False),
    Variant("Out-of-scope phrases", "none learned, no doubt", {"doubt_alone": 0.0}, strangers=False),
    Variant("Out-of-scope phrases", "garbled phrases beside them", garbled=True),
    Variant("Out-of-scope phrases", "only garbled phrases", strangers=False, garbled=True),
)


@dataclasses.dataclass(frozen=True)
class Answers:
    """What a variant made of the rows of one split."""

    split: Split
    labels: Array
    best: Array  # of all intents
    answer: Array  # of those in scope
    odds: Array  # of the best
    sure: Array  # odds of the best in scope
    seconds: float


class Bench:
    """Phrases, splits and vectors that all variants share."""

    def __init__(self, phrases: Phrases, held_out: Sequence[Split]) -> None:
        self.phrases, self.splits = phrases, held_out
        self._garbled = garbled(phrases)

    def encoder(self, variant: Variant) -> EncoderGraph:
        """The encoder of a variant, before its adapter: that has seen the writers who are held out here."""
        return unadapted(variant.encoder, variant.precision)

    def ask(self, variant: Variant) -> Iterator[Answers]:
        """Trains the variant on each split and asks it the rows held out."""
        settings = dataclasses.replace(ClassifierSettings(), **variant.settings)
        encoder = self.encoder(variant)
        every = vectors(self.phrases.texts, encoder)
        odd = vectors(list(self._garbled.values()), encoder) if variant.garbled else every[:0]
        for split in self.splits:
            train = _balanced(split.train, self.phrases.labels) if variant.balanced else split.train
            if not variant.strangers:
                train = train[self.phrases.labels[train] != OUT_OF_SCOPE]
            texts = [self.phrases.texts[row] for row in train]
            labels, learned = self.phrases.labels[train].tolist(), every[train]
            if variant.garbled:
                chosen = set(split.train.tolist())
                copies = [number for number, row in enumerate(self._garbled) if row in chosen]
                spoiled = list(self._garbled.values())
                texts += [spoiled[number] for number in copies]
                labels += [OUT_OF_SCOPE] * len(copies)
                learned = np.vstack([learned, odd[copies]])
            began = time.perf_counter()
            model = Classifier.fit(*_seen(variant, texts, labels, learned), settings=settings)
            seconds = time.perf_counter() - began
            asked = [self.phrases.texts[row] for row in split.test]
            yield _answers(model, variant, split, asked, self.phrases.labels[split.test], every[split.test], seconds)


def _seen(variant: Variant, texts: list[str], labels: list[str], learned: Array) -> tuple[list[str], list[str], Array]:
    """What is left when words or meaning are taken away."""
    return (texts if variant.words else [BLANK] * len(texts)), labels, (learned if variant.meaning else learned * 0)


def _answers(
    model: Classifier, variant: Variant, split: Split, texts: list[str], labels: Array, asked: Array, seconds: float
) -> Answers:
    words, _, meaning = _seen(variant, texts, [], asked)
    odds, _ = model.odds(words, meaning)
    intents = np.array(model.intents)
    inside = np.flatnonzero(intents != OUT_OF_SCOPE)
    rows, best = np.arange(len(texts)), odds.argmax(axis=1)
    answer = inside[odds[:, inside].argmax(axis=1)]
    return Answers(split, labels, intents[best], intents[answer], odds[rows, best], odds[rows, answer], seconds)


def _balanced(rows: Array, labels: Array) -> Array:
    """Rows of intents with fewer phrases than the median come again until they have as many."""
    _, place, counts = np.unique(labels[rows], return_inverse=True, return_counts=True)
    most = int(np.median(counts))
    parts = [np.resize(rows[place == one], max(count, most)) for one, count in enumerate(counts)]
    return np.concatenate(parts)


def figures(answers: Sequence[Answers], confidence: str) -> dict[str, float]:
    """The figures of HEADINGS.

    Args:
        answers: of all splits of one kind.
        confidence: "odds", "two parameters" or "isotonic"; the last two are learned on the other splits.
    """
    from sklearn.metrics import roc_auc_score

    labels, best, answer, sure = (
        np.concatenate([getattr(one, name) for one in answers]) for name in ("labels", "best", "answer", "sure")
    )
    inside = labels != OUT_OF_SCOPE
    right = best == labels
    chance = np.concatenate(list(_confidences(answers, confidence)))
    answered = (best != OUT_OF_SCOPE) & (chance >= threshold(WRONG_COSTS))
    refused = inside & ~answered
    by_seed = [
        np.mean(np.concatenate([(one.answer == one.labels)[one.labels != OUT_OF_SCOPE] for one in group]))
        for seed in {one.split.seed for one in answers}
        if (group := [one for one in answers if one.split.seed == seed])
    ]
    wrong = answered & ~right
    return dict(zip(HEADINGS, (
        float((answer == labels)[inside].mean()), float(np.std(by_seed)),
        float(roc_auc_score(inside, sure)) if 0 < inside.sum() < len(inside) else float("nan"),
        expected_error(chance, right), float((answered & right)[inside].mean()), float(wrong.mean()),
        float((WRONG_COSTS * wrong + refused).mean()), float(np.median([one.seconds for one in answers])),
    ), strict=True))


def _confidences(answers: Sequence[Answers], kind: str) -> Iterator[Array]:
    for one in answers:
        if kind == "odds":
            yield 1 / (1 + np.exp(-one.odds))
        else:
            others = [other for other in answers if other is not one] or [one]
            odds = np.concatenate([other.odds for other in others])
            right = np.concatenate([other.best == other.labels for other in others])
            yield (two_parameters if kind == "two parameters" else isotonic)(odds, right)(one.odds)


def measure(bench: Bench, variants: Sequence[Variant]) -> Iterator[Found]:
    """What is known after each variant: (group, name, figures) by kind of split. Says what it is doing."""
    kinds = sorted({split.kind for split in bench.splits}, reverse=True)
    found: Found = {kind: [] for kind in kinds}
    began = time.monotonic()
    for number, variant in enumerate(variants, 1):
        first, answers = len(found[kinds[0]]), []
        for one in bench.ask(variant):
            answers.append(one)
            said = f"  {variant.name}: {len(answers)} of {len(bench.splits)} ({one.seconds:.0f} s)"
            print(said, file=sys.stderr, flush=True)
        for kind, rows in found.items():
            mine = [one for one in answers if one.split.kind == kind]
            confidences = {"two parameters": variant.name}
            if variant.group == "As it stands":
                confidences |= {"odds": "the odds as they are", "isotonic": "isotonic, learned on the others"}
            for confidence, name in confidences.items():
                group = "Confidence" if confidence in ("odds", "isotonic") else variant.group
                rows.append((group, name, figures(mine, confidence)))
        spent = time.monotonic() - began
        print(f"{number} of {len(variants)} {variant.name}: {_row(found[kinds[0]][first])} ({spent:.0f} s)", flush=True)
        yield found


def main() -> None:
    """Measures all variants and writes the report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=ROOT / "data" / "nlu")
    options.add_argument("--pool", type=int, default=5000, help="phrases that are drawn from")
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--phrases", type=int, default=2000, help="to learn from, at most, in one draw")
    options.add_argument("--asked", type=int, default=200, help="at most, in one draw")
    options.add_argument("--only", default="", help="measure variants whose group or name holds this")
    options.add_argument("--report", type=Path, default=REPORT)
    given = options.parse_args()
    phrases = some(read(given.data), given.pool)
    bench = Bench(phrases, splits(phrases, seeds=given.seeds, most=given.phrases, asked=given.asked))
    chosen = [one for one in VARIANTS if given.only.lower() in f"{one.group} {one.name}".lower()]
    given.report.parent.mkdir(parents=True, exist_ok=True)
    for found in measure(bench, chosen):  # whoever stops it early keeps what was measured
        given.report.write_text("\n".join(_report(found, bench, given)), encoding="utf-8")
    print(f"Written to {given.report}")


def _report(found: Found, bench: Bench, given: argparse.Namespace) -> Iterator[str]:
    asked = {kind: sum(len(split.test) for split in bench.splits if split.kind == kind) for kind in found}
    yield from (
        "# Variants of the classifier", "",
        f"Measured {dt.date.today():%d %B %Y} with `python -m benchmarks.variants`, on training phrases only:",
        f"{len(bench.phrases.texts)} of them. Every variant learned from the same draws of at most {given.phrases} and",
        f"was asked at most {given.asked} others in each: {asked.get('writer', 0)} phrases of writers held out (every",
        f"file of data/nlu once, some files at a time) and {asked.get('random', 0)} held out at random, over",
        f"{given.seeds} seeds. The encoders are those before their adapters, which have seen all writers. So figures",
        "are far below what the whole training set gives (docs/quality.md); they are for comparing rows.", "",
        "*Right, always answering* and *spread*: share of in-scope phrases whose likeliest answer is right, and its",
        "standard deviation over the seeds. *Calibration error*: how far said confidence lies from the share that is",
        "right, on average; unless the row says otherwise, confidence is two parameters learned on the other draws.",
        f"*Right* (of in scope), *wrong* (of all) and *cost* (per message; a wrong answer costs {WRONG_COSTS:.0f}, a",
        f"\"not sure\" 1) are at the threshold this cost gives, {threshold(WRONG_COSTS):.2f}. *Seconds*: one training,",
        "median, without calibration. Differences under a point are noise.", "",
    )
    titles = {"writer": "A writer held out", "random": "Rows held out at random"}
    for kind, rows in found.items():
        yield from (f"## {titles[kind]}", "", f"| | | {' | '.join(HEADINGS)} |", f"|---|---|{'---|' * len(HEADINGS)}")
        order = list(dict.fromkeys(group for group, _, _ in rows if group != "Confidence"))
        for group in (*order, "Confidence"):
            for row in (row for row in rows if row[0] == group):
                yield f"| {group} | {row[1]} | {_row(row)} |"
        yield ""


def _row(found: tuple[str, str, Mapping[str, float]]) -> str:
    return " | ".join(
        f"{value:.1f}" if key == "seconds" else f"{value:.3f}" for key, value in found[2].items()
    )


if __name__ == "__main__":
    main()
