"""Plays the dialogues of this folder through the front door: real model, actions, store and words.

A dialogue has `turns`: what the `visitor` types, and of the answers: which responses are `said`, in
order, or only their `topics`, or how many `replies` there are; what the last one `asks`; which are
`never_said`; words that are in them (`says`) and that are not (`never`). Beside its turns it may have

- `each`: texts it is played with one after the other, in place of "<each>" in a turn;
- `booked`: how many requests it makes in a name;
- `forgotten`: words that are nowhere in the database in the end.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import answers_kit
import pytest
from ruamel.yaml import YAML
from sqlalchemy import MetaData, create_engine, func, select

from assistant.booking.model import BOOKING
from assistant.settings import Settings
from assistant.staff.client import ChatClient

_EACH = "<each>"


def _dialogues() -> Iterator[Any]:
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        # the pure reader takes what a visitor's keyboard may send: lone surrogates, for one
        for dialogue in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")):
            name = f"{path.stem}: {dialogue['conversation']}"
            if "each" not in dialogue:
                yield pytest.param(dialogue, None, id=name)
            for number, text in enumerate(dialogue.get("each", ()), 1):
                yield pytest.param(dialogue, _typed(text), id=f"{name} {number} {ascii(_typed(text))[:30]}")


def _typed(text: Any) -> str:
    return text if isinstance(text, str) else text["text"] * text["times"]


@pytest.mark.parametrize(("dialogue", "each"), _dialogues())
def test_the_visitor_gets_these_words(
    dialogue: dict[str, Any], each: str, chat: ChatClient, settings: Settings
) -> None:
    before = {name: _requests(settings, name) for name in dialogue.get("booked", ())}
    for number, turn in enumerate(dialogue["turns"], 1):
        typed = each if turn["visitor"] == _EACH else turn["visitor"]
        answers = chat.say(typed)
        said = "\n".join(answer["text"] for answer in answers)
        where = f"turn {number} ({typed[:200]!r}) was answered: {said!r}"
        assert answers, where
        assert all(answer["kind"] == "text" for answer in answers), where
        if "said" in turn:
            assert len(answers) == len(turn["said"]), where
            for answer, response in zip(answers, turn["said"], strict=True):
                assert answers_kit.says(answer["text"], response), f"not {response}; {where}"
        if "asks" in turn:
            assert answers_kit.says(answers[-1]["text"], turn["asks"]), f"not {turn['asks']}; {where}"
        for response in turn.get("never_said", ()):
            assert not any(answers_kit.says(answer["text"], response) for answer in answers), where
        if "topics" in turn:
            assert [answer.get("topic") for answer in answers] == turn["topics"], where
        if "replies" in turn:
            assert len(answers) == turn["replies"], where
        for words in turn.get("says", ()):
            assert words.lower() in said.lower(), f"{words!r} is missing; {where}"
        for words in turn.get("never", ()):
            assert words.lower() not in said.lower(), f"{words!r} was said; {where}"
    for name, count in dialogue.get("booked", {}).items():
        assert _requests(settings, name) - before[name] == count, f"requests of {name}"
    for words in dialogue.get("forgotten", ()):
        assert words not in _everything_kept(settings), f"{words!r} is kept"


def _requests(settings: Settings, name: str) -> int:
    with create_engine(settings.database_url).connect() as database:
        query = select(func.count()).select_from(BOOKING).where(BOOKING.c.name == name)
        return int(database.execute(query).scalar_one())


def _everything_kept(settings: Settings) -> str:
    engine, tables = create_engine(settings.database_url), MetaData()
    tables.reflect(engine)
    with engine.connect() as database:
        rows = (row for table in tables.sorted_tables for row in database.execute(select(table)))
        return "\n".join(str(tuple(row)) for row in rows)
