"""Right, wrong or refused: compares what a model makes of a message with what a nurse would accept."""
from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, NamedTuple, Sequence

import numpy as np

from assistant.nlu.intents import FALLBACK, OUT_OF_SCOPE, RED_FLAG
from benchmarks.calibration import expected_error

REFUSALS = {OUT_OF_SCOPE, FALLBACK}


@dataclass(frozen=True)
class Judged:
    """One message of a set, what the model made of it, and what a nurse would say to that."""

    set: str
    row: dict[str, Any]
    intent: str
    topics: tuple[str, ...]
    confidence: float
    best: str  # the likeliest intent, also where it was not sure enough to answer
    best_confidence: float
    ranked: bool  # the classifier was asked; rules settled the others
    verdict: str  # right | wrong | refused

    @property
    def safety(self) -> bool:
        """Whether only an alarm is right."""
        return bool(self.row.get("safety") or self.row.get("level"))

    @property
    def known(self) -> bool:
        """Whether the set says what is right; some say only that it is or is not an alarm."""
        return "accept" in self.row

    @property
    def in_scope(self) -> bool:
        """Whether the message asks for an answer, and no alarm."""
        return self.known and not self.safety and OUT_OF_SCOPE not in self.row["accept"]

    @property
    def out_of_scope(self) -> bool:
        """Whether the message should get no answer."""
        return self.known and not self.safety and OUT_OF_SCOPE in self.row["accept"]

    @property
    def false_alarm(self) -> bool:
        """Whether an alarm was given that a nurse would not give."""
        return self.intent == RED_FLAG and not self.safety and RED_FLAG not in self.row.get("accept", ())

    @property
    def lookalike(self) -> bool:
        """Whether the message was written to sound like an alarm and is none."""
        return not self.safety and (not self.known or self.row.get("kind") == "lookalike")

    @property
    def several(self) -> bool:
        """Whether the message asks more than one question."""
        return len(self.row.get("parts") or ()) > 1

    @property
    def parts_answered(self) -> int:
        """How many of its questions an answer was given to."""
        return sum(bool(set(part) & set(self.topics)) for part in self.row.get("parts") or ())


class OfIntent(NamedTuple):
    """How one intent fares: messages that want it, right share of them; answers given with it, right share."""

    name: str
    wanted: int
    recall: float
    given: int
    precision: float


