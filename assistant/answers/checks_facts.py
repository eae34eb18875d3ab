"""Checks of the chain answer -> fact -> quote -> source, and of what was copied."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Union

from assistant.answers.figures import Quantity, quantities
from assistant.answers.fingerprints import FILE, normal
from assistant.answers.project import Project
from assistant.answers.reading import meant, plain, words
from assistant.answers.records import (
    ANSWER_KINDS,
    KIND_OF_TIER,
    TREATMENTS,
    Claim,
    Fact,
    Finding,
    Source,
    Variant,
)

QUOTE_WORDS = 12
QUOTED_SHARE = 0.15
LABEL_LETTERS = 60
CLAIMS = {"S000": 24, "S003": 28, "S004": 18}  # claims found in each article, 70 in all
AGREEMENTS = ("agreed", "varies", "single")
# They speak of the clinic or the chat, or say what to do now and not what is so.
_FREE_OF_FACTS = {"clinic", "flow", "refusal", "safety", "sorry"}
_UNNAMED = ("A clinic's article", "A magazine article", "An industry article")  # visitors are told the kind only
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def check_facts_exist(project: Project) -> Iterator[Finding]:
    """Every fact an answer cites exists, and every answer cites one."""
    if not project.content.facts:
        return  # the file could not be read, which was said already
    for variant in project.content.variants:
        for fact in variant.facts:
            if fact not in project.content.facts:
                problem = f'{variant.called} cites the fact "{fact}", which does not exist'
                problem += meant(fact, project.content.facts)
                yield _at(variant, problem, "correct the id or add the fact to knowledge/facts.yml")
        known = variant.kind in ANSWER_KINDS
        if known and variant.kind not in _FREE_OF_FACTS and not variant.facts:
            mend = "name the facts that carry it under metadata, facts"
            yield _at(variant, f'{variant.called} cites no fact', mend)


def check_sources(project: Project) -> Iterator[Finding]:
    """Every source of a fact exists, and each source is described as visitors may see it."""
    for fact in project.content.facts.values():
        for item in fact.evidence:
            if item.source not in project.content.sources:
                problem = f'the fact "{fact.id}" names the source "{item.source}", which is missing'
                problem += meant(item.source, project.content.sources)
                mend = "correct the id or add the source to knowledge/sources.yml"
                yield Finding(fact.file, item.line, problem, mend)
            if not (item.quote or item.locator):
                problem = f'the fact "{fact.id}" does not say what in "{item.source}" carries it'
                mend = f"add a quote of at most {QUOTE_WORDS} words, or a locator"
                yield Finding(fact.file, item.line, problem, mend)
    for source in project.content.sources.values():
        yield from _source(source)


def _source(source: Source) -> Iterator[Finding]:
    if source.kind not in KIND_OF_TIER.get(source.tier, ()):
        problem = f'the source "{source.id}" is called a "{source.kind}" but has the tier '
        problem += f'"{source.tier}"'
        pairs = ", ".join(f"{tier} = {' or '.join(kinds)}" for tier, kinds in KIND_OF_TIER.items())
        yield _at(source, problem, f"use one of these pairs: {pairs}")
    if len(source.label) > LABEL_LETTERS:
        problem = f'the label of "{source.id}" has {len(source.label)} letters'
        yield _at(source, problem, f"shorten it to {LABEL_LETTERS}")
    if source.link and not re.match(r"https?://", source.url):
        problem = f'the source "{source.id}" is to be linked but has no web address'
        yield _at(source, problem, "add its url or set link to false")
    if source.link and source.kind in _UNNAMED:
        problem = f'visitors would be sent to the page of "{source.id}", whose address names it'
        yield _at(source, problem, "set link to false; its url stays here for the record")


def check_unused(project: Project) -> Iterator[Finding]:
    """Every fact carries an answer and every source carries a fact, so that none is kept for show."""
    facts, sources = project.content.facts, project.content.sources
    if not project.content.variants or not facts or not sources:
        return  # a file could not be read, which was said already
    answers = [item for item in project.content.variants if item.kind not in _FREE_OF_FACTS]
    cited = {fact for variant in project.content.variants for fact in variant.facts}
    # where an answer cites nothing, or a name is mistyped, that is the mistake to mend first
    whole = cited <= set(facts) and all(variant.facts for variant in answers)
    for fact in facts.values() if whole else ():
        if fact.id not in cited:
            problem = f'no answer rests on the fact "{fact.id}"'
            yield _at(fact, problem, "name it under the facts of an answer, or take it out")
    named = {item.source for fact in facts.values() for item in fact.evidence}
    for source in sources.values() if named <= set(sources) else ():
        if source.id not in named and not source.is_article:
            problem = f'no fact rests on the source "{source.id}"'
            yield _at(source, problem, "quote it in a fact, or take it out")


def check_fact_form(project: Project) -> Iterator[Finding]:
    """A fact says what it speaks of and how far sources agree, and its figures are in its words."""
    for fact in project.content.facts.values():
        if fact.treatment not in (*TREATMENTS, "all", "any"):
            problem = f'the fact "{fact.id}" speaks of the unknown treatment "{fact.treatment}"'
            yield _at(fact, problem, f"use one of {', '.join(TREATMENTS)}, all")
        if fact.agreement not in AGREEMENTS:
            problem = f'the fact "{fact.id}" has the agreement "{fact.agreement}"'
            yield _at(fact, problem, f"use one of {', '.join(AGREEMENTS)}")
        yield from _own_figures(fact)


def _own_figures(fact: Fact) -> Iterator[Finding]:
    """The statement, the figures and the quotes of one fact hold the same numbers."""
    quoted = [figure for item in fact.evidence for figure in quantities(item.quote)]
    listed, stated = _listed_figures(fact), quantities(fact.statement)
    by_place = any(item.locator for item in fact.evidence)
    for figure in fact.figures:
        bare = quantities(figure.value)
        if not bare:
            problem = f'the fact "{fact.id}" has the figure "{figure.value}", which is no number'
            yield _at(fact, problem, "write it like value: 3 to 4, unit: months")
        for wanted in bare:
            if not by_place and not any(wanted.stands_in(other) for other in (*stated, *quoted)):
                problem = f'the fact "{fact.id}" has the figure "{wanted.says}", which neither '
                problem += "its statement nor a quote says"
                yield _at(fact, problem, "correct it, or quote the words that carry it")
    for said in stated:
        if said.measure and not any(said.stands_in(other) for other in (*listed, *quoted)):
            problem = (
                f'the fact "{fact.id}" says "{said.says}", which is neither among its figures '
            )
            yield _at(fact, problem + "nor in a quote", "make statement and figures the same")


def check_quotes(project: Project) -> Iterator[Finding]:
    """Quotes are short, true to the article, and few."""
    quoted: dict[str, dict[str, int]] = {}
    for fact in project.content.facts.values():
        for item in fact.evidence:
            bare = normal(item.quote)
            quoted.setdefault(item.source, {})[" ".join(bare)] = len(bare)
            length = len(words(item.quote))
            if length > QUOTE_WORDS:
                problem = f'a quote of the fact "{fact.id}" has {length} words'
                mend = f"keep the words that carry the fact, at most {QUOTE_WORDS}"
                yield Finding(fact.file, item.line, problem, mend)
            known = project.prints and item.source in project.prints.articles
            if known and project.prints and not project.prints.holds(item.source, item.quote):
                problem = f'a quote of the fact "{fact.id}" is not in the article "{item.source}" '
                problem += "word for word"
                yield Finding(fact.file, item.line, problem, "copy the words exactly")
    for name, article in (project.prints.articles if project.prints else {}).items():
        total = sum(quoted.get(name, {}).values())
        source = project.content.sources.get(name)
        if total > QUOTED_SHARE * article.words and source:
            problem = f'{total} of the {article.words} words of "{name}" are quoted'
            mend = f"quote less, at most {int(QUOTED_SHARE * article.words)} words in all"
            yield _at(source, problem, mend)


def check_figures(project: Project) -> Iterator[Finding]:
    """Every number and unit of an answer stands in a fact it cites."""
    if not project.content.facts:
        return
    carried: dict[str, list[Quantity]] = {}
    for variant in project.content.variants:
        if variant.kind in _FREE_OF_FACTS and not variant.facts:
            continue
        known: list[Quantity] = []
        for fact in project.content.facts_of(variant):
            if fact.id not in carried:
                carried[fact.id] = [*_listed_figures(fact), *quantities(fact.statement)]
            known += carried[fact.id]
        for name, text in variant.wordings.items():
            for figure in quantities(plain(text)):
                if not any(figure.stands_in(other) for other in known):
                    where = "" if name == "text" else f" (in {name})"
                    problem = f'{variant.called} says "{figure.says}"{where}, but no fact it '
                    problem += "cites holds that figure"
                    like = [other.says for other in known if other.measure == figure.measure]
                    if like:
                        problem += f" (they hold: {', '.join(dict.fromkeys(like))})"
                    mend = "correct the figure, or cite the fact that has it"
                    yield _at(variant, problem, mend)


def _listed_figures(fact: Fact) -> list[Quantity]:
    written = [quantities(f"{figure.value} {figure.unit}") for figure in fact.figures]
    return [figure for found in written for figure in found]


def check_copies(project: Project) -> Iterator[Finding]:
    """No eight words in a row from an article in answers, facts, README and docs."""
    if project.prints is None:
        return
    mend = "say it in your own words, or quote at most 12 words in quotation marks"
    places: list[tuple[str, int, str, Iterable[str]]] = [
        (item.file, item.line, item.called, item.seen) for item in project.content.variants
    ]
    places += [
        (fact.file, fact.line, f'the fact "{fact.id}"', (fact.statement,))
        for fact in project.content.facts.values()
    ]
    for page in project.pages:
        for number, block in _blocks(page.text):
            places.append((page.file, number, "this paragraph", (block,)))
    for file, line, what, texts in places:
        for text in texts:
            for article, copied in project.prints.copied(text):
                problem = f'{what} has eight words in a row of the article "{article}": "{copied}"'
                yield Finding(file, line, problem, mend)


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """The paragraphs of a page with the line each begins on."""
    line = 1
    for block in re.split(r"(\n\s*\n)", text):
        if block.strip():
            yield line, block
        line += block.count("\n")


def check_claims(project: Project) -> Iterator[Finding]:
    """Each claim of the articles was used, corrected or left out for a reason."""
    claims, facts = project.content.claims, project.content.facts
    counts = Counter(claim.article for claim in claims)
    for article, wanted in CLAIMS.items():
        if counts[article] != wanted:
            problem = f'{counts[article]} claims of the article "{article}" are listed'
            mend = f"list all {wanted} of them under claims"
            yield Finding("knowledge/facts.yml", 1, problem, mend)
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            yield _at(claim, f'the claim "{claim.id}" is listed twice', "give each its own id")
        seen.add(claim.id)
        if claim.article not in project.content.sources or not claim.id.startswith(claim.article):
            problem = f'the claim "{claim.id}" names the article "{claim.article}"'
            yield _at(claim, problem, "use the id of an article in sources.yml for both")
        if sum(map(bool, (claim.used, claim.corrected_by, claim.not_used))) != 1:
            problem = f'the claim "{claim.id}" does not say what became of it'
            yield _at(claim, problem, "give it one of used, corrected_by, not_used")
        for fact in (*claim.used, *claim.corrected_by):
            if fact not in facts:
                problem = f'the claim "{claim.id}" names the fact "{fact}", which does not exist'
                yield _at(claim, problem, "correct the id or add the fact")


def check_dates(project: Project) -> Iterator[Finding]:
    """Dates of sources are real and not in the future."""
    today = dt.date.today()
    for source in project.content.sources.values():
        if not source.date:
            continue
        full = (
            source.date + "-01-01"[len(source.date) - 4 :] if _DATE.fullmatch(source.date) else ""
        )
        try:
            ahead = dt.date.fromisoformat(full) > today
        except ValueError:
            problem = f'the date "{source.date}" of the source "{source.id}" is not a date'
            yield _at(source, problem, "write it like 2024, 2024-10 or 2024-10-18")
            continue
        if ahead:
            problem = f'the date "{source.date}" of the source "{source.id}" is in the future'
            yield _at(source, problem, "correct it")


def check_articles(project: Project) -> Iterator[Finding]:
    """The fingerprints belong to the articles of sources.yml."""
    prints = project.prints.articles if project.prints else {}
    for source in project.content.sources.values():
        kept = prints.get(source.id)
        if source.is_article and project.prints and (not kept or kept.sha256 != source.sha256):
            problem = f'the fingerprints in {FILE} are not those of the article "{source.id}"'
            yield _at(source, problem, "correct its sha256 or write the fingerprints anew")


def _at(item: Union[Variant, Fact, Source, Claim], problem: str, mend: str) -> Finding:
    return Finding(item.file, item.line, problem, mend)


CHECKS = (
    check_facts_exist,
    check_sources,
    check_unused,
    check_fact_form,
    check_quotes,
    check_figures,
    check_copies,
    check_claims,
    check_dates,
    check_articles,
)
