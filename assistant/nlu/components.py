"""Rasa graph components: entities, screening, intent classifier, judgement.

They run in this order after the stock `SpacyNLP` and `SpacyTokenizer`, all on the one spaCy document
made there. Together they write the parse data the dialogue relies on: intent, intent_ranking,
entities, questions, treatment, area, alarm, reason, worry.
"""

import json
import logging
from pathlib import Path
from typing import Any, Dict, List, Optional, Text

import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu import questions
from assistant.nlu.artefacts import file_sha256, text_sha256
from assistant.nlu.calibration import threshold
from assistant.nlu.classifier import Classifier, Ranked
from assistant.nlu.details import without_details
from assistant.nlu.fragments import is_fragment
from assistant.nlu.language import scope_reason
from assistant.nlu.pipeline import encode, pipeline_sha256
from assistant.nlu.red_flags import alarm, dismisses, unnamed_alarm
from assistant.nlu.worry import shows_worry

logger = logging.getLogger(__name__)

RED_FLAG, OUT_OF_SCOPE, FALLBACK, FOLLOW_UP = "red_flag", "out_of_scope", "nlu_fallback", "follow_up"
CANDIDATES = "candidates"  # what the message and its parts may mean; stays inside the graph
ABOUT_FILE = "pipeline.json"
KIN = Path(__file__).with_name("kin.yml")
DEFAULT_TREATMENT = "micro_botox"

# A red flag from the classifier alone has to lead the next intent by so much: trained on some writers and
# asked others, it then raises a false alarm in 0.2 % of ordinary messages (0.1 to 0.6 % by writer).
ALARM_LEAD = 0.2
# A part is understood a little sooner where the whole message points to its topic too: refusing it leaves
# two questions open, and answering it wrongly still answers the other.
POINTED_TO = 3
PART_COSTS = 2 / 3

# A yes lets something be sent. Who says yes is understood with hardly a doubt; what is doubted is no yes.
SUREST = {"affirm": 0.8}

# A part with such an intent is talk around the questions, not a question.
TALK = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "dont_know", "give_details", OUT_OF_SCOPE}
)


class ModelDoesNotFit(RasaException):
    """The trained model and the built pipeline do not belong together."""


