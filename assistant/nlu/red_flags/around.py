"""Looks at the words around a mention of a sign: which cues stand in its sentence and beside it."""

from functools import lru_cache
from typing import Dict, FrozenSet, List, Set, Tuple

from assistant.nlu.red_flags.clauses import Sentence, Sentences
from assistant.nlu.red_flags.idioms import Idioms
from assistant.nlu.red_flags.lexicon import Lexicon, read_lexicon
from assistant.nlu.red_flags.mentions import Mention

_TURNS = frozenset(("and", "but", "because", "now", "today"))


class Around:
    """The words of one message, to be asked about one mention after the other.

    Args:
        tokens: the words and marks of the message.
        marked: places of words that belong to a sign, whether or not the sign is whole.
        tables: the word lists.
    """

    def __init__(self, tokens: List[str], marked: Set[int], tables: Lexicon) -> None:
        self._tokens, self._marked = tokens, marked
        self._sentences = Sentences(tokens, tables)
        self._idioms = Idioms(tokens, self._sentences, tables)
        self._is = _cue_words()

    def _says(self, cue: str, start: int, end: int) -> bool:
        words = self._is[cue]
        return any(token in words for token in self._tokens[max(start, 0) : end])

    def _near(self, sentence: Sentence, cue: str, steps: Tuple[int, ...]) -> bool:
        for later in steps:
            other = self._sentences.near(sentence, later)
            if other is not None and other.has(cue):
                return True
        return False

    def _told(self, sentence: Sentence) -> bool:
        """Says whether the sentence is about a person ("my throat") and not about throats."""
        told = self._is["told"]
        return any(token in told for token in self._tokens[sentence.start : sentence.end])

    def _was(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "my brow dropped", "my lid was droopy": it is told as past."""
        return self._says("past_verb", max(sentence.start, mention.first - 4), mention.last + 1)

    def _turns(self, mention: Mention, sentence: Sentence, clauses: range) -> bool:
        """Reads "I read the leaflet and she can't swallow": a clause of its own about somebody."""
        return any(
            clause in clauses and clause > 0 and start <= mention.last and self._tokens[start - 1] in _TURNS
            for clause, start, _ in sentence.cues.get("person_now", ())
        )


@lru_cache(maxsize=1)
def _cue_words() -> Dict[str, FrozenSet[str]]:
    """Returns the cues that are looked at word by word."""
    root = read_lexicon().cues.root
    names = (
        "not between my is_now became_now past_verb inability anyone side someone told i may_become simple_verb pets"
    ).split()
    return {name: frozenset(word for word, node in root.items() if name in node.get("", ())) for name in names}
