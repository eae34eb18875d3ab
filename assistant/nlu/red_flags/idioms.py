"""Decides whether words of crisis are meant harmlessly, by what stands before, after or beside them (idioms.yml)."""

from bisect import bisect_left
from typing import Dict, List, Optional, Tuple

from assistant.nlu.red_flags.clauses import Sentence, Sentences
from assistant.nlu.red_flags.lexicon import Idiom, Lexicon
from assistant.nlu.red_flags.mentions import Mention

_LONGEST = 8  # words of an idiom and of what stands around it

Span = Tuple[int, int]


class Idioms:
    """The idioms of one message, looked for when the first mention of a crisis asks for them.

    Args:
        tokens: the words and marks of the message.
        sentences: its sentences.
        tables: the word lists.
    """

    def __init__(self, tokens: List[str], sentences: Sentences, tables: Lexicon) -> None:
        self._tokens, self._sentences, self._tables = tokens, sentences, tables
        self._found: Optional[Dict[str, List[Span]]] = None

    def harmless(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "my skin fell off a cliff": words of the mention are an idiom in a harmless use.

        Despair anywhere in the message outweighs every idiom; words of the idiom itself are none.
        """
        for idiom in self._tables.idioms:
            for first, last in self._spans(f"{idiom.number} words", mention.first - _LONGEST, mention.last):
                meets = any(place in mention.places for place in range(first, last + 1))
                if meets and self._holds(idiom, (first, last), sentence):
                    return True
        return False

    def _holds(self, idiom: Idiom, span: Span, sentence: Sentence) -> bool:
        first, last = span
        for voids in ("despair", f"{idiom.number} unless"):
            if not all(_meet(span, other) for other in self._read().get(voids, ())):
                return False
        for side in idiom.sides:
            tag = f"{idiom.number} {side}"
            if side == "before":
                low = max(sentence.start, first - idiom.within)
                held = any(low <= end < first for _, end in self._spans(tag, sentence.start, first - 1))
            elif side == "after":
                held = bool(self._spans(tag, last + 1, min(last + idiom.within, sentence.end - 1)))
            elif side == "sentence":
                around = self._spans(tag, sentence.start, sentence.end - 1)
                held = any(not _meet(span, other) for other in around)
            else:
                before, after = self._sentences.near(sentence, -1), self._sentences.near(sentence, 1)
                around = self._spans(tag, (before or sentence).start, (after or sentence).end - 1)
                held = any(not _meet(span, other) for other in around)
            if not held:
                return False
        return True

    def _spans(self, tag: str, low: int, high: int) -> List[Span]:
        """Returns the phrases of a tag that start at these places."""
        spans = self._read().get(tag, [])
        return spans[bisect_left(spans, (low,)) : bisect_left(spans, (high + 1,))]

    def _read(self) -> Dict[str, List[Span]]:
        if self._found is None:
            self._found = {}
            for place in range(len(self._tokens)):
                for size, tags in self._tables.idiom_words.all_at(self._tokens, place):
                    for tag in tags:
                        self._found.setdefault(tag, []).append((place, place + size - 1))
        return self._found


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
