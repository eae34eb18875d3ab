"""This pipeline, Rasa's default recipe and a plain regression, learning and asked the same public sets.

A set is a folder with `train.tsv` (or `train_<something>.tsv`) and `test.tsv`: text, tab, intent, no
header; what is out of scope has the intent `out_of_scope`. Nothing is tuned on a test file: the threshold
is config.yml's own. benchmarks/README.md says where the public sets come from.

    make bench SETS=folder
"""
from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Sequence

import numpy as np
from ruamel.yaml import YAML

from assistant.nlu.intents import FALLBACK, OUT_OF_SCOPE
from assistant.settings import ROOT
from benchmarks.parsing import Parsed, parse_all, train
from benchmarks.speed import recipe

REPORT = ROOT / "docs" / "reports" / "public_sets.md"
EPOCHS = 100  # what DIETClassifier takes when told nothing else in a config that `rasa init` writes
RASA_THRESHOLD = 0.3  # of Rasa's FallbackClassifier; the regression is given the same
HEADINGS = (
    "in scope right at own threshold", "out of scope refused at own threshold", "MCC at own threshold",
    "in scope right, always answering", "scope AUROC", "in scope right where 90 % of out of scope is refused",
    "ms per question", "seconds to train",
)

Rows = list[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class PublicSet:
    """Questions to learn from and questions to be asked."""

    name: str
    train: Rows
    test: Rows
    sha256: Mapping[str, str]  # by file name


@dataclasses.dataclass(frozen=True)
class Guess:
    """What a bot makes of a question: its decision, and its best answer if it had to give one."""

    decided: str
    best: str
    confidence: float  # of the best answer


@dataclasses.dataclass(frozen=True)
class Asked:
    """A bot's guesses in the order of the test file, and what they cost."""

    bot: str
    guesses: Sequence[Guess]
    milliseconds: float
    seconds: float


def folders(place: Path) -> list[Path]:
    """The folder itself if it is a set, else the sets right under it."""
    return [folder for folder in (place, *sorted(place.iterdir())) if (folder / "test.tsv").is_file()]


def read(folder: Path) -> PublicSet:
    """Reads a set.

    Raises:
        ValueError: when there is not exactly one train file.
    """
    found = sorted(folder.glob("train*.tsv"))
    if len(found) != 1:
        raise ValueError(f"{folder} holds {len(found)} train*.tsv, and one is needed")
    files = (found[0], folder / "test.tsv")
    sha256 = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    return PublicSet(folder.resolve().name, *map(_rows, files), sha256)


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row[0], row[1]) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]


def ours(public: PublicSet) -> Asked:
    """The pipeline of config.yml."""
    config = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
    wanted = {key: config[key] for key in ("recipe", "assistant_id", "language", "pipeline")}
    return _rasa("this assistant's pipeline", wanted, public, tensorflow=False)


def stock(public: PublicSet, *, epochs: int = EPOCHS) -> Asked:
    """Rasa's default recipe."""
    wanted = recipe(epochs)
    for component in wanted["pipeline"]:
        if component["name"] == "DIETClassifier":
            component["random_seed"] = 7
    wanted.pop("policies")
    return _rasa(f"Rasa's default recipe (DIET, {epochs} epochs)", wanted, public, tensorflow=True)


def _rasa(bot: str, wanted: Mapping[str, Any], public: PublicSet, *, tensorflow: bool) -> Asked:
    # Rasa reads "a/b" as an answer selector's name, and our own rules know some intents by theirs
    names = {intent: f"intent_{number}" for number, intent in enumerate(sorted({row[1] for row in public.train}))}
    names[OUT_OF_SCOPE] = OUT_OF_SCOPE
    back = {name: intent for intent, name in names.items()}
    with tempfile.TemporaryDirectory() as folder:
        model, seconds = train(wanted, [(text, names[intent]) for text, intent in public.train], Path(folder))
        parsed, milliseconds = parse_all([text for text, _ in public.test], model, tensorflow=tensorflow)
    return Asked(bot, [_guess(one, back) for one in parsed], milliseconds, seconds)


def _guess(parsed: Parsed, back: Mapping[str, str]) -> Guess:
    """A name the set does not know, such as a red flag our rules see, is an answer, and a wrong one."""
    decided = parsed["intent"]["name"]
    ranking = [(one["name"], one["confidence"]) for one in parsed["intent_ranking"]]
    answers = [one for one in ranking if one[0] not in (OUT_OF_SCOPE, FALLBACK)]
    best, confidence = answers[0] if answers else (OUT_OF_SCOPE, 0.0)
    refused = decided in (OUT_OF_SCOPE, FALLBACK, None)
    return Guess(OUT_OF_SCOPE if refused else back.get(decided, decided), back.get(best, best), confidence)


