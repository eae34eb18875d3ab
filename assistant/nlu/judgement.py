"""Decides what a message asks for: one question, several, an alarm, or "not sure". Pure."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from assistant.nlu import questions
from assistant.nlu.calibration import threshold
from assistant.nlu.questions import Part
from assistant.nlu.two_looks import Ranked

RED_FLAG, OUT_OF_SCOPE, FALLBACK, FOLLOW_UP = "red_flag", "out_of_scope", "nlu_fallback", "follow_up"
KIN = Path(__file__).with_name("kin.yml")

# A part is understood a little sooner where the whole message points to its topic too: refusing it leaves
# two questions open, and answering it wrongly still answers the other.
POINTED_TO = 3
PART_COSTS = 2 / 3
# A piece is cut wherever an "and" stands: it must be surer, and the whole message must point to its topic too.
PIECE_COSTS = 10 / 3

# A message is cut where it might hold several questions. Whether it does: the surer its least sure part, and the less
# sure the whole is of one topic, the likelier; more so where every part asks. Log-odds, learned from 3,400 single
# questions that can be cut and 1,200 joined pairs by writers whose phrases the model had not learned.
LEAST_SURE, WHOLE, EACH_ASKS, BEFOREHAND = 0.92, -0.61, 1.41, -1.26
LEAST_APART = 0.2  # chance

# A yes lets something be sent, and "stop" throws a form away. Who says so is understood with hardly a doubt; what is
# doubted is neither: a name may look like "quit".
SUREST = {"affirm": 0.8, "stop": 0.8}

# A part with such an intent is talk around the questions, not a question.
TALK = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "dont_know", "give_details", OUT_OF_SCOPE}
)
# Pieces are cut blindly, so that such a meaning is more likely a misreading than a question.
NO_PIECE = TALK | {RED_FLAG, FOLLOW_UP, "more_detail", "repeat", "stop", "correct_detail", "book_appointment"}

# A treatment named in one of these is compared, not asked about: what is asked next is not about it.
COMPARISONS = frozenset(
    {"faq_combining", "faq_delivery", "faq_vs_baby", "faq_vs_fillers", "faq_vs_other_treatments", "faq_vs_standard"}
)

Candidate = tuple[Part, list[Ranked]]


@dataclasses.dataclass(frozen=True)
class Candidates:
    """What a message may ask, each with its ranking, best first.

    Attributes:
        whole: the message.
        parts: the questions it may hold (`questions.split`); empty when it is one.
        pieces: the same cut finer (`questions.pieces`).
        alarm: the chance that it tells of a worrying sign.
        ruled: whether the rules see one.
    """

    whole: Candidate
    parts: Sequence[Candidate] = ()
    pieces: Sequence[Candidate] = ()
    alarm: float = 0.0
    ruled: bool = False

    def without_alarm(self) -> Candidates:
        """Return the same with red flags taken out of the rankings."""

        def calm(candidates: Sequence[Candidate]) -> list[Candidate]:
            return [(part, [rank for rank in ranks if rank.name != RED_FLAG] or ranks) for part, ranks in candidates]

        return dataclasses.replace(
            self, whole=calm([self.whole])[0], parts=calm(self.parts), pieces=calm(self.pieces)
        )


class Verdict(NamedTuple):
    """What a message is taken for.

    Attributes:
        ranks: the ranking to report; its first is the intent.
        asked: the questions that are answered, in order; empty when there are none.
        alarm: whether it is a red flag.
    """

    ranks: list[Ranked]
    asked: Sequence[Candidate] = ()
    alarm: bool = False


@dataclasses.dataclass(frozen=True)
class Costs:
    """What mistakes cost when a "not sure" costs 1.

    Attributes:
        wrong_costs: a wrong answer.
        part_costs: the same for a part of a message that might be a question of its own.
        missed_alarm_costs: a missed alarm when a false one costs 1.
        overruled_alarm_costs: the same where the rules see the alarm. What they are worth is learned from phrases
            in which alarms and look-alikes are a match; visitors' plain words are rarely so hard.
    """

    wrong_costs: float = 5.0
    part_costs: float = 5.0
    missed_alarm_costs: float = 3.0
    overruled_alarm_costs: float = 20.0


def judge(candidates: Candidates, *, costs: Costs, fragment: Callable[[], bool]) -> Verdict:
    """Decide what is answered.

    Args:
        candidates: what the message may ask.
        costs: of mistakes.
        fragment: says whether the words only continue the last topic.
    """
    missed = costs.overruled_alarm_costs if candidates.ruled else costs.missed_alarm_costs
    alarm = candidates.alarm
    candidates = candidates.without_alarm()
    if alarm >= 1.0 / (1.0 + missed):
        return Verdict([Ranked(RED_FLAG, alarm, alarm), *candidates.whole[1]], alarm=True)
    if fragment():
        part, ranks = candidates.whole
        # the words themselves settle it
        ranks = [Ranked(FOLLOW_UP, 1.0, 1.0), *(item for item in ranks if item.name != FOLLOW_UP)]
        return Verdict(ranks, asked=[(part, ranks)])

    asked = _several(candidates, costs)
    if asked:
        return Verdict(asked[0][1], asked)
    surest = _surest(candidates, costs)
    best = surest[1][0]
    # saying what is covered is no wrong answer, so it needs only to be more likely than not
    enough = max(threshold(costs.wrong_costs), SUREST.get(best.name, 0.0))
    if best.confidence < (0.5 if best.name == OUT_OF_SCOPE else enough):
        unsure = 1.0 - best.confidence
        return Verdict([Ranked(FALLBACK, unsure, unsure), *surest[1]])
    return Verdict(surest[1], asked=[] if best.name in TALK else [surest])


def _several(candidates: Candidates, costs: Costs) -> list[Candidate]:
    """Return the questions of a message that holds more than one, in order; none when it does not."""
    enough = threshold(costs.part_costs)
    sooner = threshold(costs.part_costs * PART_COSTS)
    order = [item.name for item in candidates.whole[1]]
    understood = all(
        best.confidence >= (sooner if best.name in order[:POINTED_TO] else enough)
        for best in (ranks[0] for _, ranks in candidates.parts)
    )
    topics = _topics(candidates.parts) if understood else {}
    if len(topics) < 2:
        topics = _sure_pieces(candidates, costs)
        if any(_kin().get(one, frozenset()) & topics.keys() - {one} for one in topics):
            return []  # one answer serves both
    if len(topics) < 2 or _apart(candidates.whole, list(topics.values())) < LEAST_APART:
        return []
    return sorted(topics.values(), key=lambda item: item[0].start)


def _apart(whole: Candidate, asked: Sequence[Candidate]) -> float:
    """Return the chance that these are questions of their own."""
    message, ranks = whole
    odds = BEFOREHAND + WHOLE * _odds(ranks[0].confidence)
    odds += LEAST_SURE * min(_odds(ranks[0].confidence) for _, ranks in asked)
    odds += EACH_ASKS * all(questions.asks(message.text, part) for part, _ in asked)
    return 1.0 / (1.0 + math.exp(-odds))


def _odds(chance: float) -> float:
    chance = min(max(chance, 1e-5), 1 - 1e-5)
    return math.log(chance / (1 - chance))


def _sure_pieces(candidates: Candidates, costs: Costs) -> dict[str, Candidate]:
    """Return the topics of pieces that are sure and to which the whole message points too."""
    surer = threshold(costs.part_costs * PIECE_COSTS)
    pointed_to = {item.name for item in candidates.whole[1][:POINTED_TO]} - NO_PIECE
    return _topics([
        (piece, ranks) for piece, ranks in candidates.pieces
        if ranks[0].confidence >= surer and ranks[0].name in pointed_to
    ])


def _topics(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Return the first candidate of each topic."""
    return {ranks[0].name: (part, ranks) for part, ranks in reversed(candidates) if ranks[0].name not in TALK}


def _surest(candidates: Candidates, costs: Costs) -> Candidate:
    """Return what is clearest: the message, its only question without the greeting, or its first clear piece."""
    found = candidates.whole
    if len(candidates.parts) == 1:
        found = max(found, candidates.parts[0], key=lambda item: item[1][0].confidence)
    if found[1][0].confidence < threshold(costs.wrong_costs):
        found = next(iter(_sure_pieces(candidates, costs).values()), found)
    return found


@functools.lru_cache(maxsize=1)
def kin_groups() -> Sequence[Sequence[str]]:
    """Return the groups of topics whose answers serve each other's questions."""
    groups: Sequence[Sequence[str]] = yaml.safe_load(KIN.read_text(encoding="utf-8"))
    return groups


@functools.lru_cache(maxsize=1)
def _kin() -> Mapping[str, frozenset[str]]:
    names = {name for group in kin_groups() for name in group}
    return {name: frozenset().union(*(group for group in kin_groups() if name in group)) for name in names}
