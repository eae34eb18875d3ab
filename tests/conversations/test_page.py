"""docs/conversations.md shows what the bot says today."""
from __future__ import annotations

import os
from pathlib import Path

from ruamel.yaml import YAML

from assistant.settings import ROOT
from assistant.staff.client import ChatClient
from assistant.supervisor import Supervisor

PAGE = ROOT / "docs" / "conversations.md"
HEAD = """# Conversations

Whole conversations with the demo clinic's assistant, written by a test from the running bot.
"""


def test_the_page_of_conversations_is_true(bot: Supervisor) -> None:
    parts = [HEAD]
    dialogues = YAML(typ="safe").load((Path(__file__).parent / "page.yml").read_text(encoding="utf-8"))
    for dialogue in dialogues:
        chat = ChatClient(bot.bot.url)
        parts.append(f"## {dialogue['conversation']}\n")
        for turn in dialogue["turns"]:
            parts.append(f"> **Visitor:** {turn['visitor']}\n")
            for answer in chat.say(turn["visitor"]):
                lead = f"**{answer['lead']}**\n\n" if answer.get("lead") else ""
                parts.append(f"{lead}{answer['text']}\n")
    said = "\n".join(parts)
    if os.environ.get("FAQ_WRITE_DOCS"):
        PAGE.write_text(said, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said
