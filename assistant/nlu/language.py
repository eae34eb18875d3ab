"""Tells messages the classifier must not see: empty, emoji, another script, another language.

Careful on purpose: a foreign message taken for English gets "not sure", which does little harm; an
English one taken for foreign is turned away. Names, numbers and addresses are never foreign.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import yaml

WORDS = Path(__file__).with_name("languages.yml")

# First word of a character's Unicode name -> language; a script of many languages has None.
_SCRIPTS: dict[str, str | None] = {
    "CYRILLIC": "ru", "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko",
    "ARABIC": "ar", "HEBREW": "he", "GREEK": "el", "THAI": "th", "DEVANAGARI": "hi",
}
_LETTERS_OF = {"ru": ("іїєґ", "uk"), "ar": ("پچژگ", "fa")}
# One ideograph says about as much as three Latin letters.
_WEIGHT = {"CJK": 3}

_EMOTICON = re.compile(r"(?:[:;=8xX][-o^']?[)(\]\[dDpP/\\|*oO3]|<3|\^_?\^|[xX]D|:'\(|[tT]_[tT])+")
# Addresses, numbers and dates say nothing about the language.
_PLAIN = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|\S*\d\S*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FOLD = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


class _Language(NamedTuple):
    words: frozenset[str]
    alone: frozenset[str]


class _Lexicon(NamedTuple):
    english: frozenset[str]
    ignored: frozenset[str]
    languages: dict[str, _Language]


def scope_reason(text: str) -> str | None:
    """Say why a message cannot be read as an English question; None when it can.

    Returns:
        "empty" (nothing, blanks, punctuation), "emoji", "script", "language:<ISO 639-1 code>"
        or None.
    """
    text = unicodedata.normalize("NFKC", text)
    if not any(character.isalnum() for character in _EMOTICON.sub("", text)):
        has_picture = any(unicodedata.category(character) in ("So", "Sk") for character in text)
        return "emoji" if has_picture or _EMOTICON.search(text) else "empty"
    words = [word for word in map(_fold, _WORD.findall(_PLAIN.sub(" ", text))) if word]
    words = [word for word in words if word not in _lexicon().ignored]
    return _by_script(words) or _by_words(words)


def _by_script(words: list[str]) -> str | None:
    """Name the language or script when most letters are not Latin."""
    letters: Counter[str] = Counter()
    for character in "".join(words):
        script = unicodedata.name(character, "UNKNOWN").split()[0]
        letters[script] += _WEIGHT.get(script, 1)
    latin = letters.pop("LATIN", 0)
    if sum(letters.values()) <= latin:
        return None
    # Japanese mixes its own letters with the ideographs of Chinese.
    own = [script for script in ("HIRAGANA", "KATAKANA") if letters[script]]
    script = own[0] if own else letters.most_common(1)[0][0]
    language = _SCRIPTS.get(script)
    if language is None:
        return "script"
    marks, other = _LETTERS_OF.get(language, ("", ""))
    if any(mark in word for mark in marks for word in words):
        language = other
    return f"language:{language}"


def _by_words(words: list[str]) -> str | None:
    """Name the language whose everyday words clearly outnumber the English ones."""
    lexicon = _lexicon()
    if not words:
        return None
    english = sum(word in lexicon.english for word in words)
    hits = {
        code: sum(word in language.words for word in words)
        for code, language in lexicon.languages.items()
    }
    code = max(hits, key=lambda key: (hits[key], any(w in lexicon.languages[key].alone
                                                     for w in words)))
    # A word of both languages is evidence for neither.
    shared = sum(w in lexicon.english and w in lexicon.languages[code].words for w in words)
    foreign, english = hits[code] - shared, english - shared
    if len(words) <= 2 and not english and any(w in lexicon.languages[code].alone for w in words):
        return f"language:{code}"
    if foreign >= 2 and foreign > 2 * english and foreign >= 0.3 * len(words):
        return f"language:{code}"
    return None


def _fold(word: str) -> str:
    """Return a word without case, accents and apostrophes; other scripts stay as they are."""
    plain = word.casefold().translate(_FOLD).replace("'", "").replace("’", "")
    parts = unicodedata.normalize("NFD", plain)
    if any("LATIN" in unicodedata.name(character, "") for character in parts[:1]):
        parts = "".join(character for character in parts if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", parts)


@functools.lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    data = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    english = frozenset(data["english"].split())
    return _Lexicon(
        english=english,
        ignored=frozenset(data["neutral"].split() + data["greetings"].split()) - english,
        languages={
            code: _Language(frozenset(item["words"].split()), frozenset(item["alone"].split()))
            for code, item in data["languages"].items()
        },
    )
