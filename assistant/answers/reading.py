"""What a visitor reads: plain text, sentences, words and the school grade they need."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

# Words of the field. A visitor has typed them already, so they count as plain words of two
# syllables; otherwise "micro-Botox" alone would make every answer hard.
FIELD_TERMS = frozenset(
    """
    acetylcholine acne antibiotic antibiotics aspirin bacteriostatic botox botulinum breastfeeding
    clinician clinicians collagen consultation daxxify dermal dermatologist diluted dysport filler
    fillers forehead hyaluronic ibuprofen injection injections injected injector intradermal
    isotretinoin jeuveau lactation lambert-eaton letybo lidocaine medicine medicines medication
    mesobotox meso-botox micro-botox microbotox microneedling myasthenia gravis neuromodulator
    off-label pregnancy pregnant retinoid retinoids rosacea skin-botox toxin xeomin
    """.split()
)
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_BULLET = re.compile(r"^\s*[-*]\s+", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\u201d]?\s+(?=[\"'(\u201cA-Z0-9])")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'\u2019.,-]*")
_SILENT = re.compile(r"(?:[^aeioulsxzcgh]es|[^tdaeiou]ed|[^laeiouy]e)$")


def meant(name: str, known: Iterable[str]) -> str:
    """" (did you mean ...?)" for a mistyped name that comes close to a known one, else nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f' (did you mean "{close[0]}"?)' if close else ""


def plain(text: str) -> str:
    """An answer without its Markdown; each {placeholder} becomes the word "Clinic"."""
    text = _LINK.sub(r"\1", _PLACEHOLDER.sub("Clinic", text))
    return _BULLET.sub("", text.replace("**", "")).strip()


def sentences(text: str) -> list[str]:
    """The sentences of an answer, in order; an entry of a list counts as a sentence."""
    found: list[str] = []
    for line in plain(text).splitlines():
        found += [part.strip() for part in _SENTENCE_END.split(line) if part.strip()]
    return found


def words(text: str) -> list[str]:
    """The words of an answer as a reader counts them ("micro-Botox" is one)."""
    return [word.strip(".,'\u2019-") for word in _WORD.findall(plain(text))]


def syllables(word: str) -> int:
    """How many syllables an English word has, by its letters; field terms count two at most."""
    word = word.lower().replace("\u2019", "'")
    if word in FIELD_TERMS or word.rstrip("s") in FIELD_TERMS:
        return 2
    if "-" in word:
        return sum(syllables(part) for part in word.split("-") if part)
    letters = re.sub(r"[^a-z]", "", word)
    if len(letters) <= 3:
        return 1
    shortened = _SILENT.sub("", letters)
    groups = len(re.findall(r"[aeiouy]+", shortened))
    # "ia", "io" and the like are two sounds unless they stand in -tion, -cial.
    groups += len(re.findall(r"(?<![tcsg])i(?:a|o|u)|[aeou]ing", shortened))
    return max(1, groups)


def grade(text: str) -> float:
    """The Flesch-Kincaid school grade of a text, field terms counted as plain words.

    Our own counter and not textstat's: that package warns on import, belongs to the
    developers' tools and counts syllables by hyphenation rules. A test compares the two.

    Args:
        text: an answer in our small Markdown; placeholders are allowed.

    Returns:
        The grade, 0 for a text without words.
    """
    all_words = words(text)
    if not all_words:
        return 0.0
    per_sentence = len(all_words) / max(1, len(sentences(text)))
    per_word = sum(syllables(word) for word in all_words) / len(all_words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59
