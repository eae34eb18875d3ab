"""Follows docs/add-a-topic.md to the letter in a copy of the project, trains it and asks."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import ROOT
from assistant.supervisor import free_port

_BLOCK = re.compile(r"```yaml (\S+)\n(.*?)```", re.S)
_COPIED = ("actions", "assistant", "data", "knowledge", "widget")
_FILES = ("clinic.yml", "config.yml", "credentials.yml", "domain.yml", "endpoints.yml", "uv.lock")
_FIRST_WRITER = ("faq_treatment", "faq_visit", "faq_you", "clinic", "conversation", "out_of_scope", "safety")
_SECTION = {"domain.yml": "intents:\n", "knowledge/facts.yml": "facts:\n"}


@pytest.fixture
def copy(tmp_path: Path, made: None) -> Path:
    """The project as the page leaves it."""
    for name in _COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "build", tmp_path / "build")
    # what other writers added to the same intents is not needed here, and costs minutes of training
    for file in (tmp_path / "data" / "nlu").glob("*.yml"):
        if file.stem not in _FIRST_WRITER:
            file.unlink()
    blocks = _BLOCK.findall((ROOT / "docs" / "add-a-topic.md").read_text(encoding="utf-8"))
    assert len(blocks) == 5
    for name, text in blocks:
        file = tmp_path / name
        if name in _SECTION:
            heading = _SECTION[name]
            known = file.read_text(encoding="utf-8")
            assert known.count(f"\n{heading}") == 1
            file.write_text(known.replace(f"\n{heading}", f"\n{heading}{text}"), encoding="utf-8")
        else:
            file.write_text(text, encoding="utf-8")
    return tmp_path


def faq(folder: Path, command: str, *, typed: str = "") -> str:
    environment = {
        **os.environ, "PYTHONPATH": str(folder), "FAQ_VAR": str(folder / "var"), "COLUMNS": "200",
        "PORT": str(free_port()), "FAQ_CLINIC": str(folder / "clinic.yml"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "assistant.staff.cli", command],
        cwd=folder, env=environment, input=typed, capture_output=True, text=True,
    )
    return done.stdout + done.stderr


def test_the_page_leads_to_an_answered_topic(copy: Path) -> None:
    checked = faq(copy, "check")
    assert "faq_ingredients" not in checked, checked
    said = faq(copy, "shell", typed="what are the ingredients?\n")
    assert "albumin" in said, said
