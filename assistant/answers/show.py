"""`faq show TOPIC` and `faq sign TOPIC`: an answer and everything it rests on, on one screen."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text
from rich.tree import Tree

from assistant.answers.records import Content, Fact, Variant
from assistant.answers.signatures import VALID_DAYS, Signatures, load_signatures, sign
from assistant.answers.store import load_content
from assistant.answers.subjects import CONDITION


def show_topic(
    root: Path,
    topic: str,
    *,
    treatment: Optional[str] = None,
    subject: Optional[str] = None,
    whole: bool = False,
    today: Optional[dt.date] = None,
) -> RenderableType:
    """An answer, its facts, their quotes, their sources and the signature.

    Args:
        root: the project's folder.
        topic: `duration`, `faq_duration` or `utter_faq_duration`.
        treatment: only the wording shown for this treatment.
        subject: only the wordings on this subject.
        whole: also the wordings on subjects; otherwise they are only named, below the others.
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
    named: list[str] = []
    if not (whole or subject):
        named = list(dict.fromkeys(_subject(item) for item in chosen if _subject(item)))
        chosen = tuple(item for item in chosen if not _subject(item)) or chosen
    shown: list[RenderableType] = [_panel(content, variant, signatures, day) for variant in chosen]
    if named:
        shown.append(Text(f"Wordings on one subject (show with --subject): {', '.join(named)}"))
    return Group(*shown)


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
    parts: list[RenderableType] = [Text(variant.text.strip())]
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
    parts.append(Text(_signature(variant, signatures, day), style="bold"))
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
        words = f'"{item.quote}"' if item.quote else item.locator
        yield f"{words}  {item.source}: {where}"


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
