"""Phrases as Rasa gets them: compared by what was written, copied without sharing what may change."""
from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils import validation

from assistant.dialogue.importer import AnswersImporter, Phrase, PhrasesReader

PHRASES = 'version: "3.1"\nnlu:\n- intent: faq_pain\n  metadata: {level: crisis}\n  examples: |\n    - ouch\n'
ANSWERS = 'version: "3.1"\nresponses:\n  utter_faq_pain:\n  - text: A little.\n'


def _phrase(text: str, intent: str, **more: str) -> Phrase:
    return Phrase(Message({TEXT: text, INTENT: intent, **more}))


def test_phrases_are_told_apart_by_all_that_was_written() -> None:
    one = _phrase("does it hurt", "faq_pain")
    assert one == _phrase("does it hurt", "faq_pain")
    for other in (
        _phrase("does it sting", "faq_pain"), _phrase("does it hurt", "faq_numbing"),
        _phrase("does it hurt", "faq_pain", metadata="crisis"),
    ):
        assert one != other
        assert hash(one) != hash(other)


def test_what_a_pipeline_adds_is_not_what_was_written() -> None:
    phrase, before = _phrase("does it hurt", "faq_pain"), _phrase("does it hurt", "faq_pain").fingerprint()
    phrase.set("text_tokens", ["does", "it", "hurt"])
    assert phrase.get("text_tokens") == ["does", "it", "hurt"]
    assert phrase.fingerprint() == before


def test_a_copy_is_changed_alone() -> None:
    phrase = _phrase("does it hurt", "faq_pain")
    copied = copy.deepcopy(phrase)
    copied.set("text_tokens", ["does"], add_to_output=True)
    copied.features.append(object())
    assert copied == phrase
    assert phrase.get("text_tokens") is None
    assert (phrase.features, phrase.output_properties) == ([], {TEXT})


def test_rasa_merges_them_and_drops_what_stands_twice() -> None:
    hurt, price = _phrase("does it hurt", "faq_pain"), _phrase("price", "faq_cost")
    merged = TrainingData([hurt, copy.deepcopy(hurt)]).merge(TrainingData([price, hurt]))
    assert [example.get(TEXT) for example in merged.intent_examples] == ["does it hurt", "price"]


def test_files_are_read_as_rasa_reads_them(tmp_path: Path) -> None:
    (tmp_path / "phrases.yml").write_text(PHRASES, encoding="utf-8")
    (tmp_path / "answers.yml").write_text(ANSWERS, encoding="utf-8")
    example = {"text": "what do you charge", "intent": "faq_cost"}
    (tmp_path / "phrases.json").write_text(json.dumps({"rasa_nlu_data": {"common_examples": [example]}}))
    ours = AnswersImporter(training_data_paths=[str(tmp_path)]).get_nlu_data()
    rasas = load_data(str(tmp_path))
    assert {(phrase.get(TEXT), phrase.get(INTENT)) for phrase in ours.training_examples} == {
        ("ouch", "faq_pain"), ("what do you charge", "faq_cost"),
    }
    assert {*map(Message.fingerprint, ours.training_examples)} == {*map(Message.fingerprint, rasas.training_examples)}


def test_only_what_is_more_than_phrases_and_answers_is_checked_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(validation, "validate_yaml_schema", lambda text, schema: checked.append(text))
    synonyms = 'version: "3.1"\nnlu:\n- synonym: pain\n  examples: |\n    - ouch\n'
    of_another_rasa = "version: 3.1\n" + PHRASES.partition("\n")[2]  # a number
    for text in (PHRASES, ANSWERS, synonyms, of_another_rasa):
        PhrasesReader().reads(text)
    assert checked == [synonyms, of_another_rasa]


@pytest.mark.parametrize(("wrong", "place"), [
    ("- intent: [faq_pain]\n  examples: |\n    - ouch\n", "phrases.yml:2:"),  # a list where a name belongs
    ("- intent: faq_pain\n  examples: |\n    - ouch\n  exampels: |\n    - ow\n", "phrases.yml:2:"),
    ("- intent: faq_pain\n  examples: |\n    - ouch\n - intent: faq_cost\n", 'phrases.yml", line 5'),
])
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, wrong: str, place: str) -> None:
    file = tmp_path / "phrases.yml"
    file.write_text("nlu:\n" + wrong)
    with pytest.raises(YamlException) as caught:
        PhrasesReader().read(file)
    assert place in str(caught.value)
