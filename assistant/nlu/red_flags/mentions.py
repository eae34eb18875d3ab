"""Finds where a message names a sign: words of certain groups, near each other."""

from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Dict, FrozenSet, Iterator, List, Set, Tuple

from assistant.nlu.red_flags.lexicon import NO_TAGS, Lexicon, Sign
from assistant.nlu.red_flags.text import END, QUESTION

# How far apart two words of a sign may be, counted so that a comma weighs more than a word.
_DISTANCE = {END: 100, QUESTION: 100, ",": 2, "but": 4, "because": 4, "so": 3, "also": 3}


@dataclass(frozen=True)
class Mention:
    """A sign and the places of its words in the message."""

    sign: Sign
    places: FrozenSet[int]
    first: int
    last: int


def find_mentions(tokens: List[str], tables: Lexicon) -> Tuple[List[Mention], Set[int]]:
    """Returns the signs in the tokens and the places of all words that belong to a group."""
    rules = tables.rules
    distance = list(accumulate(map(_DISTANCE.get, tokens, repeat(1))))
    last: Dict[str, Tuple[int, int]] = {}
    found: Dict[Tuple[str, int], List[Mention]] = {}
    marked: Set[int] = set()
    silent = 0
    for place, node in enumerate(map(tables.words.root.get, tokens)):
        if node is None or place < silent:
            continue
        tags: FrozenSet[str] = node.get("", NO_TAGS)
        end = place
        if place + 1 < len(tokens) and tokens[place + 1] in node:
            size, whole = tables.words.longest(tokens, place)
            if size > 1:
                end = place + size - 1
                if "harmless" in whole or tokens[place] == "one":
                    silent = place + size
                    tags = whole - {"harmless"}
                else:
                    tags = tags | whole
        if not tags:
            continue
        for tag in tags:
            last[tag] = (place, end)
        marked.update(range(place, end + 1))
        for tag in tags:
            for rule in rules.get(tag, ()):
                for other in rule.others:
                    seen = last.get(other)
                    if seen is None or distance[place] - distance[seen[1]] > rule.gap:
                        break
                else:
                    # Two of a kind in a few words are enough; more only cost time.
                    nearby = found.setdefault((rule.sign.name, end // 16), [])
                    if len(nearby) < 2:
                        spans = [(place, end), *(last[other] for other in rule.others)]
                        places = frozenset(_places(spans))
                        nearby.append(Mention(rule.sign, places, min(places), max(places)))
    return [one for nearby in found.values() for one in nearby], marked


def _places(spans: List[Tuple[int, int]]) -> Iterator[int]:
    for first, last in spans:
        yield from range(first, last + 1)
