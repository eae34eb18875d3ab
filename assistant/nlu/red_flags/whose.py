"""Decides whether a sign is with nobody here: an animal, a thing, a film, or somebody who is cared for."""

from bisect import bisect_right

from assistant.nlu.red_flags.around import Around
from assistant.nlu.red_flags.clauses import Sentence
from assistant.nlu.red_flags.mentions import Mention

_OF_A_THING = 6  # words from a thing to what is said of it
_NOBODYS = ("animal", "child", "job", "report")


class Whose(Around):
    """Reads whose sign a mention is. The arguments are those of Around."""

    def _nobodys(self, mention: Mention, sentence: Sentence, clauses: range) -> bool:
        """Reads "my dog had a swollen face" and "watched a film where the woman can't breathe"."""
        if any(cue in sentence.cues for cue in _NOBODYS) and self._turns(mention, sentence, clauses):
            return False
        for _, start, end in sentence.cues.get("animal", ()):
            led = start == sentence.start or self._is["pets"].intersection(self._tokens[max(start - 2, 0) : start])
            if not led:  # "weak as a kitten"
                continue
            if end < mention.first and not self._says("i", end + 1, mention.first):
                return True
            if mention.last < start < mention.last + 6 and not self._says("told", sentence.start, start):
                return True
        if self._a_thing(mention, sentence) or self._mishap(mention, sentence):
            return True
        if sentence.has("rebook"):
            for _, _, end in sentence.cues.get("child", ()):
                if end < mention.first and not self._says("i", end + 1, mention.first):
                    return True
        if sentence.within("job", clauses):
            return True
        for _, start, end in sentence.cues.get("report", ()):
            if start < mention.first:
                if not self._says("i", end + 1, mention.last) and not (
                    sentence.has("kin") and self._says("told", end + 1, mention.last)
                ):
                    return True
            elif not self._says("told", mention.first - 4, mention.last):
                return True
        return False

    def _a_thing(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "my laptop keeps blacking out": it is said of the thing named just before."""
        return any(
            0 < mention.first - end <= _OF_A_THING
            and "," not in self._tokens[end : mention.first]
            and not self._says("told", end + 1, mention.last + 1)
            and not self._says("i", end + 1, mention.last + 1)
            for _, _, end in sentence.cues.get("thing", ())
        )

    def _mishap(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "mum had a stroke, so I'm at the hospital, can we move Thursday": told as a reason, in good care."""
        treated = sentence.after_treatment or any(
            start < mention.first for _, start, _ in sentence.cues.get("treatment", ())
        )
        treated = treated or self._near(sentence, "goes_away", (0, 1))  # "what should I do"
        if treated or not (sentence.has("rebook") or self._near(sentence, "rebook", (1,))):
            return False
        reasons = list(sentence.cues.get("in_care", ()))
        if not any(self._tokens[place] in self._is["inability"] for place in mention.places):
            reasons += sentence.cues.get("so_then", ())
        reason = any(start > mention.first for _, start, _ in reasons)
        about = any(
            start <= mention.first and not self._says("i", end + 1, mention.first)
            for _, start, end in sentence.cues.get("someone", ())
        )
        if "hospital" in self._tokens[mention.first : mention.last + 1]:
            return about or sentence.has("child")
        return reason and about and self._was(mention, sentence)

    def _managed(self, mention: Mention, sentence: Sentence, clauses: range) -> bool:
        """Reads "palpitations for years, all stable": an old condition in good hands, nothing new."""
        if not sentence.has("managed") or sentence.after_treatment or self._turns(mention, sentence, clauses):
            return False
        begins = sentence.start + sentence.clauses.index(clauses[0])
        linked = self._tokens[begins] == "because" or not self._says("told", mention.first - 4, mention.last + 1)
        follows = sentence.start + bisect_right(sentence.clauses, clauses[-1])
        near = range(clauses[0] - linked, clauses[-1] + 1 + (self._tokens[follows] == ","))
        cared = {clause for clause, _, _ in sentence.cues.get("managed", ()) if clause in near}
        if not cared or any(clause in cared for clause, _, _ in sentence.cues.get("treatment", ())):
            return False  # nothing, or "botox for years and one eyelid droops"
        return not self._near(sentence, "changed_now", (0, 1, -1))
