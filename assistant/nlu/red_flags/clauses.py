"""Cuts a message into sentences and clauses, and finds the cues that stand in them."""

import re
from bisect import bisect_left
from typing import Dict, List, Optional, Tuple

from assistant.nlu.red_flags.lexicon import Lexicon
from assistant.nlu.red_flags.text import END, QUESTION

_YEAR = re.compile(r"(?:19|20)\d\d")
_AGE = re.compile(r"[3-9]\d")
_UNITS = frozenset("min mins minute minutes hour hours hrs hr h day days week weeks odd or".split())
_BEFORE_YEAR = frozenset(("in", "of", "around", "summer", "early", "late"))
_SOFT = frozenset(
    ", and but because so also then plus though although however while cos coz cuz btw anyway yet except apart".split()
)
_GONE = frozenset(("now", "since", "again", "today", "already"))
_CONSUMING = frozenset({"doesnt_count", "recovered", "weak_if", "certain_if", "presupposes"})
_NEAR_TREATMENT = 6  # words from "since" to "injections"
_LONGEST = 100  # words; run-on messages are read in pieces so that time stays linear


def _old(number: str, unit: str) -> bool:
    """Reads "since 1998" and "since 60", which is an age, but not "since 24 hours"."""
    return bool(_YEAR.fullmatch(number) or (_AGE.fullmatch(number) and unit not in _UNITS))


class Sentence:
    """The cues of one sentence, each as (clause, first place, last place)."""

    def __init__(self, tokens: List[str], start: int, end: int, tables: Lexicon) -> None:
        self.start, self.end = start, end
        self.is_question = end + 1 < len(tokens) and tokens[end + 1] == QUESTION
        self.clauses: List[int] = []
        self.cues: Dict[str, List[Tuple[int, int, int]]] = {}
        known = tables.cues.root
        clause, skip, leading = 0, start, True
        for place in range(start, end):
            token = tokens[place]
            clause += token in _SOFT
            self.clauses.append(clause)
            if place < skip:
                leading = False
                continue
            if _YEAR.fullmatch(token) and place > start and tokens[place - 1] in _BEFORE_YEAR:
                for tag in ("past", "past_far"):
                    self.cues.setdefault(tag, []).append((clause, place, place))
            if token == "since" and place + 1 < end and _old(tokens[place + 1], tokens[place + 2]):
                self.cues.setdefault("lifelong_said", []).append((clause, place, place + 1))
                skip = place + 2
                continue
            if token not in known:
                leading = token in _SOFT
                continue
            size, tags = tables.cues.longest(tokens, place)
            if tags & _CONSUMING:
                skip = place + size
                while "recovered" in tags and skip < end and tokens[skip] in _GONE:  # "all gone now"
                    skip += 1
            for tag in tags:
                if tag in ("asks_first", "interrogative"):
                    if not leading:
                        continue
                    tag = "hypothetical" if tag == "asks_first" else tag
                self.cues.setdefault(tag, []).append((clause, place, place + size - 1))
            leading = token in _SOFT or (leading and "lead_in" in tags)

    @property
    def after_treatment(self) -> bool:
        """Says whether something is told since, after or about having had a treatment."""
        afters = [end for cue in ("since_word", "had_word") for _, _, end in self.cues.get(cue, ())]
        return any(
            after <= start <= after + _NEAR_TREATMENT
            for _, start, _ in self.cues.get("treatment", ())
            for after in afters
        )

    def clause(self, place: int) -> int:
        """Returns the number of the clause a place lies in."""
        return self.clauses[min(place, self.end - 1) - self.start]

    def has(self, cue: str) -> bool:
        """Says whether the cue stands anywhere in the sentence."""
        return cue in self.cues

    def within(self, cue: str, clauses: range) -> bool:
        """Says whether the cue stands in one of the clauses."""
        return any(clause in clauses for clause, _, _ in self.cues.get(cue, ()))

    def after(self, cue: str, clause: int) -> bool:
        """Says whether the cue stands in the clause or in a later one."""
        return any(other >= clause for other, _, _ in self.cues.get(cue, ()))


class Sentences:
    """The sentences of a message, each read when it is asked for."""

    def __init__(self, tokens: List[str], tables: Lexicon) -> None:
        self._tokens, self._tables = tokens, tables
        self._ends = [i for i, token in enumerate(tokens) if token in (END, QUESTION)]
        self._read: Dict[Tuple[int, int], Sentence] = {}

    def at(self, place: int) -> Optional[Sentence]:
        """Returns the sentence (a piece of it when very long) around a place."""
        return self._sentence(bisect_left(self._ends, place), place)

    def near(self, sentence: Sentence, later: int) -> Optional[Sentence]:
        """Returns the sentence so many later (before, if negative), or None; 0 is the same again."""
        number = bisect_left(self._ends, sentence.start)
        step = 1 if later > 0 else -1
        while later and 0 <= number + step < len(self._ends):
            number += step
            if self._start(number) < self._ends[number]:  # "?" and "!!" make empty sentences
                later -= step
        return None if later else self._sentence(number, sentence.start)

    def _sentence(self, number: int, place: int) -> Sentence:
        start, end = self._start(number), self._ends[number]
        if start <= place < end:
            start += (place - start) // _LONGEST * _LONGEST
        end = min(end, start + _LONGEST)
        if (start, end) not in self._read:
            self._read[start, end] = Sentence(self._tokens, start, end, self._tables)
        return self._read[start, end]

    def _start(self, number: int) -> int:
        return self._ends[number - 1] + 1 if number else 0
