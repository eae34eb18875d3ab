"""Finds worrying symptoms and crisis words in a visitor's message.

Recall comes first: a sign counts unless the words around it show that it is denied, long over,
only asked about, or about something else. The words are in red_flag_words.yml.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, FrozenSet, Iterator, List, Optional, Set, Tuple

from typing_extensions import Literal

from assistant.nlu.red_flag_lexicon import (
    END,
    QUESTION,
    Found,
    Lexicon,
    Sign,
    find_signs,
    lexicon,
    normal_text,
    words_of,
)

Level = Literal["emergency", "today", "crisis"]

_YEAR = re.compile(r"(?:19|20)\d\d")
_SOFT = frozenset(
    ", and but because so also then plus though although however while cos coz cuz btw anyway yet except apart".split()
)
_BEFORE_YEAR = frozenset(("in", "of", "around", "summer", "early", "late"))
_IS_NOT = (["is", "not"], ["are", "not"])
_GONE = frozenset(("now", "since", "again", "today", "already"))
_LONGEST_SENTENCE = 100  # words; run-on messages are read in pieces so that time stays linear
_CONSUMING = frozenset({"doesnt_count", "recovered", "weak_if", "certain_if"})
_RANK = {"crisis": 0, "emergency": 1, "today": 2, "otherwise": 3, "companion": 4}


@dataclass(frozen=True)
class Match:
    """A sign that is taken seriously, for staff who want to know why.

    Attributes:
        sign: name of the sign.
        level: crisis, emergency, today, otherwise or companion (see red_flag_words.yml).
        words: the words of the message it was seen in.
    """

    sign: str
    level: str
    words: str


class _Sentence:
    """The cues of one sentence, each with the clause and place it stands in."""

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
            if token not in known:
                leading = token in _SOFT
                continue
            size, tags = tables.cues.longest(tokens, place)
            if tags & _CONSUMING:
                skip = place + size
                while "recovered" in tags and skip < end and tokens[skip] in _GONE:  # "all gone now"
                    skip += 1
            for tag in tags:
                if tag == "asks_first":
                    if not leading:
                        continue
                    tag = "hypothetical"
                self.cues.setdefault(tag, []).append((clause, place, place + size - 1))
            leading = token in _SOFT or (leading and "lead_in" in tags)

    def clause(self, place: int) -> int:
        return self.clauses[min(place, self.end - 1) - self.start]

    def has(self, cue: str) -> bool:
        return cue in self.cues

    def within(self, cue: str, clauses: range) -> bool:
        return any(clause in clauses for clause, _, _ in self.cues.get(cue, ()))

    def after(self, cue: str, clause: int) -> bool:
        return any(other >= clause for other, _, _ in self.cues.get(cue, ()))

    def asks_with_an_illness(self) -> bool:
        """Reads "I'm diabetic and my feet go numb, is it ok for me": an old illness, not an alarm."""
        ill = self.has("illness") or self.has("chronic")
        return ill and self.has("eligible") and not self.has("treated")


def alarm(text: str) -> Optional[Level]:
    """Says whether a message must be answered with an urgent text, whatever else it says.

    Args:
        text: the visitor's words as typed, any length (time is linear in it).

    Returns:
        "crisis" for suicidal words; "today" for one droopy lid or brow, an uneven smile,
        spreading redness or pus, or fever with nothing else; "emergency" for every other
        worrying sign and when in doubt; None when nothing worrying is said to happen now.
    """
    today: Set[str] = set()
    companion = False
    for found in _taken_seriously(text):
        level = found.sign.level
        if level == "crisis":
            return "crisis"
        if level == "emergency":
            return "emergency"
        if level == "today":
            today.add(found.sign.name)
        elif level == "companion":
            companion = True
        elif not today:
            return "emergency"
    if not today:
        return None
    return "emergency" if companion or len(today) > 1 else "today"


def matches(text: str) -> List[Match]:
    """Returns every sign in the text that is taken seriously, the most urgent first."""
    tokens = words_of(normal_text(text), lexicon())
    seen = {
        Match(
            sign=found.sign.name,
            level=found.sign.level,
            words=" ".join(tokens[found.first : found.last + 1]),
        ): None
        for found in _taken_seriously(text)
    }
    return list(seen)


def _taken_seriously(text: str) -> Iterator[Found]:
    tables = lexicon()
    normal = normal_text(text)
    if not normal.isascii():
        yield from _foreign(normal, tables)
    tokens = words_of(normal, tables)
    found, marked = find_signs(tokens, tables)
    if not found:
        return
    message = _Message(tokens, marked, tables)
    found.sort(key=lambda one: _RANK[one.sign.level])
    for one in found:
        if message.counts(one):
            yield one


def _foreign(normal: str, tables: Lexicon) -> Iterator[Found]:
    for letter in set(normal) & tables.foreign.keys():
        for phrase, level in tables.foreign[letter]:
            if phrase in normal:
                yield Found(tables.rules[f"foreign_{level}"][0].sign, frozenset((0,)), 0, 0)


class _Message:
    """Decides, for each sign found, whether it is said to happen now."""

    def __init__(self, tokens: List[str], marked: Set[int], tables: Lexicon) -> None:
        self._tokens, self._marked, self._tables = tokens, marked, tables
        self._ends = [i for i, token in enumerate(tokens) if token in (END, QUESTION)]
        self._read: Dict[Tuple[int, int], _Sentence] = {}
        self._is = _cue_words()

    def _sentence(self, place: int, later: int = 0) -> Optional[_Sentence]:
        """Returns the sentence at a place (a piece of it when very long), or one later or before."""
        number = bisect_left(self._ends, place)
        step = 1 if later > 0 else -1
        while later and 0 <= number + step < len(self._ends):
            number += step
            if self._start(number) < self._ends[number]:  # "?" and "!!" make empty sentences
                later -= step
        if later:
            return None
        start, end = self._start(number), self._ends[number]
        if start <= place < end:
            start += (place - start) // _LONGEST_SENTENCE * _LONGEST_SENTENCE
        end = min(end, start + _LONGEST_SENTENCE)
        if (start, end) not in self._read:
            self._read[start, end] = _Sentence(self._tokens, start, end, self._tables)
        return self._read[start, end]

    def _start(self, number: int) -> int:
        return self._ends[number - 1] + 1 if number else 0

    def counts(self, found: Found) -> bool:
        """Says whether a sign found in the text is to be taken seriously."""
        sentence = self._sentence(found.last)
        if sentence is None:
            return True
        clauses = range(sentence.clause(max(found.first, sentence.start)), sentence.clause(found.last) + 1)
        if self._denied(found):
            return False
        if found.sign.level == "crisis":
            return not self._lookalike(found.sign, sentence, clauses, 1, False) and not (
                sentence.within("hypothetical", clauses) and sentence.has("crisis_topic") and not self._told(sentence)
            )
        strong = sentence.within("now", clauses)
        now = self._now(found, sentence, clauses, strong)
        if self._lookalike(found.sign, sentence, clauses, now, strong):
            return False
        if now <= self._owned(found, sentence) and self._over(sentence, clauses if now else None):
            return False
        asked = self._asked(found, sentence, clauses, now)
        if now == 0 and not self._told(sentence):
            if found.sign.personal:
                if sentence.is_question:
                    return False
            elif found.sign.net:
                return False
        if found.sign.net:
            return not asked and not self._denied_after(found, sentence)
        return asked <= now

    def _told(self, sentence: _Sentence) -> bool:
        """Says whether the sentence is about a person ("my throat") and not about throats."""
        told = self._is["told"]
        return any(token in told for token in self._tokens[sentence.start : sentence.end])

    def _denied(self, found: Found) -> bool:
        """Reads "no trouble breathing", "throat is not swollen", "no fever, hives or wheezing"."""
        tokens, negation, between = self._tokens, self._is["not"], self._is["between"]
        joined = "or" in tokens[found.last + 1 : found.last + 6]
        for place in range(found.first - 1, max(found.first - 14, -1), -1):
            token = tokens[place]
            if token in negation:
                return tokens[place + 1] not in ("only", "just", "sure")
            if token in ("or", "nor"):
                joined = True
            elif token == ",":
                if not joined:
                    break
            elif token not in between and place not in self._marked:
                break
        for place in range(found.first + 1, found.last):
            if tokens[place] in negation and place not in found.places:
                ahead = place + 1
                while tokens[ahead] in between and ahead not in found.places:
                    ahead += 1
                if ahead in found.places:
                    return True
        return False

    def _denied_after(self, found: Found, sentence: _Sentence) -> bool:
        """Reads "my throat is not swollen" when the sign is only the throat."""
        tokens = self._tokens
        for place in range(found.last + 1, min(found.last + 5, sentence.end - 1)):
            if tokens[place] in ("isnt", "arent") or tokens[place : place + 2] in _IS_NOT:
                return any(near in self._marked for near in range(place + 1, place + 5))
        return False

    def _now(self, found: Found, sentence: _Sentence, clauses: range, strong: bool) -> int:
        """Returns how much speaks for a symptom that is there now: 0 nothing, 1 some, 2 a lot."""
        tokens, words = self._tokens, self._is
        score = self._owned(found, sentence)
        if sentence.within("person_now", clauses):
            score = 1
        present: FrozenSet[str] = frozenset()
        for place in range(max(sentence.start, found.first - 5), min(found.last + 4, sentence.end)):
            if tokens[place] == "," and place > found.last:  # "my hands go numb, is it ok": another clause
                break
            if tokens[place] in words["my"]:
                present = words["is_now"]
                if tokens[place + 1] not in words["someone"]:
                    present = present | words["became_now"]
            elif tokens[place] in present and not (
                (tokens[place] == "s" and tokens[place - 1] in words["someone"])
                or tokens[place + 1 : place + 3] == ["going", "to"]
            ):
                score = 2
                break
        if strong:
            score = 2
        elif score == 0 and sentence.has("now"):
            score = 1
        score += sentence.has("goes_away")
        unable = any(tokens[place] in words["inability"] for place in found.places)
        if unable and not any(
            token in words["anyone"] for token in tokens[max(sentence.start, found.first - 3) : found.first + 1]
        ):
            score += 1
        return score

    def _owned(self, found: Found, sentence: _Sentence) -> int:
        """Returns 1 for "my droopy eyelid", which is somebody's, and 0 for an eyelid in general."""
        place = found.first
        while place > sentence.start and self._tokens[place] not in self._is["my"]:
            place -= 1
            if place < found.first - 1 and self._tokens[place + 1] not in self._is["side"]:
                return 0
        return int(self._tokens[place] in self._is["my"])

    def _lookalike(self, sign: Sign, sentence: _Sentence, clauses: range, now: int, strong: bool) -> bool:
        if sign.level != "crisis" and (
            sentence.has("figure_of_speech")
            or (now - sentence.has("goes_away") < 2 and sentence.asks_with_an_illness())
        ):
            return True
        if any(sentence.has(group) for group in sign.never):
            return True
        groups = set(sign.unless)
        if sign.cosmetic and not sentence.has("treated"):
            groups.add("cosmetic")
        if sign.net or (sign.anywhere and not strong and not sentence.has("treated")):
            return any(sentence.has(group) for group in groups)
        return any(
            (sentence.within(group, clauses) and not strong) or (sentence.has(group) and now == 0) for group in groups
        )

    def _over(self, sentence: _Sentence, clauses: Optional[range]) -> bool:
        """Reads "years ago" and "all good now": it is no longer there.

        Without clauses the whole sentence is read: nothing in it speaks for a symptom now.
        """
        if sentence.has("past_far") or (sentence.within("past", clauses) if clauses else sentence.has("past")):
            return True
        if sentence.after("recovered", clauses[0] if clauses else 0):
            return True
        following = self._sentence(sentence.start, 1)
        return following is not None and following.has("recovered")

    def _asked(self, found: Found, sentence: _Sentence, clauses: range, now: int) -> int:
        """Returns how much speaks for a question about risk: from 0, nothing, to 3, certain."""
        if sentence.within("certain_if", clauses):
            return 0 if self._near(sentence, "mine_too", (0, 1, 2)) else 3
        asked = 0
        for clause, start, end in sentence.cues.get("certain_if", ()):
            if clause < clauses[0] and not self._restarts(start, end, found, sentence):
                asked = 2
        for clause, start, end in sentence.cues.get("hypothetical", ()):
            if clause in clauses:
                asked = max(asked, 1 if self._restarts(start, end, found, sentence) else 2)
            elif clause < clauses[0] and self._tokens[found.first - 1] not in self._is["told"]:
                asked = max(asked, 1)
        if sentence.has("weak_if") or sentence.after("risk_after", clauses[-1]):
            asked = max(asked, 1)
        if not asked and now <= self._owned(found, sentence) and self._tale(sentence):
            asked = now + 1
        if now == 0 and not asked:
            asked = int(self._listed(sentence))
        if asked and self._near(sentence, "mine_too", (0, 1, 2)):
            return 0
        return asked

    def _restarts(self, start: int, end: int, found: Found, sentence: _Sentence) -> bool:
        """Reads "what are the side effects I have trouble breathing": the question has ended."""
        if any(start == other for _, other, _ in sentence.cues.get("governs", ())):
            return False
        return any(end < other <= found.first for _, other, _ in sentence.cues.get("person_now", ()))

    def _tale(self, sentence: _Sentence) -> bool:
        """Reads "my friend got a droopy eyelid, could that happen to me": no symptom now."""
        if not (sentence.has("someone") and sentence.has("past_verb")):
            return False
        return sentence.has("tale_length") or self._near(sentence, "tale_worry", (0, 1, 2))

    def _listed(self, sentence: _Sentence) -> bool:
        """Reads "What are the risks? Droopy eyelids?": the question goes on in a fragment."""
        return sentence.is_question and self._near(sentence, "risk_after", (-1, -2))

    def _near(self, sentence: _Sentence, cue: str, steps: Tuple[int, ...]) -> bool:
        for later in steps:
            other = self._sentence(sentence.start, later)
            if other is not None and other.has(cue):
                return True
        return False


@lru_cache(maxsize=1)
def _cue_words() -> Dict[str, FrozenSet[str]]:
    """Returns the cues that are looked at word by word."""
    root = lexicon().cues.root
    names = "not between my is_now became_now inability anyone side someone told".split()
    return {name: frozenset(word for word, node in root.items() if name in node.get("", ())) for name in names}


_cue_words()  # reads the word list now: a mistake in it must stop the program at start, not at a visitor's message
