"""The README tells the truth: targets, paths, commands and the transcript."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from io import StringIO

from rich.console import Console

from assistant.settings import ROOT
from assistant.staff.client import ChatClient
from assistant.staff.shell import talk
from assistant.supervisor import Supervisor

README = ROOT / "README.md"
TYPED = ("Does micro-Botox hurt?", "and regular Botox?", "who says so?", "my throat feels tight", "/quit")
_BLOCK = re.compile(r"(<!-- transcript -->\n```text\n)(.*?)(```\n<!-- /transcript -->)", re.S)


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"make ([a-z]+)", README.read_text(encoding="utf-8")))
    assert named - {"and"} <= targets, named - targets


def test_every_path_it_names_exists() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w.]+/)+[\w.*]*|[\w.]+\.(?:yml|md|toml|example))`", text))
    named |= set(re.findall(r"\]\(([^)#:]+)\)", text))
    missing = [path for path in named if path != "var/" and not list(ROOT.glob(path.rstrip("/")))]
    assert not missing


def test_the_command_line_has_what_it_names() -> None:
    helped = subprocess.run([sys.executable, "-m", "assistant.staff.cli", "--help"], capture_output=True, text=True)
    for command in set(re.findall(r"`faq ([a-z]+)", README.read_text(encoding="utf-8"))):
        assert command in helped.stdout


def test_the_transcript_is_what_the_shell_says(bot: Supervisor) -> None:
    out = StringIO()
    talk(
        ChatClient(bot.bot.url),
        Console(file=out, width=100, force_terminal=False, color_system=None),
        StringIO("\n".join(TYPED) + "\n"),
    )
    said = "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
    text = README.read_text(encoding="utf-8")
    if os.environ.get("FAQ_WRITE_DOCS"):
        text = _BLOCK.sub(lambda found: found[1] + said + found[3], text)
        README.write_text(text, encoding="utf-8")
    shown = _BLOCK.search(text)
    assert shown is not None
    assert shown[2] == said
