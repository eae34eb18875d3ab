"""Makes a message comparable: one form per letter, apostrophe and sentence mark, then its words."""

import re
import unicodedata
from typing import List

from assistant.nlu.red_flags.spelling import Spelling

END, QUESTION = "|", "?"
_TOKEN = re.compile(r"[^\W_]+|[|?,]")
_IS = re.compile(r"\b(it|that|there|she|he|what|who|here|how|where|why|everything|something|this)'s\b")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
_ELLIPSIS = re.compile(r"\.{2,}")
_PUNCTUATION = str.maketrans(".!;\n\r:()\u2026\u2014\u2013\u3002\uff01", "|||||,,,,,,||")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]+")
_LETTERS = str.maketrans(
    {"\u0111": "d", "\u00df": "ss", "\u0142": "l", "\u0131": "i", "\u00e6": "ae", "\u0153": "oe"}
    | dict.fromkeys("\u2018\u2019\u201b\u02bc\u0060\u00b4\u2032", "'")
)


def fold_letters(text: str) -> str:
    """Returns text in lower case, one form per letter: no accents, no invisible characters."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_LETTERS))).lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def normal_text(text: str) -> str:
    """Returns text in lower case with one form per letter, apostrophe and sentence mark."""
    if not text.isascii():
        text = fold_letters(text)
    text = text.lower()
    if "'" in text:
        text = _IS.sub(r"\1 is", text.replace("i'll", "iwill")).replace("'s ", " s ")
        text = text.replace("'", "")
    if "." in text:
        text = _DECIMAL.sub(" ", text)
    if ".." in text:
        text = _ELLIPSIS.sub(" , ", text)
    text = text.replace("?", " | ? ").replace(" - ", " , ").replace("--", " , ").replace("-", " ")
    return text.replace("&", " and ").translate(_PUNCTUATION)


def words_of(normal: str, spelling: Spelling) -> List[str]:
    """Returns the words and marks of a normal_text, known misspellings put right."""
    tokens = _TOKEN.findall(normal)
    tokens.append(END)
    fixes = spelling.fixes(set(tokens))
    return [fixes.get(token, token) for token in tokens] if fixes else tokens