def regression(public: PublicSet) -> Asked:
    """TF-IDF of character n-grams and logistic regression, scikit-learn's; whole words do worse on these sets."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        LogisticRegression(C=10, max_iter=1000),
    )
    began = time.perf_counter()
    model.fit([text for text, _ in public.train], [intent for _, intent in public.train])
    seconds = time.perf_counter() - began
    inside = np.array([name != OUT_OF_SCOPE for name in model.classes_])
    guesses, times = [], []
    for text, _ in public.test:
        began = time.perf_counter()
        chances = model.predict_proba([text])[0]
        times.append((time.perf_counter() - began) * 1000)
        best = int(np.where(inside, chances, -1).argmax())
        sure = chances.argmax() == best and chances[best] >= RASA_THRESHOLD
        name = str(model.classes_[best])
        guesses.append(Guess(name if sure else OUT_OF_SCOPE, name, float(chances[best])))
    return Asked("TF-IDF and logistic regression", guesses, statistics.median(times), seconds)


def figures(labels: Sequence[str], asked: Asked) -> dict[str, float | None]:
    """The figures of HEADINGS, shares from 0 to 1; None where a set holds nothing to count."""
    from sklearn.metrics import matthews_corrcoef, roc_auc_score

    inside = np.array([label != OUT_OF_SCOPE for label in labels])
    decided = np.array([guess.decided for guess in asked.guesses])
    wanted = np.array(labels)
    right = np.array([guess.best for guess in asked.guesses]) == wanted
    sure = np.array([guess.confidence for guess in asked.guesses])
    auroc = covered = refused = None
    if not inside.all():
        refused = float((decided == wanted)[~inside].mean())
        auroc = float(roc_auc_score(inside, sure))
        least = np.quantile(sure[~inside], 0.9, method="higher")
        covered = float((right & (sure > least))[inside].mean())
    values = (
        float((decided == wanted)[inside].mean()), refused, float(matthews_corrcoef(wanted, decided)),
        float(right[inside].mean()), auroc, covered, asked.milliseconds, asked.seconds,
    )
    return dict(zip(HEADINGS, values, strict=True))


def measure(
    places: Sequence[Path], *, epochs: int = EPOCHS, report: Path | None = REPORT,
    bots: Sequence[Callable[[PublicSet], Asked]] = (ours, regression),
) -> list[tuple[PublicSet, dict[str, dict[str, float | None]]]]:
    """Measures every set with every bot and Rasa's recipe, prints the tables and writes them to `report`.

    Args:
        places: folders of sets.
        epochs: how long DIET learns; 0 leaves Rasa's recipe out.
        report: None writes nothing.
        bots: what is measured beside Rasa's recipe.
    """
    results = []
    for folder in places:
        public = read(folder)
        labels = [intent for _, intent in public.test]
        found = {}
        for bot in (*bots, *([lambda these: stock(these, epochs=epochs)] if epochs else [])):
            print(f"{public.name}: {len(public.train)} phrases, {len(public.test)} questions", flush=True)
            asked = bot(public)
            found[asked.bot] = figures(labels, asked)
            print(f"  {asked.bot}: " + ", ".join(f"{k} {_shown(k, v)}" for k, v in found[asked.bot].items()))
        results.append((public, found))
        print("\n".join(_table(public, found)), flush=True)
    if report:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text("\n".join(_report(results)), encoding="utf-8")
        print(f"Written to {report}")
    return results


def _report(results: Sequence[tuple[PublicSet, Mapping[str, Mapping[str, float | None]]]]) -> Iterator[str]:
    yield from (
        "# Public question sets", "",
        f"Measured {dt.date.today():%d %B %Y} with `make bench SETS=folder`. Each bot learned a set's train file and",
        "was asked its test file, one question at a time, in the same run on the same machine. Nothing was tuned",
        "on a test file. \"Own threshold\" is config.yml's for this assistant, and 0.3 (the default of Rasa's",
        "FallbackClassifier) for the other two. A message our rules take for a red flag or a follow-up counts as",
        "a wrong answer. What the columns mean and where the sets come from: `benchmarks/README.md`.", "",
    )
    for public, found in results:
        yield from _table(public, found)


def _table(public: PublicSet, found: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    intents = {intent for _, intent in public.test} - {OUT_OF_SCOPE}
    outside = sum(intent == OUT_OF_SCOPE for _, intent in public.test)
    yield from (
        f"## {public.name}", "",
        f"{len(public.train)} phrases to learn, {len(public.test)} questions ({outside} out of scope), "
        f"{len(intents)} intents.", "",
        f"| | {' | '.join(found)} |", f"|---|{'---|' * len(found)}",
        *(f"| {key} | {' | '.join(_shown(key, one[key]) for one in found.values())} |" for key in HEADINGS), "",
        *(f"`{file}` sha256 `{digest}`  " for file, digest in public.sha256.items()), "",
    )


def _shown(key: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if key.startswith(("ms", "seconds")) else f"{value:.3f}"
