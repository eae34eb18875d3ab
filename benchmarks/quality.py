"""Right, wrong, refused: what the trained model makes of questions it has never seen.

`python -m benchmarks.quality [FILE.jsonl ...]` reads sets of the form described in
tests/nlu/README.md (default: that folder) and prints, for each set and together, the share of in-scope
messages answered rightly, of all messages answered wrongly, of in-scope messages refused, and of
out-of-scope messages refused; then the per-kind figures and the mistakes. `--json` prints figures only.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import time
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Sequence

from assistant.settings import ROOT

SETS = ROOT / "tests" / "nlu"
REFUSALS = {"out_of_scope", "nlu_fallback"}


@dataclass(frozen=True)
class Judged:
    """One message of a set, what the model made of it, and what a nurse would say to that."""

    row: dict[str, Any]
    intent: str
    topics: tuple[str, ...]
    confidence: float
    verdict: str  # right | wrong | refused

    @property
    def in_scope(self) -> bool:
        """Whether the message asks for an answer."""
        return "out_of_scope" not in self.row["accept"]


def read(paths: Iterable[Path]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each set, by file name."""
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for path in paths
    }


def parse_all(texts: Sequence[str], model: Path) -> tuple[list[dict[str, Any]], float]:
    """Parse data of each text, and the median milliseconds for one."""
    from assistant import no_tensorflow

    no_tensorflow.install()
    warnings.simplefilter("ignore")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # unconfigured it prints every message
    os.chdir(ROOT)
    agent = Agent.load(str(model))
    times: list[float] = []

    async def parse() -> list[dict[str, Any]]:
        parsed = []
        for text in texts:
            began = time.perf_counter()
            parsed.append(await agent.parse_message(text))
            times.append((time.perf_counter() - began) * 1000)
        return parsed

    parsed = asyncio.run(parse())
    return parsed, sorted(times)[len(times) // 2]


def judge(row: dict[str, Any], parsed: dict[str, Any]) -> Judged:
    """Compares one message's parse data with what a nurse would accept."""
    intent = parsed["intent"]["name"]
    topics = tuple(part["topic"] for part in parsed.get("questions") or ()) or (intent,)
    accepted = set(row["accept"]) | {topic for part in row.get("parts") or () for topic in part}
    if intent in REFUSALS:
        verdict = "right" if "out_of_scope" in accepted else "refused"
    else:
        verdict = "right" if all(topic in accepted for topic in topics) else "wrong"
    return Judged(row, intent, topics, parsed["intent"]["confidence"], verdict)


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """The three numbers that belong together, and those of safety and several questions, in percent."""
    inside = [one for one in judged if one.in_scope]
    outside = [one for one in judged if not one.in_scope]
    alarms = [one for one in judged if one.row.get("safety")]
    calm = [one for one in judged if "red_flag" not in one.row["accept"]]
    several = [one for one in judged if len(one.row.get("parts") or ()) > 1]
    return {
        "messages": len(judged),
        "right_in_scope": _share(inside, lambda one: one.verdict == "right"),
        "wrong": _share(judged, lambda one: one.verdict == "wrong"),
        "refused_in_scope": _share(inside, lambda one: one.verdict == "refused"),
        "refused_out_of_scope": _share(outside, lambda one: one.intent in REFUSALS),
        "alarms_found": _share(alarms, lambda one: one.intent == "red_flag"),
        "false_alarms": _share(calm, lambda one: one.intent == "red_flag"),
        "all_parts_answered": _share(several, _answers_all),
    }


def main() -> None:
    """Prints the figures of the sets given."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", nargs="*", type=Path)
    options.add_argument("--model", type=Path, default=ROOT / "models" / "assistant.tar.gz")
    options.add_argument("--json", action="store_true")
    options.add_argument("--mistakes", action="store_true", help="with --json: list the mistakes too")
    given = options.parse_args()
    sets = read([path.resolve() for path in given.sets] or sorted(SETS.glob("*.jsonl")))
    rows = [row for part in sets.values() for row in part]
    parsed, milliseconds = parse_all([row["text"] for row in rows], given.model)
    answers = iter(parsed)
    judged = {name: [judge(row, next(answers)) for row in part] for name, part in sets.items()}
    together = [one for part in judged.values() for one in part]
    result = {**{name: figures(part) for name, part in judged.items()}, "all": figures(together)}
    if given.json:
        wrong = [_in_words(one) for one in together if one.verdict != "right"] if given.mistakes else []
        print(json.dumps({**result, "milliseconds": milliseconds, "mistakes": wrong}))
        return
    for name, part in result.items():
        print(name, " ".join(f"{key}={value:.1f}" for key, value in part.items()))
    print(f"median milliseconds: {milliseconds:.1f}")
    _print_kinds(together)
    _print_mistakes(together)


def _print_kinds(judged: Sequence[Judged]) -> None:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged:
        kinds[one.row.get("kind") or one.row.get("register") or "-"][one.verdict] += 1
    for kind, verdicts in sorted(kinds.items()):
        print(f"{kind:16}", dict(verdicts))


def _print_mistakes(judged: Sequence[Judged]) -> None:
    for one in sorted((one for one in judged if one.verdict != "right"), key=lambda one: -one.confidence):
        print(_in_words(one))


def _in_words(one: Judged) -> str:
    got, wanted = " + ".join(one.topics), " or ".join(one.row["accept"])
    return f"{one.verdict} ({one.confidence:.2f}): {one.row['text'][:110]!r} -> {got}, wanted {wanted}"


def _answers_all(one: Judged) -> bool:
    wanted = [set(part) for part in one.row["parts"]]
    return all(part & set(one.topics) for part in wanted)


def _share(rows: Sequence[Judged], holds: Any) -> float:
    return 100 * sum(map(holds, rows)) / len(rows) if rows else 0.0


if __name__ == "__main__":
    main()
