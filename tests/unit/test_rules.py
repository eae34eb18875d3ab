"""IndexedRules learns and predicts what Rasa's own RulePolicy does."""
from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, List

import pytest
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    LoopInterrupted,
    Restarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.generator import TrackerWithCachedStates, TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.importers.importer import E2EImporter

from assistant.dialogue.importer import AnswersImporter
from assistant.dialogue.rules import IndexedRules
from assistant.settings import ROOT

# Kinds of rules that the project does not use, so that it may.
EVERY_KIND = {
    "domain.yml": """
version: "3.1"
intents: [greet, ask, book, stop, thank]
entities: [area]
slots:
  paid: {type: bool, influence_conversation: true, mappings: [{type: custom}]}
  tone: {type: text, influence_conversation: true, initial_value: calm, mappings: [{type: custom}]}
actions: [action_first, action_price, action_paid, action_help, action_stop, action_area]
forms: {booking_form: {required_slots: []}}
""",
    "rules.yml": """
version: "3.1"
rules:
- rule: by its text
  steps: [{user: "what does it cost"}, {action: action_price}]
- rule: at the start
  conversation_start: true
  steps: [{intent: greet}, {action: action_first}]
- rule: under a condition
  condition: [{slot_was_set: [{paid: true}]}]
  steps: [{intent: ask}, {action: action_paid}]
- rule: when it is not so
  condition: [{slot_was_set: [{paid: null}]}]
  steps: [{intent: ask}, {action: action_help}]
- rule: with an entity
  steps: [{intent: stop, entities: [{area: neck}]}, {action: action_area}]
- rule: taken away in training, because a story goes on where it waits
  steps: [{action: action_help}]
- rule: and the one it would hide
  condition: [{slot_was_set: [{paid: true}]}]
  steps: [{action: action_help}, {action: action_price}]
- rule: the form begins
  steps: [{intent: book}, {action: booking_form}, {active_loop: booking_form}]
- rule: stopped inside the form
  condition: [{active_loop: booking_form}]
  steps: [{intent: stop}, {action: action_stop}, {action: booking_form}]
- rule: the form ends
  condition: [{active_loop: booking_form}]
  wait_for_user_input: false
  steps: [{action: booking_form}, {active_loop: null}, {action: action_paid}]
""",
    "stories.yml": """
version: "3.1"
stories:
- story: asked inside the form
  steps: [{intent: book}, {action: booking_form}, {active_loop: booking_form},
          {intent: greet}, {action: action_first}, {action: booking_form}]
- story: plain words inside the form
  steps: [{intent: book}, {action: booking_form}, {active_loop: booking_form},
          {intent: thank}, {bot: "as you wish"}, {action: action_first}]
- story: goes on where a rule waits
  steps: [{intent: stop}, {action: action_help}, {action: action_price}]
""",
}


@dataclass
class Both:
    """The two policies, each trained on the same."""

    domain: Domain
    trackers: List[TrackerWithCachedStates]
    stock: RulePolicy
    ours: IndexedRules

    def check(self, tracker: DialogueStateTracker) -> bool:
        """Compares what they find and predict; says whether there was a rule for it."""
        for by_text in (False, True):
            states = self.stock._prediction_states(tracker, self.domain, by_text)
            for lookup in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH):
                found = self.ours._get_possible_keys(self.ours.lookup[lookup], states)
                assert found == self.stock._get_possible_keys(self.stock.lookup[lookup], states)
        predictions = [policy.predict_action_probabilities(tracker, self.domain) for policy in (self.stock, self.ours)]
        stock, ours = ({**vars(prediction), "policy_name": ""} for prediction in predictions)
        assert ours == stock
        return predictions[0].max_confidence > 0


def _trained(kind: type[RulePolicy], folder: Path, trackers: Any, domain: Domain) -> Any:
    folder.mkdir()
    storage, context = LocalModelStorage.create(folder), ExecutionContext(GraphSchema({}))
    config = {**kind.get_default_config(), "enable_fallback_prediction": False}
    resource = kind.create(dict(config), storage, Resource("rules"), context).train(trackers, domain)
    return kind.load(dict(config), storage, resource, context)


