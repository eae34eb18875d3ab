"""`faq show TOPIC` and `faq sign TOPIC`: an answer and everything it rests on."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Optional

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text
from rich.tree import Tree

from assistant.answers.records import TREATMENTS, Content, Evidence, Fact, Variant
from assistant.answers.signatures import VALID_DAYS, Signatures, load_signatures, sign
from assistant.answers.store import load_content
from assistant.answers.subjects import CONDITION


def show_topic(
    root: Path,
    topic: str,
    *,
    treatment: Optional[str] = None,
    subject: Optional[str] = None,
    settings: Mapping[str, Any] = MappingProxyType({}),
    whole: bool = False,
    today: Optional[dt.date] = None,
) -> RenderableType:
    """The wording a visitor would get, its signature, facts, quotes and sources, on one screen.

    Args:
        root: the project's folder.
        topic: `duration`, `faq_duration` or `utter_faq_duration`.
        treatment: the wording for this treatment; that for micro-Botox when left out.
        subject: the wording on this subject.
        settings: what clinic.yml says, by the names that conditions use.
        whole: every wording (of the treatment and subject, when given), each in full.
        today: the day for which signatures are judged; the system's day when left out.

    Returns:
        Something a rich console prints.

    Raises:
        LookupError: there is no such answer, the message says which come close.
        ValueError: the signatures cannot be read.
    """
    content = load_content(root)
    signatures = load_signatures(root)
    day = today or dt.date.today()
    chosen = _chosen(content, topic, treatment, subject)
    if whole:
        return Group(*(_panel(content, variant, signatures, day) for variant in chosen))
    values = {**settings, "treatment": treatment or TREATMENTS[0], CONDITION: subject}
    said = next((item for item in chosen if _holds(item, values)), chosen[-1])
    others = _others(content.of_topic(topic), said, shown_for=str(values["treatment"]))
    shown = _compact(content, said, signatures, day)
    return Group(shown, Text(others, style="dim")) if others else shown


def _holds(variant: Variant, values: Mapping[str, Any]) -> bool:
    return all(values.get(name) == value for name, value in variant.condition)


def _others(variants: tuple[Variant, ...], said: Variant, *, shown_for: str) -> str:
    """One line that says which other wordings there are and how to see them."""
    if len(variants) < 2:
        return ""
    treatments = {str(value) for item in variants for name, value in item.condition if name == "treatment"}
    treatments.discard(shown_for)
    subjects = {_subject(item) for item in variants} - {"", _subject(said)}
    ways = [
        f"{option} {', '.join(sorted(names))}"
        for option, names in (("--treatment", treatments), ("--subject", subjects))
        if names
    ]
    return f"Other wordings: {'; '.join([*ways, f'--all (all {len(variants)}, in full)'])}"


def sign_topic(
    root: Path,
    topic: str,
    *,
    by: str,
    treatment: Optional[str] = None,
    subject: Optional[str] = None,
    on: Optional[dt.date] = None,
    until: Optional[dt.date] = None,
) -> tuple[Variant, ...]:
    """Signs a topic's wordings; show them whole and ask before calling this.

    Args:
        root: the project's folder.
        topic: as for `show_topic`.
        by: the name of the person who read them.
        treatment: only the wording shown for this treatment.
        subject: only the wordings on this subject.
        on: the day of signing, today when left out.
        until: the last day it holds, a year later when left out.

    Returns:
        The wordings signed.

    Raises:
        LookupError: there is no such answer.
        ValueError: no name, or the days do not fit.
    """
    day = on or dt.date.today()
    chosen = _chosen(load_content(root), topic, treatment, subject)
    sign(root, chosen, by=by, on=day, until=until or day + dt.timedelta(days=VALID_DAYS))
    return chosen


def _subject(variant: Variant) -> str:
    return str(dict(variant.condition).get(CONDITION) or "")


def _chosen(
    content: Content, topic: str, treatment: Optional[str], subject: Optional[str]
) -> tuple[Variant, ...]:
    variants = content.of_topic(topic)
    if subject is not None:
        known = sorted({_subject(variant) for variant in variants} - {""})
        variants = tuple(variant for variant in variants if _subject(variant) == subject)
        if not variants:
            has = f"it has: {', '.join(known)}" if known else "it has none on a subject"
            raise LookupError(f'"{topic}" has no wording on "{subject}"; {has}.')
    if treatment is None:
        return variants
    chosen = tuple(variant for variant in variants if variant.treatment == treatment)
    if not chosen:
        spoken = ", ".join(sorted({variant.treatment or "none" for variant in variants}))
        raise LookupError(f'"{topic}" has no wording for "{treatment}"; it has: {spoken}.')
    return chosen


def _panel(content: Content, variant: Variant, signatures: Signatures, day: dt.date) -> Panel:
    parts: list[RenderableType] = [Text(_signature(variant, signatures, day), style="bold")]
    parts.append(Text(variant.text.strip()))
    parts += [
        Text(f"{name}: {text}", style="dim")
        for name, text in variant.wordings.items()
        if name != "text"
    ]
    if variant.metadata.get("asks"):
        words = ", ".join(map(str, variant.metadata["asks"]))
        parts.append(Text(f"said when a question names one of: {words}", style="dim"))
    if variant.buttons:
        parts.append(Text(" ".join(f"[{b.title}]" for b in variant.buttons), style="cyan"))
    facts = Tree("facts")
    for name in variant.facts:
        fact = content.facts.get(name)
        if fact is None:
            facts.add(Text(f"{name}: missing", style="bold red"))
        else:
            _add_fact(facts, content, fact)
    parts += [Text(), facts if variant.facts else Text("no facts cited", style="dim")]
    shown = Tree("what a visitor sees under Sources")
    for source in content.visitor_sources(variant):
        shown.add(Text(" | ".join(source.values())))
    if shown.children:
        parts.append(shown)
    title = f"{escape(variant.key)}  {variant.file}:{variant.line}"
    return Panel(Group(*parts), title=title, title_align="left")


def _compact(content: Content, variant: Variant, signatures: Signatures, day: dt.date) -> Panel:
    """Signature first, then the words, then each fact with its quotes, then the sources once."""
    parts: list[RenderableType] = [Text(_signature(variant, signatures, day), style="bold")]
    parts.append(Text(variant.text.strip()))
    parts += [
        Text(f"{name}: {text}", style="dim") for name, text in variant.wordings.items() if name != "text"
    ]
    if variant.buttons:
        parts.append(Text(" ".join(f"[{b.title}]" for b in variant.buttons), style="cyan"))
    parts.append(Text("Facts" if variant.facts else "No facts cited", style="bold"))
    behind: dict[str, str] = {}
    for name in variant.facts:
        fact = content.facts.get(name)
        if fact is None:
            parts.append(Text(f"{name}: missing", style="bold red"))
            continue
        line = Text(f"{fact.id} ({fact.agreement}) ", style="bold").append(f"{fact.statement} ", style="not bold")
        quoted = [f"{_carried_by(item)} {item.source}" for item in fact.evidence]
        parts.append(line.append("; ".join(quoted), style="not bold dim"))
        for item in fact.evidence:
            source = content.sources.get(item.source)
            behind[item.source] = f"{source.kind}: {source.label}" if source else "missing"
    if behind:
        parts.append(Text("Sources", style="bold"))
        parts.append(Text("; ".join(f"{name} {what}" for name, what in behind.items())))
    title = f"{escape(variant.key)}  {variant.file}:{variant.line}"
    return Panel(Group(*parts), title=title, title_align="left")


def _add_fact(tree: Tree, content: Content, fact: Fact) -> None:
    branch = tree.add(Text(f"{fact.id} ({fact.agreement}): {fact.statement}"))
    for line in _evidence(content, fact):
        branch.add(Text(line))


def _evidence(content: Content, fact: Fact) -> Iterator[str]:
    for item in fact.evidence:
        source = content.sources.get(item.source)
        where = f"{source.kind}, {source.title}" if source else "source missing"
        yield f"{_carried_by(item)}  {item.source}: {where}"


def _carried_by(item: Evidence) -> str:
    return f'"{item.quote}"' if item.quote else item.locator


def _signature(variant: Variant, signatures: Signatures, day: dt.date) -> str:
    status = signatures.status(variant, day)
    signature = signatures.by_key.get(variant.key)
    if signature is None:
        return "Not signed."
    said = f"{signature.by} on {signature.on}, until {signature.until}"
    return {
        "signed": f"Signed by {said}.",
        "expiring": f"Signed by {said}: {(signature.until - day).days} days left.",
        "expired": f"Signature expired: {said}.",
        "void": f"Signature void, the answer was edited since: {said}.",
        "unsigned": "Not signed.",
    }[status]
