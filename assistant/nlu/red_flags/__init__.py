"""Finds worrying symptoms and crisis words in a visitor's message.

A message is read in five steps, each in a module of its own:

1. text.py (with spelling.py) makes its letters and words comparable;
2. mentions.py finds where words of a sign stand near each other (words.yml, crisis.yml, signs.yml);
3. clauses.py cuts it into sentences and clauses and finds the cues in them (scope.yml);
4. scope.py (with asides.py, whose.py, around.py) decides of each mention whether it is there now, with
   somebody, and idioms.py (idioms.yml) whether words of crisis are a harmless idiom; recall comes first;
5. this module turns what is left into a level.
"""

from dataclasses import dataclass
from typing import Iterator, List, Optional, Set

from typing_extensions import Literal

from assistant.nlu.red_flags.lexicon import Lexicon, read_lexicon
from assistant.nlu.red_flags.mentions import Mention, find_mentions
from assistant.nlu.red_flags.scope import Scope
from assistant.nlu.red_flags.text import normal_text, words_of

Level = Literal["emergency", "today", "crisis"]

_WEAKNESS = "weakness"  # two such signs are weakness that spreads
_RANK = {"crisis": 0, "emergency": 1, "today": 2, "otherwise": 3, "companion": 4}


@dataclass(frozen=True)
class Match:
    """A sign that is taken seriously, for staff who want to know why.

    Attributes:
        sign: name of the sign.
        level: crisis, emergency, today, otherwise or companion (see signs.yml).
        words: the words of the message it was seen in.
    """

    sign: str
    level: str
    words: str


def alarm(text: str) -> Optional[Level]:
    """Says whether a message must be answered with an urgent text, whatever else it says.

    Args:
        text: the visitor's words as typed, any length (time is linear in it).

    Returns:
        "crisis" for suicidal words; "today" for one droopy lid or brow, an uneven smile, or signs
        of an infection (redness, heat, pus, fever) with nothing else; "emergency" for every other
        worrying sign and when in doubt; None when nothing worrying is said to happen now.
    """
    today: Set[str] = set()
    families: Set[str] = set()
    named: Set[int] = set()
    own: Set[int] = set()
    wide: List[Mention] = []
    for mention in _taken_seriously(text):
        level = mention.sign.level
        if level == "crisis":
            return "crisis"
        if level == "emergency" and not (mention.sign.net or mention.sign.family):
            return "emergency"
        if level == "today":
            today.add(mention.sign.name)
            families.add(mention.sign.family)
            named.update(range(mention.first, mention.last + 1))
            own.update(mention.places, (mention.first - 1,))
        elif level == "otherwise":
            if not today:
                return "emergency"
        else:
            wide.append(mention)
    # "Hot and sore" and "patch on my jaw like a palm": these words have a name of their own already.
    others = [one for one in wide if one.first not in (named if one.sign.net else own)]
    others = [one for one in others if one.sign.family not in families]
    if any(mention.sign.level == "emergency" for mention in others):
        return "emergency"
    if not today:
        return None
    return "emergency" if others or len(families) > 1 or (len(today) > 1 and _WEAKNESS in families) else "today"


def told_in_another_language(text: str) -> bool:
    """Says whether a sign that is taken seriously is told in another language than English."""
    return any(mention.sign.foreign for mention in _taken_seriously(text))


def matches(text: str) -> List[Match]:
    """Returns every sign in the text that is taken seriously, the most urgent first."""
    tokens = words_of(normal_text(text), read_lexicon().spelling)
    seen = {
        Match(
            sign=mention.sign.name,
            level=mention.sign.level,
            words=" ".join(tokens[mention.first : mention.last + 1]),
        ): None
        for mention in _taken_seriously(text)
    }
    return list(seen)


def _taken_seriously(text: str) -> Iterator[Mention]:
    tables = read_lexicon()
    normal = normal_text(text)
    if not normal.isascii():
        yield from _foreign(normal, tables)
    tokens = words_of(normal, tables.spelling)
    mentions, marked = find_mentions(tokens, tables)
    if not mentions:
        return
    scope = Scope(tokens, marked, tables)
    mentions.sort(key=lambda mention: _RANK[mention.sign.level])
    yield from (mention for mention in mentions if scope.reading(mention) == "now")


def _foreign(normal: str, tables: Lexicon) -> Iterator[Mention]:
    for letter in set(normal) & tables.foreign.keys():
        for phrase, sign in tables.foreign[letter]:
            if phrase in normal:
                yield Mention(sign, frozenset((0,)), 0, 0)


read_lexicon()  # read now: a mistake in a list must stop the program at start, not at a visitor's message
