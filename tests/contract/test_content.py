"""The content of this project passes every check, fast, and ships unsigned."""

import datetime as dt
import time

import pytest

from assistant.answers.fingerprints import FILE
from assistant.answers.lint import Report, run_check
from assistant.answers.project import load_project
from assistant.answers.signatures import load_signatures
from assistant.settings import ROOT


@pytest.fixture(scope="module")
def timed() -> tuple[Report, float]:
    began = time.process_time()  # not the wall's clock, which other work on the machine slows
    return run_check(ROOT), time.process_time() - began


@pytest.fixture(scope="module")
def report(timed: tuple[Report, float]) -> Report:
    return timed[0]


def test_nothing_is_wrong_with_facts_and_answers(report: Report) -> None:
    assert [str(finding) for finding in report.findings] == []


def test_the_check_takes_seconds(timed: tuple[Report, float]) -> None:
    assert timed[1] < 10  # three on a machine that does nothing else


def test_fewer_than_half_of_the_answers_refer_to_somebody(report: Report) -> None:
    assert "below the goal of half" in "\n".join(report.summary)
    assert "NOT below" not in "\n".join(report.summary)


def test_nobody_has_signed_what_the_project_ships() -> None:
    signatures = load_signatures(ROOT)
    variants = load_project(ROOT).content.variants
    assert variants
    assert signatures.unsigned(variants, dt.date.today()) == list(variants)


def test_the_fingerprints_stay_small() -> None:
    assert (ROOT / FILE).stat().st_size < 64_000
