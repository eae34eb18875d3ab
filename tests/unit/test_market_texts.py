"""A market's own texts are signed like all others, and production waits for it."""
from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from assistant.answers.signatures import sign
from assistant.answers.store import load_content
from assistant.production import refusal
from assistant.settings import ROOT, Settings, SettingsError, load_settings

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("knowledge", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def changed(folder: Path, old: str, new: str) -> Path:
    text = (ROOT / "clinic.yml").read_text(encoding="utf-8")
    assert old in text
    file = folder / "clinic.yml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.parametrize("response", ["utter_before_naming", "utter_red_flag", "utter_minor"])
def test_production_does_not_start_while_a_market_or_safety_text_is_unsigned(root: Path, response: str) -> None:
    settings: Settings = load_settings(changed(root, "production: false", "production: true"))
    variants = load_content(root).variants
    others = [variant for variant in variants if variant.response != response]
    until = TODAY + dt.timedelta(days=365)
    sign(root, others, by="Test Clinician", on=TODAY, until=until)
    why = refusal(settings, root, today=TODAY)
    assert why is not None and "signature" in why and str(len(variants) - len(others)) in why
    sign(root, variants, by="Test Clinician", on=TODAY, until=until)
    assert "signature" not in str(refusal(settings, root, today=TODAY))


@pytest.mark.parametrize("age", [17, 0, -1])
def test_the_age_may_be_raised_and_never_lowered(tmp_path: Path, age: int) -> None:
    with pytest.raises(SettingsError, match="minimum_age"):
        load_settings(changed(tmp_path, "minimum_age: 18", f"minimum_age: {age}"))
    assert load_settings(changed(tmp_path, "minimum_age: 18", "minimum_age: 21")).booking.minimum_age == 21
