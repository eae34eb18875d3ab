"""What a question names inside its topic: "can I fly?" belongs to aftercare, its subject is flying.

A wording on a subject stands under the condition `subject` and lists, under metadata `asks`, the
words by which visitors name it. No Rasa here, and nothing is learned: an edit is live at once.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Optional

CONDITION = "subject"
_PUNCTUATION = re.compile(r"[^a-z0-9' ]+")


def bare(text: str) -> str:
    """A text in lower case with single spaces, so that "make-up" and "Make up" are alike."""
    text = text.lower().replace("\u2019", "'")
    return " ".join(_PUNCTUATION.sub(" ", text).split())


class Subjects:
    """The subjects of one response and the words that name them."""

    def __init__(self, asks: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Takes (subject, its words) pairs; words of one subject may come in several pairs."""
        self._named = {bare(phrase): subject for subject, phrases in asks for phrase in phrases}
        # the longest first: "hot yoga" is heat and not sport
        known = sorted(filter(None, self._named), key=len, reverse=True)
        words = "|".join(re.escape(phrase) for phrase in known)
        self._pattern = re.compile(rf"(?<![a-z0-9])({words})(?:s|'s)?(?![a-z0-9])") if words else None

    def of(self, text: str) -> Optional[str]:
        """The one subject that a question names; None when it names none, or more than one.

        A question with two subjects gets the topic's general wording, which speaks of several.
        """
        found = {self._named[hit[1]] for hit in self._pattern.finditer(bare(text))} if self._pattern else set()
        return found.pop() if len(found) == 1 else None


def subjects_of(variations: Iterable[Mapping[str, object]]) -> Subjects:
    """The subjects of a response, from its variations as they stand in the file."""
    pairs = []
    for variation in variations:
        about = variation.get("metadata")
        asks = about.get("asks") if isinstance(about, Mapping) else None
        conditions = variation.get("condition")
        for part in conditions if isinstance(conditions, list) else ():
            if part.get("name") == CONDITION and isinstance(asks, list):
                pairs.append((str(part.get("value")), [str(phrase) for phrase in asks]))
    return Subjects(pairs)
