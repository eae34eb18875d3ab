"""`make check`: everything that can be wrong with what we know and say, in a few seconds."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.answers import checks_facts, checks_safety, checks_shape, checks_wording
from assistant.answers.checks_wording import refers
from assistant.answers.fingerprints import article_ids, fingerprint_files
from assistant.answers.project import Project, load_project
from assistant.answers.reading import grade, words
from assistant.answers.records import Finding
from assistant.answers.signatures import FILE, load_signatures

Check = Callable[[Project], Iterable[Finding]]


def check_signatures(project: Project) -> Iterator[Finding]:
    """Signatures can be read, hold longer than a day, and stand under wordings that exist."""
    try:
        signatures = load_signatures(project.root)
    except ValueError as broken:
        words_of_it = str(broken).removeprefix(f"{FILE}:").strip()
        line, _, problem = words_of_it.partition(": ")
        known = line.isdigit()
        problem = (problem if known else words_of_it).partition("; ")[0]
        yield Finding(FILE, int(line) if known else 1, problem, "sign the answer again")
        return
    keys = {variant.key for variant in project.content.variants}
    for key, signature in signatures.by_key.items():
        if key not in keys:
            problem = f'a signature stands under "{key}", which is no answer any more'
            yield Finding(FILE, 1, problem, "remove it")
        if signature.until <= signature.on or signature.on > dt.date.today():
            problem = f'the signature of "{key}" runs from {signature.on} to {signature.until}'
            yield Finding(FILE, 1, problem, "sign the answer again")


CHECKS: tuple[Check, ...] = (
    *checks_facts.CHECKS,
    *checks_wording.CHECKS,
    *checks_safety.CHECKS,
    *checks_shape.CHECKS,
    check_signatures,
)


@dataclass(frozen=True)
class Report:
    """What `run_check` found.

    Attributes:
        findings: mistakes, by file and line.
        summary: plain lines of figures, also when all is well.
        seconds: how long it took.
    """

    findings: tuple[Finding, ...]
    summary: tuple[str, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def run_check(root: Path) -> Report:
    """Reads a project and runs every check.

    Args:
        root: the project's folder.

    Returns:
        Findings and figures; a broken file is a finding and never an exception.
    """
    start = time.perf_counter()
    project = load_project(root)
    found = [*project.findings, *(item for check in CHECKS for item in check(project))]
    unique = sorted(set(found), key=lambda item: (item.file, item.line, item.problem))
    seconds = time.perf_counter() - start
    return Report(tuple(unique), tuple(_summary(project, seconds)), seconds)


def fingerprint_articles(root: Path, files: Iterable[Path], *, names: Iterable[str] = ()) -> Path:
    """Writes knowledge/fingerprints.json anew from the articles' texts.

    Args:
        root: the project's folder.
        files: the articles, known by the checksums in sources.yml.
        names: further names and numbers that must never be shown; kept as hashes.

    Returns:
        The file written.

    Raises:
        LookupError: a file is none of the articles.
        OSError: a file cannot be read or written.
    """
    sources = load_project(root).content.sources.values()
    known = {source.id: source.sha256 for source in sources if source.is_article}
    return fingerprint_files(root, article_ids(files, known), names=names)


def _summary(project: Project, seconds: float) -> Iterator[str]:
    content, answers = project.content, list(project.answers)
    topics = {variant.topic for variant in content.variants}
    yield (
        f"{len(topics)} topics in {len(content.variants)} wordings, {len(content.facts)} facts, "
        f"{len(content.sources)} sources, {len(content.claims)} claims of the articles."
    )
    if answers:
        referring = sum(refers(variant) for variant in answers)
        share = referring / len(answers)
        goal = "below" if share < 0.5 else "NOT below"
        yield (
            f"{referring} of {len(answers)} answers refer to somebody ({share:.0%}), "
            f"{goal} the goal of half."
        )
        lengths = sorted(len(words(variant.text)) for variant in answers)
        grades = sorted(grade(variant.text) for variant in answers)
        middle = len(answers) // 2
        yield (
            f"Answers have {lengths[middle]} words (median, longest {lengths[-1]}) and read like "
            f"school grade {grades[middle]:.1f} (hardest {grades[-1]:.1f})."
        )
    yield _signed(project)
    yield f"{len(CHECKS)} checks in {seconds:.1f} s."


def _signed(project: Project) -> str:
    try:
        signatures = load_signatures(project.root)
    except ValueError:
        return "The signatures cannot be read."
    today = dt.date.today()
    counts = Counter(signatures.status(item, today) for item in project.content.variants)
    return "Signatures: " + ", ".join(f"{counts[name]} {name}" for name in sorted(counts)) + "."