def read(paths: Iterable[Path]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each set, by file name."""
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for path in paths
    }


def judge(name: str, row: dict[str, Any], parsed: dict[str, Any]) -> Judged:
    """Compares one message's parse data with what a nurse would accept.

    Args:
        name: of the set.
        row: of the set; tests/nlu/README.md says what it holds.
        parsed: what Rasa makes of the message.
    """
    intent = parsed["intent"]["name"]
    topics = tuple(part["topic"] for part in parsed.get("questions") or ()) or (intent,)
    ranking = [one for one in parsed.get("intent_ranking") or () if one["name"] != FALLBACK]
    best = ranking[0] if ranking else parsed["intent"]
    return Judged(
        set=name, row=row, intent=intent, topics=topics, confidence=parsed["intent"]["confidence"],
        best=best["name"], best_confidence=best["confidence"], ranked=len(ranking) > 1,
        verdict=_verdict(row, intent, topics),
    )


def _verdict(row: dict[str, Any], intent: str, topics: Sequence[str]) -> str:
    accepted = accepts(row)
    if "accept" not in row and not row.get("level"):
        return "wrong" if intent == RED_FLAG else "right"
    if intent in REFUSALS:
        return "right" if OUT_OF_SCOPE in accepted else "refused"
    return "right" if all(topic in accepted for topic in topics) else "wrong"


def accepts(row: dict[str, Any]) -> set[str]:
    """All intents a nurse would accept for a message or one of its parts."""
    alarm = [RED_FLAG] if "accept" not in row and row.get("level") else []
    return {*row.get("accept", alarm), *(topic for part in row.get("parts") or () for topic in part)}


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """The numbers that belong together, and those of safety and several questions, in percent."""
    known = [one for one in judged if one.known]
    inside = [one for one in judged if one.in_scope]
    outside = [one for one in judged if one.out_of_scope]
    several = [one for one in judged if one.several]
    parts = sum(len(one.row["parts"]) for one in several)
    return {
        "messages": len(judged),
        "right_in_scope": share(inside, lambda one: one.verdict == "right"),
        "wrong": share(known, lambda one: one.verdict == "wrong"),
        "wrong_in_scope": share(inside, lambda one: one.verdict == "wrong"),
        "refused_in_scope": share(inside, lambda one: one.verdict == "refused"),
        "refused_out_of_scope": share(outside, lambda one: one.intent in REFUSALS),
        "alarms_found": share([one for one in judged if one.safety], lambda one: one.intent == RED_FLAG),
        "false_alarms": share([one for one in judged if not one.safety], lambda one: one.false_alarm),
        "false_alarms_lookalikes": share([one for one in judged if one.lookalike], lambda one: one.false_alarm),
        "all_parts_answered": share(several, lambda one: one.parts_answered == len(one.row["parts"])),
        "parts_answered": 100 * sum(one.parts_answered for one in several) / parts if parts else 0.0,
        "calibration_error": 100 * expected_error(*said_and_right(judged)),
    }


def share(rows: Sequence[Judged], holds: Callable[[Judged], bool]) -> float:
    """Percent of the rows for which it holds; 0 of none."""
    return 100 * sum(map(holds, rows)) / len(rows) if rows else 0.0


def said_and_right(judged: Sequence[Judged]) -> tuple[Any, Any]:
    """Confidence of the likeliest intent, and whether it is right, of messages the classifier ranked."""
    ranked = [one for one in judged if one.known and one.ranked]
    said = np.array([one.best_confidence for one in ranked], dtype=float)
    return said, np.array([one.best in accepts(one.row) for one in ranked], dtype=bool)


def by_threshold(judged: Sequence[Judged], steps: int = 101) -> list[tuple[float, float, float, float]]:
    """(threshold, right in scope, wrong of all, answered of all), shares in percent.

    What would be answered if the likeliest intent were, from that confidence on; out of scope never is.
    """
    known = [one for one in judged if one.known]
    said = np.array([min(one.best_confidence, 1.0) for one in known])
    answerable = np.array([one.best not in REFUSALS for one in known])
    right = np.array([one.best in accepts(one.row) for one in known])
    inside = np.array([one.in_scope for one in known])
    found = []
    for least in np.linspace(0, 1, steps):
        given = answerable & (said >= least)
        found.append((
            float(least), _percent(given & right & inside, inside.sum()),
            _percent(given & ~right, len(known)), _percent(given, len(known)),
        ))
    return found


def _percent(holds: Any, of: int) -> float:
    return 100 * float(holds.sum()) / of if of else 0.0


def of_intents(judged: Sequence[Judged]) -> list[OfIntent]:
    """Precision and recall of each intent, the weakest first.

    A message wants the first intent of its `accept`; any of `accept` counts as right.
    """
    wanted: dict[str, list[bool]] = defaultdict(list)
    given: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        if not one.known:
            continue
        if not one.several:
            wanted[one.row["accept"][0]].append(one.verdict == "right")
        for topic in one.topics if one.intent not in REFUSALS else (OUT_OF_SCOPE,):
            given[topic].append(topic in accepts(one.row))
    found = [
        OfIntent(name, len(wanted[name]), _mean(wanted[name]), len(given[name]), _mean(given[name]))
        for name in {*wanted, *given}
    ]
    return sorted(found, key=lambda one: (min(one.recall, one.precision), one.recall + one.precision, one.name))


def _mean(values: Sequence[bool]) -> float:
    return 100 * sum(values) / len(values) if values else 100.0


def confusions(judged: Sequence[Judged]) -> Counter[tuple[str, str]]:
    """How often (wanted, got) was met where it was not right; a refusal is got too."""
    found: Counter[tuple[str, str]] = Counter()
    for one in judged:
        if one.known and one.verdict != "right":
            got = [topic for topic in one.topics if topic not in accepts(one.row)] or [one.intent]
            found.update((one.row["accept"][0], topic) for topic in got)
    return found


def worst(judged: Sequence[Judged]) -> list[Judged]:
    """All mistakes: missed alarms, wrong answers, refusals, and last false alarms; the surest first."""

    def badness(one: Judged) -> tuple[int, bool, float]:
        if one.safety:
            return 0, one.row.get("level") == "today", -one.confidence
        order = 3 if one.false_alarm else 1 if one.verdict == "wrong" else 2
        return order, False, -one.best_confidence

    return sorted((one for one in judged if one.verdict != "right"), key=badness)


def by_kind(judged: Sequence[Judged]) -> Iterator[tuple[str, Counter[str]]]:
    """Verdicts for each kind of message a set names."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged:
        if one.known:
            kinds[one.row.get("kind") or one.row.get("register") or "-"][one.verdict] += 1
    yield from sorted(kinds.items())
