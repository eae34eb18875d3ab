"""Whether words name a prescription medicine, for markets in which the visitor must name it first.

Pure: no Rasa, no settings. What is said instead is the answer `utter_before_naming`.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

# Typed in a hurry too: botx, bottox, boxtox. Not "both", "robots" or "detox".
_BOTOX = r"b[o0]+x?[- ]?t+[aeiou0]*x\w*|b[o0]*tt?[aeiou0]?x\w*|botoks|botul\w*"
_BRANDS = (
    r"d[yi]sport?|[xz][ie]i?omin|\w*botulinum\w*|a[sz]zalure|bocouture|vistabel|j[eu]+v+[ea]*u|newtox|nuceiva"
    r"|dax+i\w*|letybo|nabota|alluzience|relfydess|evolus|xeomeen"
)
_TOX = r"(?:(?<!de)(?<!de-)(?<!de )tox(?:ed|ing)?|toxins?|neuro-?modulators?)"
_NAME = re.compile(rf"(?:{_BOTOX}|\b(?:{_BRANDS})\b|\b\w*{_TOX}\b)", re.IGNORECASE)
# Ways around a name count as one when a clinic says them (ASA, TGA); a visitor's do not name a product.
_AROUND = re.compile(
    r"\b(?:anti-?\s?)?wrinkle[- ](?:relax|inject|jab|treat|smooth|soften)\w*|\banti-?wrinkle\b|\bwrinkle relax\w*",
    re.IGNORECASE,
)

# Topics that ask the same kind of thing; one text each. A topic in none gets the text that explains.
_KINDS: Mapping[str, str] = {
    topic: kind
    for kind, topics in {
        "feel": "pain numbing",
        "times": "treatment_time downtime onset duration maintenance stopping procedure",
        "result": "areas benefits pores oil acne rosacea sweating fine_lines lifting frozen_look evidence "
        "skin_tone men combining",
        "risks": "safety side_effects serious_risks approved",
        "pregnancy": "pregnancy",
        "exposed": "pregnancy_exposed",
        "dose": "units",
        "health": "candidate contraindications",
        "medicines": "medicines",
        "age": "age",
        "after": "aftercare",
        "unhappy": "unhappy_result",
        "payment": "payment",
    }.items()
    for topic in (f"faq_{name}" for name in topics.split())
}
EXPLAIN = "explain"


def names_medicine(text: str) -> bool:
    """Whether a text names a prescription medicine, by brand, substance or nickname."""
    return _NAME.search(text) is not None


def advertises(texts: Iterable[str]) -> bool:
    """Whether one of our own texts names a medicine, or means one without naming it."""
    return any(names_medicine(text) or _AROUND.search(text) for text in texts)


def kind_asked(topic: str) -> str:
    """The kind of question a topic is ("pain" and "numbing" are one), for what is said before naming."""
    return _KINDS.get(topic, EXPLAIN)


def seen_words(message: Mapping[str, Any]) -> list[str]:
    """Every word of an answer that a visitor can see, sources apart: text, bold line, buttons."""
    buttons = message.get("buttons") or ()
    parts = [message.get("text"), (message.get("metadata") or {}).get("bold_lead")]
    parts += [button.get(key) for button in buttons for key in ("title", "payload")]
    return [str(part) for part in parts if part]
