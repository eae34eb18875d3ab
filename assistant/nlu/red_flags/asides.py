"""Decides whether a sign is only talked of: at work, in a story, in fun, or as an old trouble that may rule one out."""

from assistant.nlu.red_flags.clauses import Sentence
from assistant.nlu.red_flags.mentions import Mention
from assistant.nlu.red_flags.whose import Whose

_FRESH = ("treated", "changed_now", "mine_too", "right_now", "asks_help", "goes_away")
_GENERAL = ("interrogative", "hypothetical", "risk_after", "treatment")
_OLD = ("illness", "chronic", "long_known")
_A_STORY = 6  # words; less is a symptom in a hurry: "chest pain. do you do botox on Sundays?"
_TO_A_TRADE = 4  # words from "I'm a" to "nurse"
_GIVES = frozenset(("give", "have", "throw"))
_WOULD = frozenset(("will", "iwill", "would", "to", "d", "enough", "gonna"))


class Asides(Whose):
    """Reads what a visitor says in passing. The arguments are those of Around."""

    def _asks_with_an_illness(self, mention: Mention, sentence: Sentence, now: int) -> bool:
        """Reads "I'm diabetic and my feet go numb, is it ok for me": an old illness, not an alarm."""
        if now - sentence.has("goes_away") > 1 or sentence.has("treated"):
            return False
        unable = any(self._tokens[place] in self._is["inability"] for place in mention.places)
        if not unable and self._near(sentence, "rules_out", (0, 1)):
            return not any(self._near(sentence, cue, (0, 1)) for cue in _FRESH)
        if not any(sentence.has(cue) for cue in _OLD):
            return False
        if self._was(mention, sentence) and self._says("my", mention.first - 3, mention.last + 1):
            return sentence.has("past")  # "my face swelled up": when?
        return sentence.has("eligible") or (
            any(self._near(sentence, cue, (1, 2)) for cue in ("eligible", "closing_question"))
            and not self._near(sentence, "changed_now", (0, 1, 2))
        )

    def _brought_on(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "peanuts make my throat swell" and "I pass out with needles": a habit with a cause of its own."""
        if sentence.after_treatment or any(self._near(sentence, cue, (0, 1)) for cue in _FRESH):
            return False
        return any(
            abs(start - other) <= _TO_A_TRADE and (other < mention.first or start > mention.last)
            for _, start, _ in sentence.cues.get("trigger", ())
            for _, other, _ in sentence.cues.get("habit", ())
        )

    def _with_the_years(self, sentence: Sentence) -> bool:
        """Reads "my face dropped when I lost weight. Would it tighten that": the question is about lifting."""
        if any(self._near(sentence, cue, (-1, 0, 1)) for cue in _FRESH):
            return False
        return self._near(sentence, "lifting", (0, 1, 2))

    def _at_work(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "I'm a stroke nurse" and "I'm a paramedic, so chest pain is my day": it is the writer's work."""
        if any(self._tokens[place] in self._is["inability"] for place in mention.places):
            return False  # "I'm a teacher, can't speak above a whisper"
        trades = [(start, end) for _, start, end in sentence.cues.get("job", ())]
        for _, start, end in sentence.cues.get("i_am_a", ()):
            for _, trade, last in sentence.cues.get("occupation", ()):
                if end < trade <= end + _TO_A_TRADE:
                    trades.append((start, max(end, last)))
        if any(start < mention.last and not self._says("told", end + 1, mention.last + 1) for start, end in trades):
            return True
        seen = self._tokens[max(mention.first - 2, 0) : mention.first] == ["i", "see"]
        return seen and any(end < mention.first for _, end in trades)

    def _in_a_story(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "we saw a film. First her lids go": the sentence before says whose story it is."""
        if self._says("i", sentence.start, sentence.end) or sentence.has("someone"):
            return False
        before = self._sentences.near(sentence, -1)
        if before is None or before.start == sentence.start:
            return False
        return before.has("fiction") or (before.has("animal") and self._says("told", sentence.start, mention.last + 1))

    def _for_fun(self, mention: Mention, sentence: Sentence, clauses: range, now: int) -> bool:
        """Reads "my bill nearly gave me a stroke haha" and "he will have a seizure": said of what it costs or bores."""
        if sentence.has("laughs") and (sentence.has("mundane") or sentence.has("money") or sentence.has("trivial")):
            return True
        dull = any(
            (now == 0 and sentence.has(cue)) or (now < 2 and sentence.within(cue, clauses)) for cue in ("money", "dull")
        )
        if dull and not sentence.after_treatment and not any(sentence.has(cue) for cue in _FRESH):
            return True
        before = self._tokens[max(sentence.start, mention.first - 8) : mention.first]
        return any(
            word in _GIVES and not _WOULD.isdisjoint(before[max(place - 3, 0) : place])
            for place, word in enumerate(before)
        )

    def _closes_in_general(self, mention: Mention, sentence: Sentence) -> bool:
        """Reads "her face fell when she quit. Is that true of the drops?": asked of the treatment."""
        if sentence.end - sentence.start < _A_STORY or self._says("i", mention.first - 4, mention.last + 1):
            return False
        if any(self._near(sentence, cue, (-1, 0, 1)) for cue in _FRESH):
            return False
        for later in (0, 1, 2):
            closing = self._sentences.near(sentence, later)
            if closing is None:
                return False
            if closing.is_question:
                if closing.has("closing_question") or closing.has("eligible"):
                    return True
                return later > 0 and any(closing.has(cue) for cue in _GENERAL)
        return False
