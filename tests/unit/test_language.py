"""Which messages are not English questions: nothing, emoji, other scripts, other languages."""
from __future__ import annotations

import time

import pytest

from assistant.nlu.language import scope_reason


@pytest.mark.parametrize("text", ["", " ", "\n\t", "?", "...", "!!??", "—", "\u200b", "()"])
def test_a_message_without_words_is_empty(text: str) -> None:
    assert scope_reason(text) == "empty"


@pytest.mark.parametrize("text", ["👍", "👍🏽!", "❤️", "😊😊", ":)", ":D", "<3", "xD", ";-)"])
def test_emoji_and_emoticons_alone_are_emoji(text: str) -> None:
    assert scope_reason(text) == "emoji"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("¿Cuánto dura el efecto?", "es"), ("cuanto cuesta", "es"), ("quiero una cita", "es"),
        ("Combien ça coûte ?", "fr"), ("est-ce que ça fait mal", "fr"),
        ("Tut das weh?", "de"), ("Was kostet Botox?", "de"), ("wie lange hält es", "de"),
        ("fa male?", "it"), ("quanto costa?", "it"),
        ("dói muito?", "pt"), ("quanto custa o botox", "pt"),
        ("doet het pijn", "nl"), ("hoeveel kost het", "nl"),
        ("czy to boli?", "pl"), ("ile to kosztuje", "pl"),
        ("Сколько стоит ботокс?", "ru"), ("Скільки це коштує?", "uk"),
        ("肉毒杆菌多少钱", "zh"), ("Botox 多少钱", "zh"), ("いくらですか", "ja"), ("아픈가요?", "ko"),
        ("كم السعر", "ar"), ("bao nhiêu tiền vậy", "vi"), ("fiyat ne kadar", "tr"),
        ("magkano po ang botox", "tl"), ("kitna dard hota hai", "hi"),
    ],
)
def test_another_language_is_named(text: str, code: str) -> None:
    assert scope_reason(text) == f"language:{code}"


def test_a_script_of_no_known_language_is_a_script() -> None:
    assert scope_reason("გამარჯობა") == "script"


@pytest.mark.parametrize(
    "text",
    [
        "Does it hurt?", "hola, does it hurt?", "bonjour! how much is it", "Hola", "你好, does it hurt?",
        "c'est la vie, does it last?", "my friend Jose says it's muy bueno, is it?",
        "does it hurt 😊", "price?", "botox", "Dysport", "TMJ", "ok", "no", "sí", "no si", "per unit?", "co pay?",
        "comment on cost", "is it die in it?", "mon 3pm", "a la carte price?", "La Mer cream",
        "ｄｏｅｓ ｉｔ ｈｕｒｔ", "5", "10:30",
    ],
)
def test_english_stays_english(text: str) -> None:
    assert scope_reason(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Renée Müller", "María de la Cruz Hernández", "Jean-Claude Van Damme", "Jan de Vries", "Nguyễn Thị Hương",
        "Le Van Anh", "Maria Anh Nguyen", "Ann-Marie di Stefano", "Das Gupta", "Po Ling", "Ali Can",
        "jose.garcia@correo.es", "503 555 0142", "+34 600 123 456", "12/03/2026", "www.precio.es",
    ],
)
def test_names_and_addresses_are_never_foreign(text: str) -> None:
    assert scope_reason(text) is None


def test_a_very_long_message_takes_a_few_milliseconds() -> None:
    started = time.process_time()
    scope_reason("does it hurt after the treatment " * 150)
    assert time.process_time() - started < 0.05
