"""The Rasa components, run one after the other as the graph runs them."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, NoReturn, Sequence

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.tokenizers.spacy_tokenizer import SpacyTokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.making import BUILD
from assistant.nlu import components
from assistant.nlu.components import (
    ALARMING,
    IN_CRISIS,
    READING,
    RULED,
    IntentClassifier,
    Judgement,
    ModelDoesNotFit,
    Screening,
    SpacyDocument,
    SpacyEntities,
)
from assistant.nlu.encoder import SentenceEncoder
from assistant.nlu.pipeline import ensure_pipeline
from assistant.nlu.questions import Part, bare, clauses, whole
from assistant.nlu.several import Reading
from assistant.nlu.two_looks import Ranked
from tests.unit.test_classifier import PHRASES

Parse = Callable[[str], dict[str, Any]]

PIPELINE = {"pipeline": str(BUILD / "pipeline"), "ranking": 10}
CONTEXT = ExecutionContext(GraphSchema({}))
MORE_PHRASES = {
    "greet": ["hi", "hello", "hey there", "good morning", "hello there", "hiya", "hey"],
    "red_flag": [
        "something feels very wrong with my throat", "my throat feels wrong", "it feels wrong inside my throat",
        "my throat is strange since the visit", "strange feeling in my throat", "my throat feels odd",
    ],
}


def judgement(*, wrong: float = 5.0) -> Judgement:
    return Judgement({"wrong_costs": wrong, "missed_alarm_costs": 2.0, "overruled_alarm_costs": 9.0})


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    return LocalModelStorage(tmp_path_factory.mktemp("storage"))


@pytest.fixture(scope="module")
def spacy_nlp(storage: LocalModelStorage) -> SpacyDocument:
    place = ensure_pipeline(BUILD / "pipeline")
    config = {"model": str(place), "case_sensitive": True}
    return SpacyDocument.create(config, storage, Resource("spacy"), CONTEXT)


@pytest.fixture(scope="module")
def trained(storage: LocalModelStorage, spacy_nlp: SpacyDocument) -> Resource:
    examples = [
        Message.build(text, intent)
        for intent, texts in {**PHRASES, **MORE_PHRASES}.items() for text in texts
    ]
    component = IntentClassifier.create(PIPELINE, storage, Resource("classifier"), CONTEXT)
    return component.train(TrainingData(examples), spacy_nlp.provide())


@pytest.fixture(scope="module")
def parse(storage: LocalModelStorage, spacy_nlp: SpacyDocument, trained: Resource) -> Parse:
    model = spacy_nlp.provide()
    tokenizer = SpacyTokenizer(SpacyTokenizer.get_default_config())
    classifier = IntentClassifier.load(PIPELINE, storage, trained, CONTEXT)

    def run(text: str) -> dict[str, Any]:
        messages = tokenizer.process(spacy_nlp.process([Message({"text": text})], model))
        messages = SpacyEntities({}).process(messages)
        messages = Screening(Screening.get_default_config()).process(messages)
        messages = classifier.process(messages, model)
        messages = judgement().process(messages)
        return messages[0].as_dict(only_output_properties=True)

    return run


def test_what_is_in_doubt_is_read_again_as_corrected_and_nothing_cut_blindly(
    parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = SentenceEncoder.encode_thoroughly
    monkeypatch.setattr(
        SentenceEncoder, "encode_thoroughly", lambda self, texts: read.extend(texts) or real(self, texts)
    )
    parse("does it hurt?")
    assert read == []
    parse("so whatt do I get")
    assert read[0] == "so what do I get" and not any("whatt" in text for text in read)
    read.clear()
    parse("the moon and the harpsichord on a tuesday")
    assert "the harpsichord on a tuesday" not in read and len(read) == 1


def test_a_plain_question_is_one_question(parse: Parse) -> None:
    data = parse("does it hurt?")
    assert data["intent"]["name"] == "faq_pain" == data["intent_ranking"][0]["name"]
    [question] = data["questions"]
    assert question["topic"] == "faq_pain" and question["text"] == "does it hurt?"
    assert 0.6 < question["confidence"] <= 1
    assert json.loads(json.dumps(data["questions"])) == data["questions"]


def test_two_questions_are_answered_in_order_with_the_treatment_named_before(parse: Parse) -> None:
    data = parse("how long does regular botox last and does it hurt?")
    assert [(q["topic"], q["treatment"]) for q in data["questions"]] == [
        ("faq_duration", "standard_botox"), ("faq_pain", "standard_botox"),
    ]
    assert data["intent"]["name"] == "faq_duration" and data["treatment"] == "standard_botox"


def test_what_is_asked_after_a_comparison_is_not_about_the_other_treatment() -> None:
    named = [{"entity": "treatment", "value": "standard_botox", "start": 3, "end": 7}]
    data = judge(
        [("faq_vs_standard", 0.5), ("faq_pain", 0.4)], [("faq_vs_standard", 0.97)], [("faq_pain", 0.9)],
        text="vs botox? hurts?", entities=named,
    )
    assert [(question["topic"], question["treatment"]) for question in data["questions"]] == [
        ("faq_vs_standard", "standard_botox"), ("faq_pain", None),
    ]


def test_the_same_topic_twice_is_one_question(parse: Parse) -> None:
    assert len(parse("does it hurt? is it painful?")["questions"]) == 1


def test_a_part_that_is_not_understood_keeps_the_message_whole(parse: Parse) -> None:
    assert len(parse("does it hurt and who polishes the harpsichord")["questions"]) <= 1


def test_a_greeting_in_front_is_no_question(parse: Parse) -> None:
    [question] = parse("Hello! what does it cost?")["questions"]
    assert (question["topic"], question["text"]) == ("faq_cost", "what does it cost?")


def test_a_greeting_alone_asks_nothing(parse: Parse) -> None:
    data = parse("hello there")
    assert data["intent"]["name"] == "greet" and data["questions"] == []


def test_unsure_is_fallback_and_keeps_the_close_topics(parse: Parse) -> None:
    data = parse("so what do I get")
    assert data["intent"]["name"] == "nlu_fallback"
    names = [item["name"] for item in data["intent_ranking"]]
    assert names[0] == "nlu_fallback" and "faq_cost" in names


def test_a_doubted_yes_is_no_yes() -> None:
    assert judge([("affirm", 0.79), ("deny", 0.1)], text="ok", costs=2.0)["intent"]["name"] == "nlu_fallback"
    assert judge([("affirm", 0.98), ("deny", 0.1)], text="yes", costs=2.0)["intent"]["name"] == "affirm"
    # the intent's own name, typed as a command, is nobody's yes
    assert judge([("affirm", 0.98), ("deny", 0.1)], text="affirm", costs=2.0)["intent"]["name"] == "nlu_fallback"


UNSURE = [("faq_what_is", 0.01)]  # what is made of clauses joined


def judge(
    ranks: list[tuple[str, float]], *parts: list[tuple[str, float]], text: str = "this? that?", costs: float = 5.0,
    in_crisis: bool = False, alarm: float = 0.0, ruled: str | None = None, entities: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """What is made of a message ranked so, whole and clause by clause."""

    def candidate(part: Part, own: list[tuple[str, float]]) -> tuple[Part, list[Ranked]]:
        return part, [Ranked(name, chance, chance) for name, chance in own]

    cut = clauses(text)
    own_ranks = {cut.part(number, number): own for number, own in enumerate(parts)}
    message = Message({"text": text})
    message.set(ENTITIES, list(entities))
    message.set(READING, Reading(
        candidate(whole(text), ranks), candidate(bare(text), ranks), cut, text, vector=None, alarming=0.0,
        understand=lambda asked: [candidate(part, own_ranks.get(part, UNSURE)) for part in asked],
    ))
    message.set(ALARMING, alarm)
    message.set(IN_CRISIS, in_crisis)
    message.set(RULED, ruled)
    judgement(wrong=costs).process([message])
    return message.as_dict(only_output_properties=True)


def topics(data: dict[str, Any]) -> list[str]:
    return [question["topic"] for question in data["questions"]]


def test_several_questions_are_answered_where_each_is_understood() -> None:
    pain, cost, hours = [("faq_pain", 0.9)], [("faq_cost", 0.9)], [("clinic_hours", 0.3)]
    both = [("faq_cost", 0.5), ("faq_pain", 0.4)]
    assert topics(judge(both, pain, cost)) == ["faq_pain", "faq_cost"]
    assert judge(both, pain, hours)["intent"]["name"] == "nlu_fallback"
    # talk is no question, nor is an alarm out of its story
    for other in ([("greet", 0.99)], [("red_flag", 0.99), ("faq_pain", 0.9)]):
        assert topics(judge([("faq_pain", 0.9), ("faq_cost", 0.01)], pain, other)) == ["faq_pain"]


def test_parts_of_an_alarm_are_not_read() -> None:
    def understand(asked: object) -> NoReturn:
        raise AssertionError("read although it is an alarm")

    message = Message({"text": "my lip is numb. what does it cost?"})
    part = whole(message.get("text"))
    ranks = [Ranked("red_flag", 0.9, 0.9), Ranked("faq_cost", 0.1, 0.1)]
    message.set(READING, Reading(
        (part, ranks), (part, ranks), clauses(part.text), part.text, vector=None, alarming=5.0, understand=understand,
    ))
    message.set(ALARMING, 0.9)
    judgement().process([message])
    assert message.get("alarm")


def test_a_message_that_points_elsewhere_is_one_question() -> None:
    pain, cost = [("faq_pain", 0.8)], [("faq_cost", 0.8)]
    between, one = [("faq_pain", 0.5), ("faq_cost", 0.4)], [("faq_pain", 0.99), ("faq_cost", 0.001)]
    said = "my nose and the bill"
    assert topics(judge(between, pain, cost, text="the pain? the bill?", costs=1.0)) == ["faq_pain", "faq_cost"]
    assert topics(judge(one, pain, cost, text=said)) == ["faq_pain"]


def test_an_alarm_is_raised_when_missing_it_would_cost_more() -> None:
    ranks = [("faq_pain", 0.9), ("red_flag", 0.1)]
    data = judge(ranks, alarm=0.34)
    assert data["intent"]["name"] == "red_flag" and data["alarm"] == "emergency" and "questions" not in data
    assert judge(ranks, alarm=0.33)["intent"]["name"] == "faq_pain"


def test_what_is_written_as_a_name_is_an_alarm_only_when_that_is_likelier_than_not() -> None:
    ranks = [("give_details", 0.9), ("red_flag", 0.1)]
    assert judge(ranks, alarm=0.49, text="Zoë Achingham")["intent"]["name"] == "give_details"
    for text, alarm, ruled in (
        ("Zoë Achingham", 0.51, None), ("Zoë Fever", 0.2, "today"), ("zoë aching", 0.35, None),
        ("Zoë Achingham, chest hurts", 0.35, None),
    ):
        assert judge(ranks, alarm=alarm, text=text, ruled=ruled)["intent"]["name"] == "red_flag", text


def test_what_is_no_alarm_is_answered_with_the_next_likely_topic() -> None:
    assert judge([("red_flag", 0.6), ("faq_serious_risks", 0.9)], alarm=0.1)["intent"]["name"] == "faq_serious_risks"


def test_the_rules_are_overruled_only_when_an_alarm_is_very_unlikely() -> None:
    assert judge([("faq_pain", 0.9)], alarm=0.11, ruled="emergency")["intent"]["name"] == "red_flag"
    assert judge([("faq_pain", 0.9)], alarm=0.09, ruled="emergency")["intent"]["name"] == "faq_pain"


def test_the_rules_tell_how_urgent_an_alarm_is() -> None:
    assert judge([("faq_lifting", 0.9)], alarm=0.9, ruled="today")["alarm"] == "today"


def test_a_fragment_continues_the_last_topic(parse: Parse) -> None:
    data = parse("and what about the neck?")
    assert data["intent"] == {"name": "follow_up", "confidence": 1.0} and data["area"] == "neck"


@pytest.mark.parametrize(
    ("text", "alarm"),
    [("my whole face is swelling and i can't breathe", "emergency"), ("I can't breathe! ¿cuánto cuesta?", "emergency"),
     ("no puedo respirar", "emergency")],
)
def test_an_alarm_outranks_everything(parse: Parse, text: str, alarm: str) -> None:
    data = parse(text)
    assert data["alarm"] == alarm
    assert data["intent"]["name"] == "red_flag"
    assert "reason" not in data and data["questions"] == []


def test_an_alarm_is_found_in_a_message_too_long_to_read(parse: Parse) -> None:
    assert parse("blah " * 150 + ". I can't breathe")["intent"]["name"] == "red_flag"


def test_an_alarm_only_the_classifier_sees_counts_as_an_emergency(parse: Parse) -> None:
    data = parse("my throat feels wrong")
    assert data["intent"]["name"] == "red_flag" and data["alarm"] == "emergency"


def test_an_alarm_no_rule_has_told_may_be_a_crisis() -> None:
    ranks = [("red_flag", 0.9), ("faq_pain", 0.1)]
    assert judge(ranks, alarm=0.9)["alarm"] == "emergency"
    assert judge(ranks, alarm=0.9, in_crisis=True)["alarm"] == "crisis"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"), ("  ", "empty"), ("??", "empty"), ("👍", "emoji"), ("გამარჯობა", "script"),
        ("¿Cuánto cuesta?", "language:es"), ("x" * 501, "too_long"),
    ],
)
def test_what_cannot_be_read_is_out_of_scope_with_its_reason(parse: Parse, text: str, reason: str) -> None:
    data = parse(text)
    assert data["reason"] == reason
    assert data["intent"] == {"name": "out_of_scope", "confidence": 1.0}


def test_a_foreign_greeting_does_not_make_a_question_foreign(parse: Parse) -> None:
    assert parse("hola, does it hurt?")["intent"]["name"] == "faq_pain"


def test_worry_is_seen(parse: Parse) -> None:
    assert parse("i'm scared, does it hurt?")["worry"] is True
    assert parse("does it hurt?")["worry"] is False


def test_entities_carry_the_rulers_ids(parse: Parse) -> None:
    data = parse("Regular Botox on my forehead")
    assert {(e["entity"], e["value"], e["start"], e["end"], e["text"]) for e in data["entities"]} == {
        ("treatment", "standard_botox", 0, 13, "Regular Botox"), ("area", "forehead", 20, 28, "forehead"),
    }
    assert data["area"] == "forehead"


def test_a_comparison_is_about_our_treatment(parse: Parse) -> None:
    assert parse("does regular botox last longer than micro-botox")["treatment"] == "micro_botox"


def test_the_document_is_made_once_and_read_by_all(
    parse: Parse, spacy_nlp: SpacyDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = SpacyDocument._doc_for_text
    monkeypatch.setattr(
        SpacyDocument, "_doc_for_text", lambda self, model, text: made.append(text) or real(self, model, text)
    )
    parse("how much is it and does it hurt?")
    assert len(made) == 1


def test_phrases_get_no_document(spacy_nlp: SpacyDocument) -> None:
    phrase = Message.build("does it hurt", "faq_pain")
    spacy_nlp.process_training_data(TrainingData([phrase]), spacy_nlp.provide())
    assert phrase.get(SPACY_DOCS[TEXT]) is None
    spacy_nlp.process([phrase], spacy_nlp.provide())
    assert phrase.get(SPACY_DOCS[TEXT]).text == "does it hurt"


def test_a_model_of_another_encoder_is_refused(
    storage: LocalModelStorage, trained: Resource, tmp_path: Path
) -> None:
    with pytest.raises(ModelDoesNotFit, match="make setup"):
        IntentClassifier.load({**PIPELINE, "pipeline": str(tmp_path)}, storage, trained, CONTEXT)


def test_another_encoder_trains_the_model_again(tmp_path: Path) -> None:
    here = IntentClassifier.fingerprint_addon(PIPELINE)
    assert here and here != IntentClassifier.fingerprint_addon({"pipeline": str(tmp_path)})


def test_another_way_to_learn_trains_the_model_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = IntentClassifier.fingerprint_addon(PIPELINE)
    for number, file in enumerate(components.LEARNED_FROM):
        changed = tmp_path / f"{number}_{file.name}"
        changed.write_bytes(file.read_bytes() + b"# another")
        files = [changed if one == file else one for one in components.LEARNED_FROM]
        monkeypatch.setattr(components, "LEARNED_FROM", files)
        assert IntentClassifier.fingerprint_addon(PIPELINE) != here, file
        monkeypatch.undo()
    names = {file.name for file in components.LEARNED_FROM}
    assert {"two_looks.py", "ngrams.py", "details.py", "signs.yml"} <= names


def test_an_untrained_classifier_says_what_to_do(storage: LocalModelStorage, spacy_nlp: SpacyDocument) -> None:
    untrained = IntentClassifier.create(PIPELINE, storage, Resource("none"), CONTEXT)
    with pytest.raises(ModelDoesNotFit, match="make setup"):
        untrained.process([], spacy_nlp.provide())


def test_phrases_of_one_intent_cannot_be_trained(storage: LocalModelStorage, spacy_nlp: SpacyDocument) -> None:
    component = IntentClassifier.create(PIPELINE, storage, Resource("one"), CONTEXT)
    with pytest.raises(ModelDoesNotFit, match="at least two intents"):
        component.train(TrainingData([Message.build("hi", "greet")]), spacy_nlp.provide())
