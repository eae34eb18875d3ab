"""Right, wrong, refused: what the trained model makes of questions it has never seen.

    python -m benchmarks.quality [FILE.jsonl | FOLDER ...]

reads sets of the form described in tests/nlu/README.md (default: that folder), prints the figures and
writes the report: docs/quality.md for the project's own sets, build/bench/ for others, and a page to open
in a browser for both. A folder with train.tsv and test.tsv, or with such folders in it, is measured by
benchmarks/public_sets.py instead. `--json` prints figures only and writes nothing.
"""
from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Sequence

from ruamel.yaml import YAML

from assistant.answers.store import load_content
from assistant.making import BUILD, MODEL
from assistant.nlu.calibration import threshold
from assistant.settings import ROOT
from benchmarks import public_sets, quality_report
from benchmarks.judging import Judged, figures, judge, read, worst
from benchmarks.parsing import BenchError, parse_all

SETS = ROOT / "tests" / "nlu"
DOCUMENT = ROOT / "docs" / "quality.md"


def main() -> None:
    """Measures the sets given and reports."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("sets", nargs="*", type=Path)
    options.add_argument("--model", type=Path, default=MODEL)
    options.add_argument("--epochs", type=int, default=public_sets.EPOCHS, help="of DIET, on train/test sets")
    options.add_argument("--json", action="store_true")
    options.add_argument("--mistakes", action="store_true", help="with --json: list the mistakes too")
    given = options.parse_args()
    try:
        _measure(given)
    except (BenchError, ValueError) as error:
        sys.exit(str(error))


def _measure(given: argparse.Namespace) -> None:
    places = [path.resolve() for path in given.sets]
    missing = [str(path) for path in places if not path.exists()]
    if missing:
        raise BenchError(f"There is nothing at {', '.join(missing)}.")
    learned = [folder for path in places if path.is_dir() for folder in public_sets.folders(path)]
    if learned:
        public_sets.measure(learned, epochs=given.epochs)
    files = [file for path in places or [SETS] for file in _files(path)]
    if not files and not learned:
        raise BenchError("No *.jsonl and no train.tsv with test.tsv in what was given.")
    if files:
        judged, milliseconds = ask(files, given.model)
        if given.json:
            print(json.dumps(_as_json(judged, milliseconds, mistakes=given.mistakes)))
        else:
            _write(judged, milliseconds, places)


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]


def ask(files: Sequence[Path], model: Path) -> tuple[list[Judged], float]:
    """Every message of the files, judged, and the median milliseconds for one."""
    sets = read(files)
    rows = [(name, row) for name, part in sets.items() for row in part]
    parsed, milliseconds = parse_all([row["text"] for _, row in rows], model)
    return [judge(name, row, one) for (name, row), one in zip(rows, parsed, strict=True)], milliseconds


def _as_json(judged: Sequence[Judged], milliseconds: float, *, mistakes: bool) -> dict[str, object]:
    found: dict[str, object] = {
        name: figures([one for one in judged if one.set == name]) for name in dict.fromkeys(one.set for one in judged)
    }
    wrong = [_in_words(one) for one in worst(judged)] if mistakes else []
    return {**found, "all": figures(judged), "milliseconds": milliseconds, "mistakes": wrong}


def _in_words(one: Judged) -> str:
    got, wanted = " + ".join(one.topics), " or ".join(one.row.get("accept") or [one.row.get("level") or "no alarm"])
    return f"{one.verdict} ({one.confidence:.2f}): {one.row['text'][:110]!r} -> {got}, wanted {wanted}"


def _write(judged: Sequence[Judged], milliseconds: float, places: Sequence[Path]) -> None:
    for name in dict.fromkeys([*(one.set for one in judged), "all"]):
        found = figures([one for one in judged if name in (one.set, "all")])
        print(name, " ".join(f"{key}={value:.1f}" for key, value in found.items()))
    print(f"median milliseconds: {milliseconds:.1f}")
    folder = BUILD / "bench" / (places[0].stem if places else "own")
    folder.mkdir(parents=True, exist_ok=True)
    document = folder / "quality.md" if places else DOCUMENT

    def blocks(most: int) -> list[quality_report.Block]:
        return quality_report.blocks(
            judged, milliseconds=milliseconds, threshold=own_threshold(), leads=_leads(), most=most
        )

    document.write_text(
        quality_report.markdown(blocks(quality_report.WORST), document.with_suffix("")), encoding="utf-8"
    )
    (folder / "quality.html").write_text(quality_report.page(blocks(len(judged))), encoding="utf-8")
    print(f"Report: {document}")
    print(f"The same with every mistake, for a browser: {folder / 'quality.html'}")


def own_threshold() -> float | None:
    """The confidence from which config.yml lets the bot answer; None when it names no cost."""
    config = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
    costs = [one["wrong_costs"] for one in config["pipeline"] if "wrong_costs" in one]
    return threshold(float(costs[0])) if costs else None


def _leads() -> dict[str, str]:
    """Each topic in a visitor's words, as answers to several questions name it."""
    return {
        variant.topic: str(variant.metadata["lead"])
        for variant in load_content(ROOT).variants
        if variant.metadata.get("lead")
    }


if __name__ == "__main__":
    main()
