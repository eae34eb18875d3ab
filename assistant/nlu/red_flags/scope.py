"""Decides about a mention of a sign whether it is said to be there now, with somebody.

A mention counts unless it is denied ("no trouble breathing"), over ("in 2010", "gone now"), about
something else ("can't swallow that price") or only asked about ("what if", "can it cause"). What
speaks for a symptom that is there now is weighed against what speaks for a mere question.
"""

from typing import FrozenSet

from typing_extensions import Literal

from assistant.nlu.red_flags.asides import Asides
from assistant.nlu.red_flags.clauses import Sentence
from assistant.nlu.red_flags.mentions import Mention
from assistant.nlu.red_flags.text import END

_SELF = frozenset(("i", "im", "ive", "id", "me", "myself"))
_CERTAIN = 9  # more than anything that may speak for a symptom now
_MAY = frozenset(("could", "can", "will", "would", "might"))
_BARE = frozenset(("droop", "drop", "swell", "sag", "fall", "slip", "close", "go", "collapse"))
_DISLIKES = (["doesnt", "like"], ["dont", "like"])
_IS_NOT = (["is", "not"], ["are", "not"])


Reading = Literal["now", "denied", "over", "elsewhere", "asked", "unsaid"]


class Scope(Asides):
    """Reads what is said around the mentions of one message. The arguments are those of Around."""

    def reading(self, mention: Mention) -> Reading:
        """Says whether a mention is to be taken seriously ("now"), and if not, why."""
        sentence = self._sentences.at(mention.last)
        if sentence is None:
            return "now"
        clauses = range(sentence.clause(max(mention.first, sentence.start)), sentence.clause(mention.last) + 1)
        if not mention.sign.undenied and self._denied(mention):
            return "denied"
        if self._nobodys(mention, sentence, clauses):
            return "elsewhere"
        if self._at_work(mention, sentence) or self._in_a_story(mention, sentence):
            return "elsewhere"
        if mention.sign.level == "crisis":
            return self._crisis(mention, sentence, clauses)
        strong = sentence.within("now", clauses)
        now = self._now(mention, sentence, clauses, strong)
        if self._elsewhere(mention, sentence, clauses, now, strong):
            return "elsewhere"
        if self._over(mention, sentence, clauses, now, strong):
            return "over"
        asked = self._asked(mention, sentence, clauses, now, strong)
        if mention.sign.net:
            if asked:
                return "asked"
            if self._tokens[mention.first - 1] == "your" or self._denied_after(mention, sentence):
                return "denied"
        elif asked > now:
            return "asked"
        if now <= 1 and self._closes_in_general(mention, sentence):
            return "asked"
        unsaid = mention.sign.net or (mention.sign.personal and sentence.is_question)
        return "unsaid" if unsaid and now == 0 and not self._told(sentence) else "now"

    def _crisis(self, mention: Mention, sentence: Sentence, clauses: range) -> Reading:
        """Reads words of crisis: they count unless it is a joke or a question about the treatment."""
        if self._elsewhere(mention, sentence, clauses, 1, False):
            return "elsewhere"
        if sentence.has("laughs") and sentence.has("trivial"):
            return "elsewhere"
        if self._idioms.harmless(mention, sentence):
            return "elsewhere"
        if self._near(sentence, "returned", (0, 1)):
            return "now"
        if sentence.has("bereaved") and _SELF.isdisjoint(self._tokens[max(mention.first - 4, 0) : mention.last + 1]):
            return "elsewhere"
        if sentence.has("past_far") and self._over(mention, sentence, clauses, 0, sentence.within("now", clauses)):
            return "over"
        about = sentence.within("hypothetical", clauses) and sentence.has("crisis_topic")
        return "asked" if about and not (self._told(sentence) or sentence.has("says_so")) else "now"

    def _denied(self, mention: Mention) -> bool:
        """Reads "no trouble breathing", "throat is not swollen", "no fever, hives or wheezing"."""
        tokens, negation, between = self._tokens, self._is["not"], self._is["between"]
        joined = "or" in tokens[mention.last + 1 : mention.last + 6]
        for place in range(mention.first - 1, max(mention.first - 14, -1), -1):
            token = tokens[place]
            if token in negation:
                if token == "without" and (
                    self._says("inability", place - 9, place) or self._says("not", place - 9, place)
                ):
                    return False  # "can't finish a meal without choking"
                return tokens[place + 1] not in ("only", "just", "sure") and tokens[place : place + 2] not in _DISLIKES
            if token in ("or", "nor"):
                joined = True
            elif token == ",":
                if not joined:
                    break
            elif token not in between and place not in self._marked:
                break
        for place in range(mention.first + 1, mention.last):
            if tokens[place] in negation and place not in mention.places:
                ahead = place + 1
                while tokens[ahead] in between and ahead not in mention.places:
                    ahead += 1
                if ahead in mention.places:
                    return True
        return False

    def _denied_after(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "my throat is not swollen" when the sign is only the throat."""
        tokens = self._tokens
        for place in range(mention.last + 1, min(mention.last + 5, sentence.end - 1)):
            if tokens[place] in ("isnt", "arent") or tokens[place : place + 2] in _IS_NOT:
                return any(near in self._marked for near in range(place + 1, place + 5))
        return False

    def _now(self, mention: Mention, sentence: Sentence, clauses: range, strong: bool) -> int:
        """Returns how much speaks for a symptom that is there now: 0 nothing, 1 some, 2 a lot."""
        tokens, words = self._tokens, self._is
        score = self._owned(mention, sentence)
        if sentence.within("person_now", clauses):
            score = 1
        present: FrozenSet[str] = frozenset()
        for place in range(max(sentence.start, mention.first - 5), min(mention.last + 4, sentence.end)):
            if tokens[place] == "," and place > mention.last:  # "my hands go numb, is it ok": another clause
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
        score += sentence.has("goes_away") and self._told(sentence)
        unable = any(tokens[place] in words["inability"] for place in mention.places)
        subject = range(max(sentence.start, mention.first - 3), mention.first + 1)
        if unable and not any(tokens[place] in words["anyone"] for place in subject):
            score += not (self._was(mention, sentence) and any(tokens[place] in words["someone"] for place in subject))
        return score

    def _owned(self, mention: Mention, sentence: Sentence) -> int:
        """Returns 1 for "my droopy eyelid", which is somebody's, and 0 for an eyelid in general."""
        place = mention.first
        while place > sentence.start and self._tokens[place] not in self._is["my"]:
            place -= 1
            if place < mention.first - 1 and self._tokens[place + 1] not in self._is["side"]:
                return 0
        return int(self._tokens[place] in self._is["my"])

    def _elsewhere(self, mention: Mention, sentence: Sentence, clauses: range, now: int, strong: bool) -> bool:
        """Reads "can't swallow that price": the words are about something else, or something else explains them."""
        sign = mention.sign
        if sign.level != "crisis" and (
            sentence.has("figure_of_speech") or self._asks_with_an_illness(mention, sentence, now)
        ):
            return True
        if any(sentence.has(group) for group in sign.never):
            return True
        if sign.level != "crisis" and self._managed(mention, sentence, clauses):
            return True
        if sign.level != "crisis" and now < 2 and self._brought_on(mention, sentence):
            return True
        if sign.cosmetic and not strong and self._with_the_years(sentence):
            return True
        ahead = (0, 1) if self._tokens[mention.last] == END else (0,)
        if not sentence.after_treatment and any(self._near(sentence, group, ahead) for group in sign.explained):
            return True
        if (
            (sign.figurative or sign.net)
            and not sentence.after_treatment
            and self._in_jest(mention, sentence, clauses, now)
        ):
            return True
        groups = set(sign.unless)
        if sign.cosmetic and not (sentence.has("treated") or sentence.has("presupposes")):
            groups.add("cosmetic")
        if sign.net and now >= 2:
            return any(sentence.within(group, clauses) for group in groups)
        if sign.net or (sign.anywhere and not strong and not sentence.has("treated")):
            return any(sentence.has(group) for group in groups)
        return any(
            (sentence.within(group, clauses) and not strong) or (sentence.has(group) and now == 0) for group in groups
        )

    def _in_jest(self, mention: Mention, sentence: Sentence, clauses: range, now: int) -> bool:
        """Reads "dizzy with choice", "nearly had a heart attack looking for parking", "prices are hard to swallow"."""
        last = mention.last
        if mention.sign.figurative and self._for_fun(mention, sentence, clauses, now):
            return True
        linked = any(last < start <= last + 3 for _, start, _ in sentence.cues.get("because_of", ()))
        nearly = any(start <= last and mention.first - end <= 4 for _, start, end in sentence.cues.get("nearly", ()))
        if nearly and sentence.after("startled", sentence.clause(last)):
            return True
        for clause, start, end in sentence.cues.get("mundane", ()):
            if nearly:
                return True
            if start == last + 1 or (linked and last < start <= last + 9):
                return True
            makes_me = sentence.has("makes_me") or not self._says("i", end + 1, mention.last)
            if clause in clauses and not mention.sign.net and 0 < mention.first - end <= 8 and makes_me:
                return True
        return False

    def _over(self, mention: Mention, sentence: Sentence, clauses: range, now: int, strong: bool) -> bool:
        """Reads "years ago" and "all good now": it is no longer there."""
        later = any(
            start > mention.first and (mention.sign.net or start not in mention.places)
            for _, start, _ in sentence.cues.get("recovered", ())
        )
        if any(0 < start - mention.first <= 4 for _, start, _ in sentence.cues.get("gone_now", ())):
            return True
        if (later or sentence.has("past_far")) and not strong and self._was(mention, sentence):
            return True
        if later and mention.sign.net and not strong:
            return True
        if now > self._owned(mention, sentence):
            return False
        if sentence.has("past_far") or (sentence.within("past", clauses) if now else sentence.has("past")):
            return True
        if later:
            return True
        following = self._sentences.near(sentence, 1)
        return following is not None and following.has("recovered")

    def _asked(self, mention: Mention, sentence: Sentence, clauses: range, now: int, strong: bool) -> int:
        """Returns how much speaks for a question about risk: from 0, nothing, to certain."""
        if sentence.within("certain_if", clauses) or self._supposed(mention, sentence):
            return 0 if self._near(sentence, "mine_too", (0, 1, 2)) else (_CERTAIN if not strong else 3)
        if self._says("my", mention.first - 3, mention.last + 1) and self._near(sentence, "asks_help", (0, 1)):
            return 0  # "my sister's eyelid drooped, who does she ring"
        if self._says("my", mention.first - 2, mention.last + 1) and (
            sentence.has("attributes") or (sentence.has("presupposes") and not sentence.has("conditional"))
        ):
            return 0  # "when will my voice come back", "could my blurred vision be from it": it is there
        asked = 0
        for clause, start, end in sentence.cues.get("certain_if", ()):
            goes_on = clause == clauses[0] - 1 and self._joined(clause, sentence)
            if goes_on or (clause < clauses[0] and not self._restarts(start, end, mention, sentence)):
                asked = 3 if goes_on or (self._was(mention, sentence) and not strong) else 2
        for clause, start, end in sentence.cues.get("hypothetical", ()):
            if clause in clauses:
                asked = max(asked, 1 if self._restarts(start, end, mention, sentence) else 2)
            elif clause < clauses[0] and self._tokens[mention.first - 1] not in self._is["told"]:
                asked = max(asked, 1)
        if sentence.has("weak_if") or sentence.after("risk_after", clauses[-1]):
            asked = max(asked, 1)
        if (
            not asked
            and self._tale(sentence)
            and (now <= self._owned(mention, sentence) or not sentence.has("right_now"))
        ):
            asked = max(asked, now + 1)
        if not strong and self._near(sentence, "just_asking", (0, 1, -1)):
            asked += 1
        if not strong and not sentence.after_treatment and self._feared(mention, sentence):
            asked = max(asked, now + 1)
        if now == 0 and not asked:
            asked = int(self._listed(sentence) or self._asks(mention, sentence, clauses))
        if asked and self._near(sentence, "mine_too", (0, 1, 2)):
            return 0
        return asked

    def _asks(self, mention: Mention, sentence: Sentence, clauses: range) -> bool:
        """Reads "has a patient ever stopped breathing": a question about nobody."""
        return sentence.within("interrogative", clauses) and not self._says("told", sentence.start, mention.last)

    def _joined(self, clause: int, sentence: Sentence) -> bool:
        """Reads "what if it goes wrong and I can't smile": the supposition goes on after the "and"."""
        place = sentence.start + sentence.clauses.index(clause + 1)
        return self._tokens[place] in ("and", "or")

    def _feared(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "scared of a wonky smile" and "worried about my face drooping"."""
        may = self._tokens[mention.last] in self._is["may_become"]
        return any(
            end < mention.first and (may or not self._says("i", end, mention.first))
            for _, _, end in sentence.cues.get("fear", ())
        )

    def _supposed(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "if my throat closes up" and "could my face droop", but not "if my throat is closing up"."""
        before = self._tokens[max(sentence.start, mention.first - 4) : mention.first]
        if not _MAY.isdisjoint(before[-2:]) and self._tokens[mention.last] in _BARE:
            return True
        return "if" in before and self._says("simple_verb", mention.first, mention.last + 2)

    def _restarts(self, start: int, end: int, mention: Mention, sentence: Sentence) -> bool:
        """Reads "what are the side effects I have trouble breathing": the question has ended."""
        if "because" in self._tokens[end : mention.first]:
            return True
        if any(start == other for _, other, _ in sentence.cues.get("governs", ())):
            return False
        return any(end < other <= mention.first for _, other, _ in sentence.cues.get("person_now", ()))

    def _tale(self, sentence: Sentence) -> bool:
        """Reads "my friend got a droopy eyelid, could that happen to me": no symptom now."""
        if not (sentence.has("someone") and sentence.has("past_verb")):
            return False
        return sentence.has("tale_length") or self._near(sentence, "tale_worry", (0, 1, 2))

    def _listed(self, sentence: Sentence) -> bool:
        """Reads "What are the risks? Droopy eyelids?": the question goes on in a fragment."""
        if sentence.is_question and self._near(sentence, "risk_after", (-1, -2)):
            return True
        following = self._sentences.near(sentence, 1)
        if following is None or self._says("i", sentence.start, sentence.end):
            return False  # "I fainted twice. Is it a side effect?"
        return following.is_question and following.has("risk_after")