@pytest.fixture(scope="module", params=["the project", "every kind"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("rules")
    if request.param == "the project":
        domain_file = ROOT / "domain.yml"
        data = [str(ROOT / "data" / kind) for kind in ("rules", "stories", "responses")]
    else:
        for name, text in EVERY_KIND.items():
            (folder / name).write_text(text, encoding="utf-8")
        domain_file = folder / "domain.yml"
        data = [str(folder / name) for name in ("rules.yml", "stories.yml")]
    importer = E2EImporter(AnswersImporter(domain_path=str(domain_file), training_data_paths=data))
    domain = importer.get_domain()
    trackers = TrainingDataGenerator(importer.get_stories(), domain, augmentation_factor=0).generate()
    stock, ours = (_trained(kind, folder / kind.__name__, trackers, domain) for kind in (RulePolicy, IndexedRules))
    return Both(domain, trackers, stock, ours)


def test_the_same_is_learned(both: Both) -> None:
    stock, ours = both.stock.lookup, both.ours.lookup
    assert ours.keys() == stock.keys()
    for kind, learned in stock.items():  # Rasa makes the lists from sets
        assert ours[kind] == learned if isinstance(learned, dict) else set(ours[kind]) == set(learned)
    assert len(ours[RULES]) > 5


def test_every_turn_of_rules_and_stories_is_predicted_alike(both: Both) -> None:
    turns = ruled = 0
    for trained_on in both.trackers:
        tracker = DialogueStateTracker("a visitor", both.domain.slots)
        for event in trained_on.events:
            if isinstance(event, ActionExecuted):
                turns, ruled = turns + 1, ruled + both.check(tracker)
            tracker.update(event)
    assert turns > ruled > len(both.trackers)


def test_conversations_nobody_wrote_are_predicted_alike(both: Both) -> None:
    draw, ruled = random.Random(5), 0
    for _ in range(60):
        tracker = DialogueStateTracker("a visitor", both.domain.slots)
        both.check(tracker)
        for event in _anything(both.domain, draw):
            tracker.update(event)
            ruled += both.check(tracker)
    assert ruled > 100


def test_a_rule_that_training_takes_away_is_not_found(both: Both) -> None:
    lookup = {key: action for key, action in both.ours.lookup[RULES].items() if len(json.loads(key)) == 1}
    key = next(key for key in lookup if "intent" in key)
    states = json.loads(key)
    assert key in both.ours._get_possible_keys(lookup, states)
    del lookup[key]
    assert key not in both.ours._get_possible_keys(lookup, states)


def _anything(domain: Domain, draw: random.Random) -> Iterator[Event]:
    """Messages, actions that fit them or not, and whatever else moves a conversation."""
    intents = [*domain.intents, "no such intent", None]
    texts = ["what does it cost", "hello", ""]
    for _ in range(draw.randint(1, 6)):
        yield ActionExecuted("action_listen")
        intent = draw.choice(intents)
        entities = [{"entity": "area", "value": "neck"}] if draw.random() < 0.3 else []
        yield UserUttered(draw.choice(texts), {"name": intent, "confidence": 1.0}, entities)
        for _ in range(draw.randint(0, 3)):
            slots = [slot for slot in domain.slots if slot.name in ("paid", "tone", "requested_slot")]
            yield draw.choice(
                [
                    ActionExecuted(f"utter_{intent}"),
                    ActionExecuted(draw.choice(domain.action_names_or_texts)),
                    ActionExecuted("booking_form"),
                    ActionExecuted(action_text="as you wish"),
                    ActionExecutionRejected("booking_form"),
                    ActiveLoop("booking_form"),
                    ActiveLoop(None),
                    LoopInterrupted(draw.random() < 0.5),
                    SlotSet(draw.choice(slots).name, draw.choice([None, True, "calm"])),
                    *([Restarted()] if draw.random() < 0.2 else []),
                ]
            )
