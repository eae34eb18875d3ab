"""Carries out the plan of a turn (assistant.dialogue.plan), before rules and forms are asked."""
from functools import lru_cache
from typing import Any, Dict, List, Optional, Text

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_UNLIKELY_INTENT_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.booking.age import says_minor
from assistant.booking.details import gives, is_plain
from assistant.dialogue import focus
from assistant.dialogue.plan import Question, Step, Turn, plan
from assistant.settings import load_settings


@lru_cache(maxsize=1)
def _minimum_age() -> int:
    return load_settings().booking.minimum_age


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
        steps = plan(self._turn(tracker))
        if not steps:
            return self._prediction(self._default_predictions(domain))
        done = [
            event.action_name
            for event in after
            if isinstance(event, ActionExecuted) and event.action_name != ACTION_UNLIKELY_INTENT_NAME
        ]
        if len(done) < len(steps):
            return self._sure(steps[len(done)], domain)
        return self._sure(Step(ACTION_LISTEN_NAME), domain)

    def _turn(self, tracker: DialogueStateTracker) -> Turn:
        message = tracker.latest_message
        if not message:
            return Turn("")
        parsed = message.parse_data or {}
        # the plan is made again for each step, so it looks at the state before the message:
        # what its own first steps set must not change it
        asked = self._before_turn(tracker, REQUESTED_SLOT)
        return Turn(
            intent=message.intent.get("name") or "",
            questions=tuple(
                Question(part["topic"], part.get("treatment")) for part in parsed.get("questions") or ()
            ),
            treatment=parsed.get("treatment"),
            alarm=parsed.get("alarm"),
            reason=parsed.get("reason"),
            asked_slot=asked,
            gives_asked_slot=bool(asked) and self._is_for_form(asked, message.text or ""),
            plain=is_plain(message.text or ""),
            told_in=focus.ids_since_form(tracker) if asked else (),
            focus_topic=focus.topic_in_focus(tracker),
            focus_treatment=self._before_turn(tracker, "treatment"),
            offered=focus.offered(tracker),
        )

    @staticmethod
    def _is_for_form(asked: Text, text: Text) -> bool:
        """Whether the form must hear a text itself: it answers, corrects, or declares a minor."""
        return gives(asked, text) or says_minor(text, minimum_age=_minimum_age())

    @staticmethod
    def _before_turn(tracker: DialogueStateTracker, slot: Text) -> Any:
        """Value of a slot as it was when the latest message came in."""
        after = len(focus.since_user(tracker))
        events = list(tracker.events)
        for event in reversed(events[: len(events) - after]):
            if isinstance(event, SlotSet) and event.key == slot:
                return event.value
        return None

    def _sure(self, step: Step, domain: Domain) -> PolicyPrediction:
        scores = self._default_predictions(domain)
        scores[domain.index_for_action(step.action)] = 1.0
        # only a "no user" prediction overrules an active form (rasa/core/policies/ensemble.py)
        return self._prediction(
            scores,
            optional_events=[SlotSet(key, value) for key, value in step.slots.items()],
            is_no_user_prediction=True,
        )
