"""One project as the checks see it: content, domain, rules, phrases, settings, documents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from assistant.answers import fingerprints
from assistant.answers.fingerprints import Fingerprints, load_fingerprints
from assistant.answers.records import Content, Finding, Variant
from assistant.answers.store import Reader, load_content
from assistant.settings import SettingsError, load_settings

BUTTONS = "data/buttons.yml"


@dataclass(frozen=True)
class Page:
    """A document of the project that people read."""

    file: str
    text: str


@dataclass(frozen=True)
class Project:
    """Everything `run_check` looks at, read once.

    Attributes:
        content: sources, facts, claims and answers.
        intents: intent -> its line in domain.yml.
        slots: names of the slots.
        rules: intents that some rule answers; None when there are no rule files.
        phrases: intent -> number of example phrases; None when there are no files.
        buttons: words of a button -> the topic that answers them and its line in data/buttons.yml; None when
            the file cannot be read.
        placeholders: what {words} may be, from clinic.yml; None when it cannot be read.
        conditions: clinic settings a condition may ask for.
        prints: fingerprints of the articles; None when the file is missing.
        pages: README and docs.
        findings: what went wrong while reading.
    """

    root: Path
    content: Content
    intents: Mapping[str, int]
    slots: frozenset[str]
    rules: Optional[frozenset[str]]
    phrases: Optional[Mapping[str, int]]
    buttons: Optional[Mapping[str, tuple[str, int]]]
    placeholders: Optional[Mapping[str, str]]
    conditions: Mapping[str, Any]
    prints: Optional[Fingerprints]
    pages: tuple[Page, ...]
    findings: tuple[Finding, ...]

    @property
    def answers(self) -> Iterator[Variant]:
        """The wordings that answer a question about the treatment."""
        return (
            variant
            for variant in self.content.variants
            if variant.kind == "answer" and variant.topic.startswith("faq_")
        )


def load_project(root: Path) -> Project:
    """Reads everything the checks need; no model, a second at most.

    Args:
        root: the project's folder.

    Returns:
        The project; what could not be read is in `findings` and never raised.
    """
    reader = Reader(root)
    content = load_content(root)
    domain = reader.open("domain.yml")
    data = domain.data if domain and isinstance(domain.data, Mapping) else {}
    intents = {}
    for place, item in enumerate(data.get("intents") or ()):
        name = next(iter(item)) if isinstance(item, Mapping) else item
        intents[str(name)] = domain.line("intents", place) if domain else 1
    placeholders, conditions = _settings(reader)
    return Project(
        root=root,
        content=content,
        intents=intents,
        slots=frozenset(data.get("slots") or ()),
        rules=_rules(reader),
        phrases=_phrases(reader),
        buttons=_buttons(reader),
        placeholders=placeholders,
        conditions=conditions,
        prints=_prints(reader),
        pages=tuple(_pages(root)),
        findings=(*content.problems, *reader.problems),
    )


def _settings(reader: Reader) -> tuple[Optional[Mapping[str, str]], Mapping[str, Any]]:
    try:
        settings = load_settings(reader.root / "clinic.yml")
    except SettingsError as broken:
        words = str(broken).removeprefix("clinic.yml:").strip(" .")
        reader.tell("clinic.yml", 1, f"the clinic's settings cannot be used ({words})", "mend it")
        return None, {}
    return settings.placeholders(), settings.conditions()


def _rules(reader: Reader) -> Optional[frozenset[str]]:
    answered = {
        str(step["intent"])
        for file in reader.folder("data/rules")
        for rule in _listed(file.data, "rules")
        for step in _listed(rule, "steps")
        if isinstance(step, Mapping) and "intent" in step
    }
    return frozenset(answered) or None


def _phrases(reader: Reader) -> Optional[Mapping[str, int]]:
    counts: dict[str, int] = {}
    for file in reader.folder("data/nlu"):
        for item in _listed(file.data, "nlu"):
            if isinstance(item, Mapping) and "intent" in item:
                lines = str(item.get("examples") or "").splitlines()
                said = sum(line.lstrip().startswith("-") for line in lines)
                counts[str(item["intent"])] = counts.get(str(item["intent"]), 0) + said
    return counts or None


def _buttons(reader: Reader) -> Optional[Mapping[str, tuple[str, int]]]:
    file = reader.open(BUTTONS)
    if file is None:
        return None
    known = file.data if isinstance(file.data, Mapping) else {}
    return {str(words): (str(topic), file.line(words)) for words, topic in known.items()}


def _listed(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else []


def _prints(reader: Reader) -> Optional[Fingerprints]:
    try:
        return load_fingerprints(reader.root)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        mend = "restore it from git"
        reader.tell(fingerprints.FILE, 1, "the fingerprints cannot be read", mend)
        return None


def _pages(root: Path) -> Iterator[Page]:
    for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        if path.exists():
            name = path.relative_to(root).as_posix()
            yield Page(name, path.read_text(encoding="utf-8", errors="replace"))
