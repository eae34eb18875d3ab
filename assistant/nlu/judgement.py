"""Decides what a message asks for: one question, several, an alarm, or "not sure". Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant.nlu.calibration import threshold
from assistant.nlu.intents import FALLBACK, FOLLOW_UP, OUT_OF_SCOPE, RED_FLAG, TALK
from assistant.nlu.several import LEAST_SEVERAL, Candidate, Reading, calm
from assistant.nlu.two_looks import Ranked
from assistant.nlu.typos import is_name

# A yes lets something be sent, and "stop" throws a form away. Who says so is understood with hardly a doubt; what is
# doubted is neither: a name may look like "quit".
SUREST = {"affirm": 0.85, "stop": 0.8}
# A surname may be spelled like a sign ("Sweller"). What is written as a name, and no alarm to the rules, is one only
# when that is more likely than not.
IN_A_NAME = 1.0
COMMAND = "affirm"  # typed as a command ("/affirm"), the intent's own name is nobody's yes


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
        missed_alarm_costs: a missed alarm when a false one costs 1.
        overruled_alarm_costs: the same where the rules see the alarm. What they are worth is learned from phrases
            in which alarms and look-alikes are a match; visitors' plain words are rarely so hard.
    """

    wrong_costs: float = 5.0
    missed_alarm_costs: float = 3.0
    overruled_alarm_costs: float = 20.0


def judge(
    reading: Reading, *, alarm: float, ruled: bool, costs: Costs, fragment: Callable[[], bool],
) -> Verdict:
    """Decide what is answered.

    Args:
        reading: what the message may ask.
        alarm: the chance that it tells of a worrying sign.
        ruled: whether the rules see one.
        costs: of mistakes.
        fragment: says whether the words only continue the last topic.
    """
    whole, ranks = calm(reading.whole)
    missed = costs.overruled_alarm_costs if ruled else IN_A_NAME if is_name(whole.text) else costs.missed_alarm_costs
    if alarm >= 1.0 / (1.0 + missed):
        return Verdict([Ranked(RED_FLAG, alarm, alarm), *ranks], alarm=True)
    if fragment():
        # the words themselves settle it
        ranks = [Ranked(FOLLOW_UP, 1.0, 1.0), *(item for item in ranks if item.name != FOLLOW_UP)]
        return Verdict(ranks, asked=[(whole, ranks)])

    asked = _several(reading)
    if asked:
        return Verdict(asked[0][1], asked)
    surest = max((whole, ranks), calm(reading.bare), key=lambda item: item[1][0].confidence)
    best = surest[1][0]
    # saying what is covered is no wrong answer, so it needs only to be more likely than not
    enough = max(threshold(costs.wrong_costs), SUREST.get(best.name, 0.0))
    commanded = best.name == COMMAND == whole.text.casefold().strip()
    if commanded or best.confidence < (0.5 if best.name == OUT_OF_SCOPE else enough):
        unsure = 1.0 - best.confidence
        return Verdict([Ranked(FALLBACK, unsure, unsure), *surest[1]])
    return Verdict(surest[1], asked=[] if best.name in TALK else [surest])


def _several(reading: Reading) -> Sequence[Candidate]:
    """Return the questions of a message that holds more than one, in order; none when it does not."""
    surest = max(reading.as_several(), key=lambda way: way.chance, default=None)
    return surest.asked if surest and surest.chance >= LEAST_SEVERAL else ()
