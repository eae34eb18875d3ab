"""Rasa graph components: document, entities, screening, intent classifier, judgement.

They run in this order after `SpacyDocument` and the stock `SpacyTokenizer`, all on the one spaCy document
made first. Together they write the parse data the dialogue relies on: intent, intent_ranking,
entities, questions, treatment, area, alarm, reason, worry.
"""

import dataclasses
import json
from typing import Any, Callable, Dict, List, Optional, Sequence, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.adapter import for_thorough_look, unseen
from assistant.nlu.alarms import AlarmJudge
from assistant.nlu.artefacts import file_sha256, text_sha256
from assistant.nlu.crisis import CrisisTeller
from assistant.nlu.details import without_details
from assistant.nlu.fragments import is_fragment
from assistant.nlu.intents import COMPARISONS, OUT_OF_SCOPE, RED_FLAG, kin_groups
from assistant.nlu.judgement import Costs, judge
from assistant.nlu.kept_vectors import kept_vectors
from assistant.nlu.language import scope_reason
from assistant.nlu.learned_from import LEARNED_FROM
from assistant.nlu.pipeline import encoder_of, pipeline_sha256
from assistant.nlu.reading import Reader, reading
from assistant.nlu.red_flags import alarm, told_in_another_language
from assistant.nlu.several import Candidate, Reading
from assistant.nlu.two_looks import Ranked, TwoLooks
from assistant.nlu.typos import Typos
from assistant.nlu.worry import shows_worry

