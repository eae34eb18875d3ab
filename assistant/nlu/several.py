"""Whether a message asks several things, and which.

A message is cut wherever a question might begin. Each way to join neighbouring clauses into parts again gives topics;
ways with the same topics are one, and the surest stands for it. How likely it is that a way is right - every part a
question of its own, each understood, none left out - follows from a few features, weighed as `several.json` says. To
read the parts takes longer than to read the message: where a look at the whole says that nothing will come of it, they
are not read. The weights of both were learned from messages of data/several (`python -m assistant.nlu.tune_several`).
Pure.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant.nlu import questions
from assistant.nlu.intents import FOLLOW_UP, RED_FLAG, TALK, are_kin
from assistant.nlu.questions import MOST_QUESTIONS, Clauses, Part, Seam
from assistant.nlu.two_looks import Ranked

WEIGHTS = Path(__file__).with_name("several.json")
BIAS = "bias"
OF_WAYS, OF_MESSAGES = "ways", "messages"  # whose weights
# Chance that a message asks just these several things from which each is answered: a question left open costs the
# visitor another message, one answer too many a glance. Of 636 messages of tests/nlu with several questions 459 are
# answered in full, and of 3,393 with one 32 get an answer beside the right one; from 0.35 those would be 480 and 44.
LEAST_SEVERAL = 0.45
# Chance that several things are found to be asked from which the parts of a message are read. More than half of the
# 1,972 messages of tests/nlu with one question in several clauses are spared that, and of 39 that were taken for
# several 7 no longer are; of 463 with several questions that were answered in full 4 are not.
WORTH_READING = 0.1
WIDEST = 8.0  # log-odds
# Clauses in one question. With more, of 336 held-out messages of five or six clauses one was read better and four
# worse, and reading them took half as long again.
MOST_JOINED = 3

# Such topics are rarely one of several questions: mostly the words are part of another.
ABOUT_THE_CHAT = frozenset({
    FOLLOW_UP, "more_detail", "repeat", "stop", "correct_detail", "complaint", "bot_challenge", "ask_capabilities",
    "ask_language", "ask_source", "ask_privacy", "forget_me", "appearance_distress",
})

# What is told of oneself beside something else ("I'm 17, does it hurt?") is no question; the dialogue sees an age
# anyway.
TOLD = frozenset({"faq_age"})
# Whoever asks for numbers to inject with gets the refusal alone.
NEVER_TOGETHER = frozenset({"dosing_diy", "faq_units"})

Candidate = tuple[Part, list[Ranked]]
Span = tuple[int, int]  # first and last clause


class Way(NamedTuple):
    """One way to read a message as several questions.

    Attributes:
        asked: each question's words and what they may mean, in order.
        features: by name, what tells whether it is right.
    """

    asked: Sequence[Candidate]
    features: Mapping[str, float]

    @property
    def chance(self) -> float:
        """The chance that the message asks just this, 0 to 1."""
        return chance(self.features, _weights()[OF_WAYS])


def chance(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the chance, 0 to 1, that weighed features stand for."""
    odds = weights[BIAS] + sum(weights[name] * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, odds))))


def spans(clauses: Clauses) -> dict[Span, Part]:
    """Return every run of up to `MOST_JOINED` neighbouring clauses but the whole message; no mere greetings."""
    count = len(clauses.bounds)
    longest = min(MOST_JOINED, count - 1)
    runs = ((one, other) for one in range(count) for other in range(one, min(one + longest, count)))
    found = {run: clauses.part(*run) for run in runs}
    return {run: part for run, part in found.items() if part.text}


def ways(clauses: Clauses, whole: Sequence[Ranked], candidates: Mapping[Span, Candidate]) -> list[Way]:
    """Return the ways to read a message as several questions.

    Alarms are told of the message as a whole: the red flag must not be among the rankings (`calm`).

    Args:
        clauses: of the message.
        whole: what the message as a whole may mean, best first.
        candidates: its `spans`, and what each may mean, best first.
    """
    surest: dict[frozenset[str], tuple[float, list[Candidate], Sequence[Span]]] = {}
    for joined in _joined(len(clauses.bounds)):
        if any(span not in candidates for span in joined):
            continue
        parts = [candidates[span] for span in joined if not _is_talk(clauses, candidates[span])]
        topics = frozenset(_topics(parts))
        if topics >= NEVER_TOGETHER:
            continue
        sure = sum(math.log(max(ranks[0].confidence, 1e-6)) for _, ranks in parts)
        if len(topics) > 1 and (topics not in surest or sure > surest[topics][0]):
            surest[topics] = (sure, parts, joined)
    if not surest:
        return []
    read = questions.split(clauses.text)
    return [
        Way(list(_topics(parts).values()), _features(clauses, whole, parts, joined, read))
        for _, parts, joined in surest.values()
    ]


