"""What the rooms of the house promise: light imports, short modules, nothing pulled from a hub."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import ROOT

HEAVY_ROOMS = ("assistant/dialogue", "assistant/channels", "assistant/migrations")
HEAVY_FILES = (
    "assistant/serve.py",
    "assistant/train.py",
    "assistant/nlu/components.py",
    "assistant/nlu/pipeline.py",
)
LIGHT_IN_HEAVY = ("assistant/dialogue/plan.py", "assistant/dialogue/book.py")
MOST_LINES = 400


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def light_modules() -> list[str]:
    names = []
    for path in python_files("assistant"):
        relative = path.relative_to(ROOT).as_posix()
        heavy = relative.startswith(HEAVY_ROOMS) or relative in HEAVY_FILES
        if not heavy or relative in LIGHT_IN_HEAVY:
            names.append(relative[: -len(".py")].replace("/", ".").removesuffix(".__init__"))
    return names


def test_rasa_spacy_and_tensorflow_are_imported_only_where_they_may_be() -> None:
    code = (
        "import importlib, sys\n"
        f"for name in {light_modules()!r}: importlib.import_module(name)\n"
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'rasa', 'spacy', 'tensorflow'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", python_files("assistant", "actions"), ids=lambda path: path.name)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_the_lock_holds_no_deep_learning_framework_beside_rasas() -> None:
    locked = (ROOT / "uv.lock").read_text(encoding="utf-8")
    assert 'name = "torch"' not in locked
    assert 'name = "nvidia' not in locked
