"""Rasa's own test command understands the project: plain words lead to the action of their topic."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from assistant.making import MODEL
from assistant.settings import ROOT

STORIES = ROOT / "tests" / "rasa" / "test_stories.yml"


def test_rasa_test_core_predicts_every_story(made: None, tmp_path: Path) -> None:
    # --e2e: texts are understood by the model; without it Rasa believes the intents written beside them
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rasa", "test", "core", "--e2e", "--fail-on-prediction-errors",
         "--model", str(MODEL), "--stories", str(STORIES), "--out", str(tmp_path), "--no-plot"],
        cwd=ROOT, env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"}, capture_output=True, text=True,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    told = STORIES.read_text(encoding="utf-8").count("- story: ")
    assert report["conversation_accuracy"]["correct"] == report["conversation_accuracy"]["total"] == told
