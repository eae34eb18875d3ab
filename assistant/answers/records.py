"""Sources, facts, claims and answers as records, each with the file and line it stands on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIERS = "LRGPHC"  # best evidence first: label, regulator, guidance, paper, hospital, clinic
KIND_OF_TIER = {
    "L": ("Drug label",),
    "R": ("Health authority",),
    "G": ("Medical society",),
    "P": ("Study", "Textbook"),
    "H": ("Hospital", "A magazine article"),
    # an industry article comes from who sells devices or teaches injectors, not from who treats patients
    "C": ("A clinic's article", "A magazine article", "An industry article"),
}
TREATMENTS = ("micro_botox", "standard_botox", "baby_botox", "microneedling")
ANSWER_KINDS = ("answer", "refusal", "safety", "clinic", "flow", "sorry")


@dataclass(frozen=True)
class Finding:
    """Something in a file that keeps it from being read as meant.

    Attributes:
        file: path relative to the project, with slashes.
        line: counted from 1.
        problem: what is wrong, half a sentence.
        mend: what to do, half a sentence.
    """

    file: str
    line: int
    problem: str
    mend: str

    def __str__(self) -> str:
        """One plain sentence with its place."""
        return f"{self.file}:{self.line}: {self.problem}; {self.mend}."


@dataclass(frozen=True)
class Source:
    """Where facts come from; `label` and `kind` are what visitors see of it."""

    id: str
    kind: str
    tier: str
    label: str
    title: str
    read: str
    authors: str
    publisher: str
    date: str
    url: str
    link: bool
    sha256: str
    file: str
    line: int

    @property
    def is_article(self) -> bool:
        """One of the articles read in full (they carry a checksum)."""
        return bool(self.sha256)


@dataclass(frozen=True)
class Evidence:
    """What carries a fact: a source and its words, or the place in it."""

    source: str
    quote: str
    locator: str
    line: int


@dataclass(frozen=True)
class Figure:
    """A number of a fact as it is written, e.g. "3 to 4" and "months"."""

    value: str
    unit: str


@dataclass(frozen=True)
class Fact:
    """One thing we hold to be so."""

    id: str
    treatment: str
    statement: str
    figures: tuple[Figure, ...]
    agreement: str
    evidence: tuple[Evidence, ...]
    file: str
    line: int


@dataclass(frozen=True)
class Claim:
    """One claim of an article and what became of it."""

    id: str
    article: str
    used: tuple[str, ...]
    corrected_by: tuple[str, ...]
    not_used: str
    file: str
    line: int


@dataclass(frozen=True)
class Button:
    """A suggestion under an answer: what it shows and what it says for the visitor."""

    title: str
    payload: str


def wording_key(response: str, condition: Iterable[tuple[str, Any]]) -> str:
    """Name of one wording of a response, from the conditions it stands under."""
    asked = ", ".join(f"{name}={value}" for name, value in condition)
    return f"{response} [{asked}]" if asked else response


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Variant:
    """One wording of an answer, for the condition it stands under."""

    response: str
    condition: tuple[tuple[str, Any], ...]
    text: str
    buttons: tuple[Button, ...]
    metadata: Mapping[str, Any]
    file: str
    line: int

    @property
    def topic(self) -> str:
        """The intent it answers: the response name without `utter_`."""
        return self.response[len("utter_") :]

    @property
    def key(self) -> str:
        """Name of this wording, e.g. `utter_faq_pain [treatment=standard_botox]`."""
        return wording_key(self.response, self.condition)

    @property
    def called(self) -> str:
        """What messages to a writer call it: `"faq_pain" (treatment standard_botox)`."""
        asked = ", ".join(f"{name} {_said(value)}" for name, value in self.condition)
        return f'"{self.topic}" ({asked})' if asked else f'"{self.topic}"'

    @property
    def kind(self) -> str:
        """One of answer | refusal | safety | clinic | flow | sorry (the apology)."""
        return str(self.metadata.get("kind", "answer"))

    @property
    def treatment(self) -> str:
        """The treatment it speaks of, empty when it speaks of none."""
        return str(self.metadata.get("treatment") or "")

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the facts it cites."""
        cited = self.metadata.get("facts") or ()
        return tuple(str(fact) for fact in cited) if isinstance(cited, (list, tuple)) else ()

    @property
    def wordings(self) -> dict[str, str]:
        """Every running text a visitor may read, by its name in the file."""
        extra = {name: str(self.metadata.get(name) or "") for name in ("worry", "lead", "more")}
        return {"text": self.text, **{name: text for name, text in extra.items() if text}}

    @property
    def seen(self) -> tuple[str, ...]:
        """All words a visitor may see: texts, then titles and payloads of the buttons."""
        buttons = [part for button in self.buttons for part in (button.title, button.payload)]
        return (*self.wordings.values(), *buttons)


@dataclass(frozen=True)
class Content:
    """All that is known and said, by id, in the order of the files."""

    root: Path
    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    claims: tuple[Claim, ...]
    variants: tuple[Variant, ...]
    problems: tuple[Finding, ...]

    def of_topic(self, topic: str) -> tuple[Variant, ...]:
        """The wordings of a topic (`duration`, `faq_duration` or `utter_faq_duration`).

        Raises:
            LookupError: no answer has that name; the message says which come close.
        """
        names = list(dict.fromkeys(variant.response for variant in self.variants))
        for wanted in (topic, f"utter_{topic}", f"utter_faq_{topic}", f"utter_clinic_{topic}"):
            if wanted in names:
                return tuple(variant for variant in self.variants if variant.response == wanted)
        close = [name[len("utter_") :] for name in names if topic.split("_")[-1] in name]
        hint = f"; close to it: {', '.join(sorted(close)[:5])}" if close else ""
        raise LookupError(f'There is no answer named "{topic}"{hint}.')

    def facts_of(self, variant: Variant) -> tuple[Fact, ...]:
        """The facts a wording cites, as far as they exist."""
        return tuple(self.facts[fact] for fact in variant.facts if fact in self.facts)

    def visitor_sources(self, variant: Variant) -> list[dict[str, str]]:
        """The sources of a wording as a visitor may see them.

        Args:
            variant: one wording.

        Returns:
            `{"label", "kind", "url"?}` each once, best evidence first; `url` only where the
            address is the publisher's own.
        """
        return seen_sources(variant.facts, self.facts, self.sources)


def seen_sources(
    cited: Iterable[str], facts: Mapping[str, Fact], sources: Mapping[str, Source]
) -> list[dict[str, str]]:
    """What visitors see of the sources behind some facts; those that look the same only once.

    Args:
        cited: ids of facts; unknown ones are passed over.
        facts: all facts by id.
        sources: all sources by id.

    Returns:
        `{"label", "kind", "url"?}`, best evidence first.
    """
    evidence = [item for name in cited if name in facts for item in facts[name].evidence]
    behind = [sources[item.source] for item in evidence if item.source in sources]
    shown: dict[tuple[str, str], dict[str, str]] = {}
    for source in sorted(behind, key=lambda source: _rank(source.tier)):
        entry = shown.setdefault(
            (source.kind, source.label), {"label": source.label, "kind": source.kind}
        )
        if source.link and source.url:
            entry.setdefault("url", source.url)
    return list(shown.values())


def _rank(tier: str) -> int:
    return TIERS.index(tier) if tier in TIERS else len(TIERS)