class _Component(GraphComponent):
    """What the components without training share."""

    def __init__(self, config: Dict[Text, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """Make the component from its section of config.yml."""
        return cls(config)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class SpacyEntities(_Component):
    """Takes over the entities of the spaCy document; an entity's value is the ruler's id."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Set entities, treatment and area."""
        for message in messages:
            doc = message.get(SPACY_DOCS[TEXT])
            entities = [
                {
                    "entity": span.label_,
                    "value": span.ent_id_,
                    "start": span.start_char,
                    "end": span.end_char,
                    "text": span.text,
                }
                for span in (doc.ents if doc is not None else ())
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
            message.set("treatment", _treatment(entities), add_to_output=True)
            message.set("area", _first(entities, "area"), add_to_output=True)
        return messages


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class Screening(_Component):
    """Settles what the classifier must not decide: alarms first, then what is not a question."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`longest`: messages of more code points are not read."""
        return {"longest": 500}

    def process(self, messages: List[Message]) -> List[Message]:
        """Set alarm, reason and worry, and the intent where one of the first two settles it."""
        for message in messages:
            text = message.get(TEXT) or ""
            found = alarm(text)
            reason = None if found else self._reason(text)
            message.set("alarm", found, add_to_output=True)
            message.set("reason", reason, add_to_output=True)
            message.set("worry", shows_worry(text), add_to_output=True)
            message.set("questions", [], add_to_output=True)
            if found or reason:
                _set_intent(message, [Ranked(RED_FLAG if found else OUT_OF_SCOPE, 1.0, 1.0)])
        return messages

    def _reason(self, text: Text) -> Optional[Text]:
        return "too_long" if len(text) > self._config["longest"] else scope_reason(text)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True, model_from="SpacyNLP"
)
class IntentClassifier(GraphComponent):
    """Ranks the intents of a message and of each question it may hold."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`pipeline`: the folder `SpacyNLP` loads; `ranking`: how many intents are reported."""
        return {"pipeline": "build/pipeline", "ranking": 10}

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        classifier: Optional[Classifier] = None,
    ) -> None:
        """Keep the trained classifier, or None before training."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "IntentClassifier":
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Train again when the pipeline, the encoder or the list of kin topics has changed."""
        # Rasa also asks about the stand-in of a component it restores from its cache.
        if "pipeline" not in config:
            return None
        return text_sha256(pipeline_sha256(config["pipeline"]) + file_sha256(KIN))

    def train(self, training_data: TrainingData, model: SpacyModel) -> Resource:
        """Train on the phrases of all intents and keep the result in the model archive.

        Raises:
            ModelDoesNotFit: when there are phrases of fewer than two intents.
        """
        examples = [
            (without_details(example.get(TEXT)), example.get(INTENT))
            for example in training_data.intent_examples
            if example.get(TEXT)
        ]
        texts, labels = [text for text, _ in examples], [label for _, label in examples]
        try:
            kin = yaml.safe_load(KIN.read_text(encoding="utf-8"))
            self._classifier = Classifier.fit(texts, labels, encode(model.model, texts), kin=kin)
        except ValueError as error:
            raise ModelDoesNotFit(str(error)) from error
        with self._model_storage.write_to(self._resource) as directory:
            self._classifier.save(directory)
            about = {"pipeline_sha256": pipeline_sha256(self._config["pipeline"])}
            (directory / ABOUT_FILE).write_text(json.dumps(about), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "IntentClassifier":
        """Load the trained classifier.

        Raises:
            ModelDoesNotFit: when it was trained with another pipeline or encoder.
        """
        with model_storage.read_from(resource) as directory:
            about = json.loads((directory / ABOUT_FILE).read_text(encoding="utf-8"))
            if about["pipeline_sha256"] != pipeline_sha256(config["pipeline"]):
                raise ModelDoesNotFit(
                    f"This model was trained with another spaCy pipeline or sentence encoder than "
                    f"the one in {config['pipeline']}; run `make setup` to train it again."
                )
            return cls(config, model_storage, resource, Classifier.load(directory))

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        """Rank the intents of messages that nothing has settled yet."""
        if self._classifier is None:
            raise ModelDoesNotFit("The intent classifier is not trained; run `make setup`.")
        for message in messages:
            text, doc = message.get(TEXT), message.get(SPACY_DOCS[TEXT])
            if doc is None or message.get("alarm") or message.get("reason"):
                continue
            parts = [questions.Part(text, 0, len(text)), *questions.split(text)]
            others = [part for part in parts[1:] if part.text != text]
            texts = [without_details(part.text) for part in (parts[0], *others)]
            if texts[0] == text:
                vectors = np.vstack([doc.vector, encode(model.model, texts[1:])])
            else:
                vectors = encode(model.model, texts)
            ranks = self._classifier.rank(texts, vectors, most=self._config["ranking"])
            message.set(CANDIDATES, list(zip([parts[0], *others], ranks, strict=True)))
            _set_intent(message, ranks[0])
        return messages


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class Judgement(_Component):
    """Decides what is answered: one question, several, or "not sure"."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`wrong_costs`: what a wrong answer costs when a "not sure" costs 1.

        `part_costs`: the same for a part of a message that might be a question of its own.

        `missed_alarm_costs`: what a missed alarm costs when a false one costs 1.
        """
        return {"wrong_costs": 5.0, "part_costs": 5.0, "missed_alarm_costs": 2.0}

    def process(self, messages: List[Message]) -> List[Message]:
        """Set questions, and the intent they give."""
        for message in messages:
            candidates = message.get(CANDIDATES)
            if candidates:
                self._judge(message, candidates)
        return messages

    def _judge(self, message: Message, candidates: List[Any]) -> None:
        alarming = 1.0 / (1.0 + self._config["missed_alarm_costs"])
        if any(ranks[0].name == RED_FLAG for _, ranks in candidates) and dismisses(message.get(TEXT)):
            # The classifier cannot tell "no trouble breathing" from trouble breathing; the rules can.
            candidates = [
                (part, [rank for rank in ranks if rank.name != RED_FLAG] or ranks) for part, ranks in candidates
            ]
        for _, ranks in candidates:
            if _alarms(ranks, alarming):
                message.set("alarm", unnamed_alarm(message.get(TEXT)), add_to_output=True)
                _set_intent(message, ranks)
                return

        if is_fragment(message.get(TEXT), message.get(ENTITIES, [])):
            candidates = [(candidates[0][0], _first_of(FOLLOW_UP, candidates[0][1]))]
        enough = threshold(self._config["wrong_costs"])
        split = self._split(candidates)
        kept = split or [_surest(candidates)]
        ranks = kept[0][1]
        # saying what is covered is no wrong answer, so it needs only to be more likely than not
        needed = 0.5 if ranks[0].name == OUT_OF_SCOPE else max(enough, SUREST.get(ranks[0].name, 0.0))
        if not split and ranks[0].confidence < needed:
            unsure = 1.0 - ranks[0].confidence
            _set_intent(message, [Ranked(FALLBACK, unsure, unsure), *ranks])
            return
        _set_intent(message, ranks)
        if ranks[0].name not in TALK:
            found = _questions(kept, message.get(ENTITIES, []))
            message.set("questions", found, add_to_output=True)

    def _split(self, candidates: List[Any]) -> List[Any]:
        """Return the parts that are questions, if each is understood and two topics differ."""
        enough = threshold(self._config["part_costs"])
        (_, whole), *parts = candidates
        asked = [(part, ranks) for part, ranks in parts if ranks[0].name not in TALK]
        by_topic = {ranks[0].name: (part, ranks) for part, ranks in reversed(asked)}
        pointed_to = {item.name for item in whole[:POINTED_TO]}
        sooner = threshold(self._config["part_costs"] * PART_COSTS)
        understood = all(
            best.confidence >= (sooner if best.name in pointed_to else enough)
            for best in (ranks[0] for _, ranks in parts)
        )
        if len(by_topic) < 2 or not understood:
            return []
        return sorted(by_topic.values(), key=lambda item: item[0].start)


def _alarms(ranks: List[Ranked], needed: float) -> bool:
    """Return whether a red flag is likely enough and clearly leads."""
    best, following = ranks[0], ranks[1].meant if len(ranks) > 1 else 0.0
    return best.name == RED_FLAG and best.meant >= max(needed, following + ALARM_LEAD)


def _first_of(name: Text, ranks: List[Ranked]) -> List[Ranked]:
    """Return the ranking with an intent the words themselves settle put first."""
    return [Ranked(name, 1.0, 1.0), *(item for item in ranks if item.name != name)]


def _surest(candidates: List[Any]) -> Any:
    """Return the whole message, or its only question without the greeting if that is clearer."""
    if len(candidates) != 2:
        return candidates[0]
    return max(candidates, key=lambda item: item[1][0].confidence)


def _questions(kept: List[Any], entities: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """Return the contract's list of questions; a treatment named once holds for what follows."""
    found = []
    treatment = None
    for part, ranks in kept:
        own = [item for item in entities if part.start <= item["start"] < part.end]
        treatment = _treatment(own) or treatment
        found.append(
            {
                "topic": ranks[0].name,
                "treatment": treatment,
                "text": part.text,
                "confidence": ranks[0].confidence,
            }
        )
    return found


def _treatment(entities: List[Dict[Text, Any]]) -> Optional[Text]:
    """Return the treatment the words are about; in a comparison it is ours."""
    named = [item["value"] for item in entities if item["entity"] == "treatment"]
    return DEFAULT_TREATMENT if DEFAULT_TREATMENT in named else next(iter(named), None)


def _first(entities: List[Dict[Text, Any]], kind: Text) -> Optional[Text]:
    return next((item["value"] for item in entities if item["entity"] == kind), None)


def _set_intent(message: Message, ranks: List[Ranked]) -> None:
    ranking = [{"name": name, "confidence": meant} for name, _, meant in ranks]
    ranking[0]["confidence"] = ranks[0].confidence
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
