"""Plays the dialogues of this folder through the front door: real model, actions, store and words."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest
from ruamel.yaml import YAML

from assistant.staff.client import ChatClient


def _dialogues() -> Iterator[Any]:
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        for dialogue in YAML(typ="safe").load(path.read_text(encoding="utf-8")):
            yield pytest.param(dialogue["turns"], id=f"{path.stem}: {dialogue['conversation']}")


@pytest.mark.parametrize("turns", _dialogues())
def test_the_visitor_gets_these_words(turns: list[dict[str, Any]], chat: ChatClient) -> None:
    for number, turn in enumerate(turns, 1):
        answers = chat.say(turn["visitor"])
        said = "\n".join(answer["text"] for answer in answers)
        where = f"turn {number} ({turn['visitor']!r}) was answered: {said!r}"
        assert answers, where
        if "topics" in turn:
            assert [answer.get("topic") for answer in answers] == turn["topics"], where
        for words in turn.get("says", ()):
            assert words.lower() in said.lower(), f"{words!r} is missing; {where}"
        for words in turn.get("never", ()):
            assert words.lower() not in said.lower(), f"{words!r} was said; {where}"
