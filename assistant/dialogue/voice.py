"""The answer voice: says prepared answers, with the clinic's own data and the sources beside them."""
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, List, Optional, Text

import structlog
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.answers.records import wording_key
from assistant.answers.store import SourceLabels
from assistant.dialogue import focus
from assistant.dialogue.book import AnswerBook, Variation, fill
from assistant.dialogue.naming import advertises, kind_asked, names_medicine, seen_words
from assistant.production import Reviews
from assistant.settings import ROOT, Settings, load_settings

logger = structlog.get_logger(__name__)

_CLOSE_TOPICS = 3
_CLOSE_ENOUGH = 0.1
_TOPICS = ("faq_", "clinic_")
_ANSWERS = tuple(f"utter_{kind}" for kind in _TOPICS)
_SOURCES_UNDER_ANSWER = 5
_SOURCES_WHEN_ASKED = 8
_BOOKS = re.compile(r"\b(?:book|call[- ]back)\b", re.IGNORECASE)
BEFORE_NAMING = "utter_before_naming"


class Voice(TemplatedNaturalLanguageGenerator):
    """Says the first variation that fits; whatever goes wrong is the apology with the phone number.

    It subclasses the stock generator because Rasa hands the domain's responses only to that one.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        """Reads the answers from `answers:` of endpoints.yml's nlg section (default data/responses)."""
        super().__init__(domain.responses)
        folder = Path(endpoint_config.kwargs.get("answers") or "data/responses")
        self.book = AnswerBook(folder if folder.is_absolute() else ROOT / folder)
        self.settings: Settings = load_settings()
        self._sources = SourceLabels(ROOT / "knowledge")
        self._reviews = Reviews(ROOT, production=self.settings.production)
        self._clinic_now: Dict[Text, Any] = {}
        self._clinic_at: Optional[datetime] = None

    async def generate(
        self, utter_action: Text, tracker: DialogueStateTracker, output_channel: Text, **kwargs: Any
    ) -> Optional[Dict[Text, Any]]:
        """The message for one response: {text, buttons, metadata}; never raises, never silent."""
        try:
            return self._say(utter_action, tracker, kwargs)
        except Exception as error:  # a mistake in one answer must not cost the visitor a reply
            logger.error("voice.failed", answer=utter_action, why=type(error).__name__)
            return self._apology()

    def plain(self, name: Text) -> Dict[Text, Any]:
        """A response outside any conversation, such as the widget's greeting."""
        values = self._clinic()
        return self._message(self._picked(name, values), values)

    def _clinic(self) -> Dict[Text, Any]:
        """What clinic.yml gives to answers; whether the clinic is open changes with the minute."""
        minute = self.settings.now().replace(second=0, microsecond=0)
        if self._clinic_at != minute:
            self._clinic_now = {**self.settings.placeholders(minute), **self.settings.conditions(minute)}
            self._clinic_at = minute
        return self._clinic_now

    def _say(self, name: Text, tracker: DialogueStateTracker, given: Dict[Text, Any]) -> Dict[Text, Any]:
        values = self._values(tracker, given)
        message = self._answer(name, tracker, values)
        ours = [words.replace(self.settings.clinic.name, "") for words in seen_words(message)]
        if values["unnamed"] and advertises(ours):
            message = self._before_naming(name, message, values)
        if values.get("declared_minor"):
            message["buttons"] = [one for one in message["buttons"] if not _BOOKS.search(one["payload"])]
        return message

    def _answer(
        self, name: Text, tracker: DialogueStateTracker, values: Dict[Text, Any]
    ) -> Dict[Text, Any]:
        if name == "utter_more_detail":
            return self._more({**values, "asked": focus.question_in_focus(tracker)})
        if name == "utter_ask_source":
            return self._where_from({**values, "asked": focus.question_in_focus(tracker)})
        values["asked"] = focus.question_now(tracker, name[len("utter_") :])
        variation = self._picked(name, values)
        message = self._message(variation, values)
        about = message["metadata"]
        parts = values["parts"]
        # two answers to one worried message: kind once, not twice
        if values["worry"] and (len(parts) < 2 or name == f"utter_{parts[0]}"):
            message["text"] = f"{self._kind_line(about, values)} {message['text']}".strip()
        if len(parts) > 1 and about.get("lead"):
            about["bold_lead"] = about["lead"]
            message["buttons"] = []
        if about.get("offers") == "close_topics":
            message["buttons"] = values["close_topics"]
            about["offer"] = values["close_intent"]
        return message

    def _before_naming(
        self, name: Text, instead_of: Dict[Text, Any], values: Dict[Text, Any]
    ) -> Dict[Text, Any]:
        """What is said in place of an answer that would name a medicine before the visitor does."""
        about = instead_of["metadata"]
        topic = name[len("utter_") :] if name.startswith(_ANSWERS) else values["focus_topic"] or ""
        message = self._message(self._picked(BEFORE_NAMING, {**values, "kind_asked": kind_asked(topic)}), values)
        message["metadata"]["topic"] = about.get("topic")
        lead = about.get("lead")
        if len(values["parts"]) > 1 and lead:
            message["buttons"] = []
            message["metadata"].update({} if advertises([lead]) else {"bold_lead": lead})
        return message

    def _values(self, tracker: DialogueStateTracker, given: Dict[Text, Any]) -> Dict[Text, Any]:
        """Everything a condition may ask for and a blank may be filled with, by name."""
        message = tracker.latest_message
        parsed: Dict[Text, Any] = (message.parse_data if message else None) or {}
        reason, _, language = (parsed.get("reason") or "").partition(":")
        misses = focus.misses_in_a_row(tracker)
        close = self._close_topics(parsed)
        slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
        return {
            **self._clinic(),
            **slots,
            "unnamed": not (self.settings.names_medicine_first or slots.get("medicine_named")),
            "focus_topic": focus.topic_in_focus(tracker),
            "reason": reason or None,
            "language": language or None,
            "worry": bool(parsed.get("worry")),
            "parts": [part["topic"] for part in parsed.get("questions") or ()],
            "misses": min(misses, 3),
            "close": len(close) > 0,
            "close_topics": [{"title": lead, "payload": lead} for _, lead in close],
            "close_intent": close[0][0] if len(close) == 1 else None,
            **{key: value for key, value in given.items() if key != "domain_responses"},
        }

    def _picked(self, name: Text, values: Dict[Text, Any]) -> Variation:
        """The variation to say; a review that ended is told, and later ends the answer."""
        variation = self.book.pick(name, values)
        if variation is None:
            raise LookupError(f"no variation of {name} fits")
        conditions = [(part["name"], part["value"]) for part in variation.get("condition") or ()]
        key = wording_key(name, conditions)
        today = self.settings.now().date()
        self._reviews.refresh(today, edition=self.book.edition)
        if self.settings.production and key in self._reviews.withheld:
            return self._picked("utter_withheld", values)
        if key in self._reviews.ended:
            reviewed = self.settings.day_in_words(self._reviews.ended[key])
            note = self._picked("utter_last_reviewed", values)
            variation["reviewed"] = fill(note["text"], {"reviewed": reviewed})
        return variation

    def _kind_line(self, about: Dict[Text, Any], values: Dict[Text, Any]) -> Text:
        """What a worried visitor reads first: the answer's own kind line, else the general one."""
        own = about.get("worry")
        general = about.get("kind") == "answer"
        return str(own or (self._picked("utter_kind_line", values)["text"] if general else ""))

    def _message(self, variation: Variation, values: Dict[Text, Any]) -> Dict[Text, Any]:
        about = dict(variation.get("metadata") or {})
        about["sources"] = self._sources_of(about, values, most=_SOURCES_UNDER_ANSWER)
        if values.get("unnamed"):
            about.pop("figure", None)  # it shows the names
        if about.get("card") == "code":
            about["code"] = values.get("booking_code")
        text = fill(variation["text"], values)
        if variation.get("reviewed"):
            text = f"{text}\n\n{variation['reviewed']}"
        return {
            "text": text,
            "buttons": fill(variation.get("buttons") or [], values),
            "metadata": about,
        }

    def _more(self, values: Dict[Text, Any]) -> Dict[Text, Any]:
        """The longer text of the topic in focus; without one, what can be asked about it."""
        topic = values["focus_topic"]
        if not topic:
            return self._message(self._picked("utter_more_detail", values), values)
        variation = self._picked(f"utter_{topic}", values)
        about = variation.get("metadata") or {}
        if about.get("topic") == "withheld":
            return self._message(variation, values)
        if not about.get("more") and values["asked"]:
            # a wording on one subject has no longer text of its own: the topic's is the nearest
            return self._more({**values, "asked": ""})
        if not about.get("more"):
            return self._message(self._picked("utter_more_detail_none", values), values)
        return self._message({**variation, "text": about["more"]}, values)

    def _where_from(self, values: Dict[Text, Any]) -> Dict[Text, Any]:
        """The kinds of sources behind the topic in focus."""
        topic = values["focus_topic"]
        answer = self._picked(f"utter_{topic}", values) if topic else {}
        about = answer.get("metadata") or {}
        if about.get("topic") == "withheld":
            return self._message(answer, values)
        if values["unnamed"] and advertises(seen_words(answer)):
            about = self.book.metadata(BEFORE_NAMING, {**values, "kind_asked": kind_asked(topic)})
        sources = self._sources_of(about, values, most=_SOURCES_WHEN_ASKED)
        if not sources:
            name = "utter_ask_source" if not topic else "utter_ask_source_clinic"
            return self._message(self._picked(name, values), values)
        listed = "\n".join(f"- {source['kind']}: {source['label']}" for source in sources)
        said = self._message(self._picked("utter_ask_source_list", values), {**values, "sources": listed})
        said["metadata"].update(sources=sources, topic=topic)
        return said

    def _sources_of(
        self, about: Dict[Text, Any], values: Dict[Text, Any], *, most: int
    ) -> List[Dict[Text, Any]]:
        found = self._sources.of(about.get("facts") or (), most=most)
        if not values.get("unnamed"):
            return found
        return [one for one in found if not names_medicine(f"{one['label']} {one.get('url', '')}")]

    def _close_topics(self, parsed: Dict[Text, Any]) -> List[Any]:
        """Topics that nearly fit, best first, each with the short question that names it."""
        close = []
        for rank in parsed.get("intent_ranking") or ():
            name = rank["name"]
            if name.startswith(_TOPICS) and rank["confidence"] >= _CLOSE_ENOUGH:
                lead = self.book.metadata(f"utter_{name}", {}).get("lead")
                close += [(name, lead)] if lead else []
        return close[:_CLOSE_TOPICS]

    def _apology(self) -> Dict[Text, Any]:
        try:
            return self.plain("utter_apology")
        except Exception as error:  # the answers themselves cannot be read
            logger.error("voice.no_apology", why=type(error).__name__)
            return {"text": self.settings.clinic.phone, "buttons": [], "metadata": {"kind": "sorry"}}
