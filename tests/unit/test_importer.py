"""Phrases as Rasa gets them: compared by what was written, copied without sharing what may change."""
from __future__ import annotations

import copy

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.dialogue.importer import Phrase


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