CRISIS = "crisis"
# What the message may ask, the chance that it is an alarm, the alarm the rules see in it, and whether it sounds like a
# crisis; stays inside the graph.
READING, ALARMING, RULED, IN_CRISIS = "reading", "alarming", "ruled", "in_crisis"
# Log-odds that red_flag is meant below which the encoder is not asked, unless the rules see an alarm.
HARDLY_MEANT = -6.0
ABOUT_FILE = "pipeline.json"
DEFAULT_TREATMENT = "micro_botox"


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
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=False, model_from="SpacyDocument",
)
class SpacyDocument(SpacyNLP):
    """Rasa's `SpacyNLP` for messages alone: nothing learns from documents of the phrases, a sixth of a training."""

    def process_training_data(self, training_data: TrainingData, model: SpacyModel) -> TrainingData:
        """Return the phrases as they are."""
        return training_data


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
    """Settles what the classifier cannot decide: a crisis first, then what is not a question in English."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`longest`: messages of more code points are not read."""
        return {"longest": 500}

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the rules' alarm, reason and worry, and alarm and intent where one of the first two settles it."""
        for message in messages:
            text = message.get(TEXT) or ""
            ruled, reason = alarm(text), self._reason(text)
            # Words of a crisis are never weighed, and what nobody else can read is for the rules alone.
            settled = ruled == CRISIS or reason or (ruled and told_in_another_language(text))
            found = ruled if settled else None
            reason = None if found else reason
            message.set(RULED, ruled)
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
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True, model_from="SpacyDocument"
)
class IntentClassifier(GraphComponent):
    """Ranks the intents of a message and of each question it may hold."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`pipeline`: the folder `SpacyDocument` loads; `ranking`: how many intents are reported."""
        return {"pipeline": "build/pipeline", "ranking": 10}

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        reader: Optional[Reader] = None,
        crisis: Optional[CrisisTeller] = None,
        alarms: Optional[AlarmJudge] = None,
    ) -> None:
        """Keep what is trained, or None before training; a reader is trained, the encoder it needs comes later."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._reader = reader
        self._crisis = crisis
        self._alarms = alarms

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
        """Train again when the pipeline, the encoder, or how and from what the classifier learns has changed."""
        # Rasa also asks about the stand-in of a component it restores from its cache.
        if "pipeline" not in config:
            return None
        return text_sha256("".join([pipeline_sha256(config["pipeline"]), *map(file_sha256, LEARNED_FROM)]))

    def train(self, training_data: TrainingData, model: SpacyModel) -> Resource:
        """Train on the phrases of all intents and keep the result in the model archive.

        Phrases of red_flag that tell of a crisis stand under `metadata: {level: crisis}`.

        Raises:
            ModelDoesNotFit: when there are phrases of fewer than two intents.
        """
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        texts = [without_details(example.get(TEXT)) for example in examples]
        typos = Typos.fit(texts)
        texts = [typos.correct(text) for text in texts]
        labels = [example.get(INTENT) for example in examples]
        encoder = encoder_of(model.model)
        kept = kept_vectors(encoder)
        vectors = kept.quick(texts)
        alarms = np.array([label == RED_FLAG for label in labels], dtype=bool)
        of_crisis = [_level(example) == CRISIS for example, alarming in zip(examples, alarms, strict=True) if alarming]
        self._crisis = CrisisTeller.fit(vectors[alarms], of_crisis)
        again = np.flatnonzero(for_thorough_look(texts, labels))
        try:
            looks = TwoLooks.fit(
                texts, labels, vectors, kept.thorough([texts[row] for row in again]), thorough_rows=again,
                kin=kin_groups(), unseen=unseen(texts),
            )
        except ValueError as error:
            raise ModelDoesNotFit(str(error)) from error
        self._reader = Reader(looks, typos)
        written = [example.get(TEXT) for example in examples]
        self._alarms = _weigh(looks, written, alarms, reading(kept.alarm_odds, texts))
        with self._model_storage.write_to(self._resource) as directory:
            self._reader.save(directory)
            self._crisis.save(directory)
            self._alarms.save(directory)
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
            return cls(
                config, model_storage, resource, Reader.load(directory), CrisisTeller.load(directory),
                AlarmJudge.load(directory),
            )

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        """Read messages that nothing has settled yet, and rank their intents."""
        if self._reader is None or self._crisis is None or self._alarms is None:
            raise ModelDoesNotFit("The intent classifier is not trained; run `make setup`.")
        encoder = encoder_of(model.model)
        for message in messages:
            text, doc = message.get(TEXT), message.get(SPACY_DOCS[TEXT])
            if doc is None or message.get("alarm") or message.get("reason"):
                continue
            found = self._reader.read(text, encoder, doc.vector, most=self._config["ranking"])
            ruled = bool(message.get(RULED))
            alarming = float(ruled)
            if _worth_weighing(found.alarming, ruled):
                # Its parts are not asked: out of their story, half sentences sound worse than they are.
                told = float(encoder.alarm_odds([found.text])[0])
                alarming = self._alarms.chance(found.alarming, ruled, told)
            message.set(READING, found)
            message.set(ALARMING, alarming)
            if alarming:
                message.set(IN_CRISIS, self._crisis.tells(found.vector))
            _set_intent(message, found.whole[1])
        return messages


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class Judgement(_Component):
    """Decides what is answered: one question, several, or "not sure"."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """What mistakes cost: see `Costs`."""
        return dataclasses.asdict(Costs())

    def __init__(self, config: Dict[Text, Any]) -> None:
        """Read the costs."""
        super().__init__(config)
        self._costs = Costs(**{name: config[name] for name in self.get_default_config()})

    def process(self, messages: List[Message]) -> List[Message]:
        """Set questions, and the intent they give."""
        for message in messages:
            if message.get(READING):
                self._judge(message, message.get(READING))
        return messages

    def _judge(self, message: Message, found: Reading) -> None:
        text, entities = message.get(TEXT), message.get(ENTITIES, [])
        verdict = judge(
            found, alarm=message.get(ALARMING), ruled=bool(message.get(RULED)), costs=self._costs,
            fragment=lambda: is_fragment(text, entities),
        )
        _set_intent(message, verdict.ranks)
        if verdict.alarm:
            # Only the rules tell "today" from an emergency.
            level = CRISIS if message.get(IN_CRISIS) else "emergency"
            message.set("alarm", message.get(RULED) or level, add_to_output=True)
        elif verdict.asked:
            message.set("questions", _questions(verdict.asked, entities), add_to_output=True)


def _weigh(looks: TwoLooks, written: List[Text], alarms: Any, told: Callable[[List[int]], Any]) -> AlarmJudge:
    """Learn what rules, classifier and encoder are worth to each other, from phrases held out.

    `told` gives the encoder's log-odds for rows of the phrases, at least one, [m, 1].
    """
    if looks.asked is None or RED_FLAG not in looks.intents:
        return AlarmJudge()
    meant = looks.asked.meant[:, looks.intents.index(RED_FLAG)]
    levels = np.array([alarm(written[row]) or "" for row in looks.asked.rows])
    # A crisis the rules see is settled before anything is weighed: see `Screening`.
    weighed = _worth_weighing(meant, levels != "") & (levels != CRISIS)
    rows = looks.asked.rows[weighed]
    if not len(rows):
        return AlarmJudge()
    return AlarmJudge.fit(meant[weighed], levels[weighed] != "", told(list(rows))[:, 0], alarms[rows])


def _worth_weighing(meant: Any, ruled: Any) -> Any:
    """Return whether the encoder is asked too, from the log-odds of an alarm and whether the rules see one."""
    return (meant >= HARDLY_MEANT) | (ruled & np.isfinite(meant))


def _level(example: Message) -> Optional[Text]:
    """Return the level of an alarm phrase, where the training data says one."""
    about = (example.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return about.get("level") if isinstance(about, dict) else None


def _questions(asked: Sequence[Candidate], entities: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """Return the contract's list of questions; a treatment named once holds for what follows."""
    found = []
    carried = None
    for part, ranks in asked:
        topic = ranks[0].name
        treatment = _treatment([item for item in entities if part.start <= item["start"] < part.end]) or carried
        carried = carried if topic in COMPARISONS else treatment
        found.append(
            {
                "topic": topic,
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
