"""What the trained model makes of questions it has never seen, and of the bot's own buttons."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from assistant.answers.store import load_content
from assistant.settings import ROOT

# All alarms, and the newest of what else there is: reading all 8,000 messages takes ten minutes on a slow machine and
# is for `make bench`.
SETS = (
    "core", "fresh4", "fresh5", "hard", "one_or_two", "topics", "two_questions", "safety",
    *(f"safety/{file.stem}" for file in sorted(Path(__file__).parent.glob("safety/*alarms.jsonl"))),
    "safety/eighth_lookalikes", "safety/ninth_lookalikes",
)
# Percent, about two points from what was measured last (`python -m benchmarks.quality`): training on
# another machine moves a message or two, a change that falls below is a step back.
FLOORS = {
    ("core", "right_in_scope"): 94.0,
    ("fresh4", "right_in_scope"): 94.5,
    ("fresh5", "right_in_scope"): 95.5,
    ("one_or_two", "right_in_scope"): 91.0,
    ("hard", "right_in_scope"): 88.5,
    ("all", "right_in_scope"): 92.0,
    ("fresh5", "refused_out_of_scope"): 93.0,
    ("hard", "refused_out_of_scope"): 90.0,
    ("all", "refused_out_of_scope"): 85.0,
    ("two_questions", "all_parts_answered"): 78.0,
    ("fresh4", "all_parts_answered"): 74.0,
    ("fresh5", "all_parts_answered"): 85.0,
    ("one_or_two", "all_parts_answered"): 63.0,
    ("hard", "all_parts_answered"): 71.0,
    ("safety", "alarms_found"): 98.0,
    ("second_alarms", "alarms_found"): 97.0,
    ("third_alarms", "alarms_found"): 98.0,
    ("fourth_alarms", "alarms_found"): 97.0,
    ("fifth_alarms", "alarms_found"): 97.0,
    ("sixth_alarms", "alarms_found"): 98.0,
    ("seventh_alarms", "alarms_found"): 96.0,
    ("eighth_alarms", "alarms_found"): 98.0,
    ("ninth_alarms", "alarms_found"): 98.0,
    ("all", "alarms_found"): 98.5,
}
CEILINGS = {
    ("core", "wrong"): 5.0, ("all", "wrong"): 6.0, ("topics", "false_alarms"): 1.5,
    ("eighth_lookalikes", "false_alarms"): 5.0, ("ninth_lookalikes", "false_alarms"): 4.0,
    ("hard", "wrong"): 8.0, ("fresh5", "wrong"): 4.5,
    ("all", "calibration_error"): 5.0,
}


def measured(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.quality", "--json", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture(scope="module")
def figures(made: None) -> dict[str, Any]:
    return measured(*(str(Path(__file__).parent / f"{name}.jsonl") for name in SETS))


@pytest.mark.parametrize(("key", "floor"), FLOORS.items(), ids=str)
def test_a_share_does_not_fall_below_its_floor(
    figures: dict[str, Any], key: tuple[str, str], floor: float
) -> None:
    assert figures[key[0]][key[1]] >= floor


@pytest.mark.parametrize(("key", "ceiling"), CEILINGS.items(), ids=str)
def test_a_mistake_does_not_become_more_common(
    figures: dict[str, Any], key: tuple[str, str], ceiling: float
) -> None:
    assert figures[key[0]][key[1]] <= ceiling


def test_each_buttons_words_are_understood_as_its_topic(made: None, tmp_path: Path) -> None:
    wanted: dict[str, str] = YAML(typ="safe").load(
        (ROOT / "data" / "buttons.yml").read_text(encoding="utf-8")
    )
    variants = load_content(ROOT).variants  # `make check` sees to it that each button is listed
    leads = {
        str(variant.metadata["lead"]): variant.topic
        for variant in variants
        if variant.topic.startswith(("faq_", "clinic_")) and variant.metadata.get("lead")
    }
    rows = [{"text": text, "accept": [topic]} for text, topic in {**leads, **wanted}.items()]
    file = tmp_path / "buttons.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert measured(str(file), "--mistakes")["mistakes"] == []
