"""Intents with a part of their own in understanding, and topics whose answers serve each other's questions."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

RED_FLAG, OUT_OF_SCOPE, FALLBACK, FOLLOW_UP = "red_flag", "out_of_scope", "nlu_fallback", "follow_up"
KIN = Path(__file__).with_name("kin.yml")

# Talk around questions, no question.
TALK = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "dont_know", "give_details", OUT_OF_SCOPE})

# A treatment named in one of these is compared, not asked about: what is asked next is not about it.
COMPARISONS = frozenset(
    {"faq_combining", "faq_delivery", "faq_vs_baby", "faq_vs_fillers", "faq_vs_other_treatments", "faq_vs_standard"}
)


@functools.lru_cache(maxsize=1)
def kin_groups() -> Sequence[Sequence[str]]:
    """Return the groups of topics whose answers serve each other's questions."""
    groups: Sequence[Sequence[str]] = yaml.safe_load(KIN.read_text(encoding="utf-8"))
    return groups


def are_kin(one: str, other: str) -> bool:
    """Return whether one answer serves both topics."""
    return one == other or other in _kin().get(one, frozenset())


@functools.lru_cache(maxsize=1)
def _kin() -> Mapping[str, frozenset[str]]:
    names = {name for group in kin_groups() for name in group}
    return {name: frozenset().union(*(group for group in kin_groups() if name in group)) for name in names}
