"""Carries out the plan of a turn (assistant.dialogue.plan), before rules and forms are asked."""
import re
from functools import lru_cache
from typing import Any, Dict, List, Optional, Text

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_UNLIKELY_INTENT_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.booking.age import says_minor
from assistant.booking.details import gives, is_plain, tells
from assistant.booking.form import ERASE, TOLD
from assistant.dialogue import focus
from assistant.dialogue.naming import names_medicine
from assistant.dialogue.plan import Question, Step, Turn, plan
from assistant.settings import Settings, load_settings

_FEW_WORDS = 5  # "the micro botox one please" answers "which treatment?" and asks nothing of its own


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return load_settings()


def _tells(text: Text) -> bool:
    return tells(text, clinic=_settings())


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class TurnPolicy(Policy):
    """Plans what one message needs when a single rule cannot; learns nothing."""

    @staticmethod
    def supported_data() -> SupportedData:
        """Takes rules and stories, so that it may run beside RulePolicy."""
        return SupportedData.ML_AND_RULE_DATA

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """One above RulePolicy, whose priority is 6."""
        return {"priority": 7}

    def train(
        self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any
    ) -> Resource:
        """Nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[Text, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next step of this turn's plan; no opinion when there is no plan."""
        after = focus.since_user(tracker)
        if any(isinstance(event, SlotSet) and event.key == "action_failed" and event.value for event in after):
            # the apology has been said: a submit rule must not say "thanks" after it
            return self._sure(Step(ACTION_LISTEN_NAME), domain)
        noticed = self._noticed(tracker)
        steps = plan(self._turn(tracker))
        if not steps:
            return self._prediction(self._default_predictions(domain), events=noticed)
        done = [
            event.action_name
            for event in after
            if isinstance(event, ActionExecuted) and event.action_name != ACTION_UNLIKELY_INTENT_NAME
        ]
        if len(done) < len(steps):
            return self._sure(steps[len(done)], domain, noticed)
        return self._sure(Step(ACTION_LISTEN_NAME), domain, noticed)

    @staticmethod
    def _noticed(tracker: DialogueStateTracker) -> List[Event]:
        """What a message makes true for the conversation, whoever answers it; said once.

        A declared minor's details are forgotten at once: those in slots and those in kept messages.
        """
        text = (tracker.latest_message.text if tracker.latest_message else None) or ""
        slots, found = tracker.current_slot_values(), []
        if not slots.get("medicine_named") and names_medicine(text):
            found.append(SlotSet("medicine_named", True))
        told: List[str] = []
        if slots.get("declared_minor"):
            told = focus.ids_that_told(tracker, _tells, earlier=False)
        elif says_minor(text, minimum_age=_settings().booking.minimum_age):
            told = focus.ids_that_told(tracker, _tells)
            found += [SlotSet("declared_minor", True)]
            found += [SlotSet(slot, None) for slot in TOLD if slots.get(slot) is not None]
        if told and not any(isinstance(event, SlotSet) and event.key == ERASE for event in focus.since_user(tracker)):
            found.append(SlotSet(ERASE, told))
        return found

    def _turn(self, tracker: DialogueStateTracker) -> Turn:
        message = tracker.latest_message
        if not message:
            return Turn("")
        parsed = message.parse_data or {}
        # the plan is made again for each step, so it looks at the state before the message:
        # what its own first steps set must not change it
        asked = self._before_turn(tracker, REQUESTED_SLOT)
        text, settings = message.text or "", _settings()
        named = names_medicine(text)
        few = len(text.split()) <= _FEW_WORDS and not re.search(r"[?]", text)
        return Turn(
            intent=message.intent.get("name") or "",
            questions=tuple(
                Question(part["topic"], part.get("treatment")) for part in parsed.get("questions") or ()
            ),
            treatment=parsed.get("treatment"),
            alarm=parsed.get("alarm"),
            reason=parsed.get("reason"),
            asked_slot=asked,
            gives_asked_slot=bool(asked) and self._is_for_form(asked, text),
            plain=is_plain(text),
            told_in=focus.ids_since_form(tracker) if asked else (),
            focus_topic=focus.topic_in_focus(tracker),
            focus_treatment=self._before_turn(tracker, "treatment"),
            offered=focus.offered(tracker),
            minor=says_minor(text, minimum_age=settings.booking.minimum_age),
            unnamed=not (settings.names_medicine_first or named or self._before_turn(tracker, "medicine_named")),
            names_which=(named or bool(parsed.get("treatment"))) and few and focus.asked_which_treatment(tracker),
        )

    @staticmethod
    def _is_for_form(asked: Text, text: Text) -> bool:
        """Whether the form must hear a text itself: it answers, corrects, or declares a minor."""
        return gives(asked, text) or says_minor(text, minimum_age=_settings().booking.minimum_age)

    @staticmethod
    def _before_turn(tracker: DialogueStateTracker, slot: Text) -> Any:
        """Value of a slot as it was when the latest message came in."""
        after = len(focus.since_user(tracker))
        events = list(tracker.events)
        for event in reversed(events[: len(events) - after]):
            if isinstance(event, SlotSet) and event.key == slot:
                return event.value
        return None

    def _sure(self, step: Step, domain: Domain, noticed: Optional[List[Event]] = None) -> PolicyPrediction:
        scores = self._default_predictions(domain)
        scores[domain.index_for_action(step.action)] = 1.0
        # only a "no user" prediction overrules an active form (rasa/core/policies/ensemble.py)
        return self._prediction(
            scores,
            events=noticed,
            optional_events=[SlotSet(key, value) for key, value in step.slots.items()],
            is_no_user_prediction=True,
        )