@dataclasses.dataclass(frozen=True)
class Reading:
    """What a message may ask, each with its ranking, best first.

    Attributes:
        whole: the message.
        bare: the message without the greeting in front; the same as `whole` when there is none.
        clauses: where it may be cut.
        text: its words as they were encoded.
        vector: its quick vector, float32 [d].
        alarming: log-odds that a red flag is meant; minus infinity where no intent is called so.
        understand: ranks what other parts of the message may mean. Reading every part takes longer than the whole: it
            is asked only where `as_several` finds them worth reading, and never of an alarm, which is told at once.
    """

    whole: Candidate
    bare: Candidate
    clauses: Clauses
    text: str
    vector: Any
    alarming: float
    understand: Callable[[Sequence[Part]], list[Candidate]]

    def as_several(self) -> list[Way]:
        """Return the ways to read the message as several questions, whatever it is alarming about.

        An empty list when a look at the whole says that its parts are hardly worth reading.
        """
        hint = signs(self.clauses, calm(self.whole)[1])
        return self.every_way() if hint and chance(hint, _weights()[OF_MESSAGES]) >= WORTH_READING else []

    def every_way(self) -> list[Way]:
        """Return the same, however little the whole looks like several questions."""
        runs = spans(self.clauses)
        known = {part: (part, ranks) for part, ranks in (self.whole, self.bare)}
        further = list(dict.fromkeys(part for part in runs.values() if part not in known))
        known |= zip(further, self.understand(further), strict=True)
        return ways(self.clauses, calm(self.whole)[1], {run: calm(known[part]) for run, part in runs.items()})


def signs(clauses: Clauses, whole: Sequence[Ranked]) -> dict[str, float]:
    """Return by name what tells, before its parts are read, whether a message asks several things.

    Args:
        clauses: of the message.
        whole: what it may mean as a whole, best first, without the red flag.

    Returns:
        Nothing when it has one clause only.
    """
    count = len(clauses.bounds)
    if count < 2:
        return {}
    asking = sum(questions.asks(clauses.text, clauses.part(row, row)) for row in range(count))
    best, second = _odds(whole[0].meant), _odds(whole[1].meant) if len(whole) > 1 else -WIDEST
    return {
        "clauses": float(count),
        "asking": float(asking),
        "several asking": float(asking > 1),
        "reads as several": float(len(questions.split(clauses.text)) > 1),
        "several question marks": float(clauses.text.count("?") > 1),
        "no question mark": float("?" not in clauses.text),
        "sure": _odds(whole[0].confidence),
        "lead": best - second,
        "second": second,
    }


def calm(candidate: Candidate) -> Candidate:
    """Return it without the red flag."""
    part, ranks = candidate
    return part, [rank for rank in ranks if rank.name != RED_FLAG] or ranks


def _joined(count: int) -> Iterator[list[Span]]:
    """Yield the ways to join `count` clauses into two to `MOST_QUESTIONS` parts."""
    for parts in range(2, min(count, MOST_QUESTIONS) + 1):
        for cuts in itertools.combinations(range(1, count), parts - 1):
            edges = [0, *cuts, count]
            yield [(start, end - 1) for start, end in itertools.pairwise(edges)]


def _is_talk(clauses: Clauses, candidate: Candidate) -> bool:
    part, ranks = candidate
    topic = ranks[0].name
    return topic in TALK or (topic in TOLD and not questions.asks(clauses.text, part))


def _topics(parts: Sequence[Candidate]) -> dict[str, Candidate]:
    """Return the first part of each topic, in order."""
    found: dict[str, Candidate] = {}
    for part in parts:
        found.setdefault(part[1][0].name, part)
    return found


def _features(
    clauses: Clauses, whole: Sequence[Ranked], parts: Sequence[Candidate], joined: Sequence[Span],
    read: Sequence[Part],
) -> dict[str, float]:
    topics = _topics(parts)
    sure = [_odds(ranks[0].confidence) for _, ranks in parts]
    lead = [_odds(ranks[0].meant) - _odds(ranks[1].meant) if len(ranks) > 1 else WIDEST for _, ranks in parts]
    meant = {rank.name: _odds(rank.meant) for rank in whole}
    best, least = _odds(whole[0].meant), min(meant.values())
    cuts = [clauses.seams[start - 1] for start, _ in joined[1:]]
    return {
        "least sure": min(sure),
        "mean sure": sum(sure) / len(sure),
        "least lead": min(lead),
        # how far the message as a whole points to the topic it points to least
        "pointed to": min(meant.get(topic, least) - best for topic in topics),
        "asking": sum(questions.asks(clauses.text, part) for part, _ in parts) / len(parts),
        "no question mark": float("?" not in clauses.text),
        "cuts at question marks": float(cuts.count(Seam.QUESTION_MARK)),
        "cuts at commas": float(cuts.count(Seam.COMMA)),
        "cuts at nothing": float(cuts.count(Seam.NOTHING)),
        "fewest words": math.log(min(len(part.text.split()) for part, _ in parts)),
        "topics twice": float(len(parts) - len(topics)),
        # one answer might do for two
        "kin": float(sum(are_kin(one, other) for one, other in itertools.combinations(topics, 2))),
        "follow-up": float(FOLLOW_UP in topics),
        "about the chat": float(len(ABOUT_THE_CHAT & topics.keys())),
        "cut as it reads": float(_cut_alike(read, [part for part, _ in parts])),
        "reads as more": float(len(read) > len(parts)),
    }


def _cut_alike(read: Sequence[Part], parts: Sequence[Part]) -> bool:
    """Return whether each part stands mostly for one of its own of the parts the message reads as."""
    if len(read) != len(parts):
        return False

    def overlap(one: Part, other: Part) -> int:
        return min(one.end, other.end) - max(one.start, other.start)

    return len({max(range(len(read)), key=lambda row: overlap(read[row], part)) for part in parts}) == len(parts)


def _odds(share: float) -> float:
    least = 1.0 / (1.0 + math.exp(WIDEST))
    share = min(max(share, least), 1 - least)
    return math.log(share / (1 - share))


@functools.lru_cache(maxsize=1)
def _weights() -> Mapping[str, Mapping[str, float]]:
    weights: Mapping[str, Mapping[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights
