"""Checks of what no answer may do: allow something to this person, judge their symptom, give a dose."""

import re
from collections.abc import Iterator

from assistant.answers.project import Project
from assistant.answers.promises import denied
from assistant.answers.reading import sentences
from assistant.answers.records import Finding, Variant

# Said to somebody who asks about their own body: no word that weighs is right there.
WEIGHED_TOPICS = frozenset(
    f"faq_{name}"
    for name in "candidate contraindications medicines pregnancy pregnancy_exposed age unhappy_result".split()
)
_ASKING_KINDS = ("answer", "refusal", "safety")  # the others speak of visits, not of bodies

_IT = (
    r"(?:it|this|that|them|one|treated|the treatment|a treatment|the injections?|injections?"
    r"|(?:micro-?|meso|standard |baby )?botox|microneedling)"
)
_PERMISSION = re.compile(
    r"\byou (?:can|may|could)(?: still| safely| certainly| of course| probably)?"
    rf" (?:have|get|receive|try|be|use) {_IT}\b"
    r"|\b(?:fine|ok|okay|all right|alright|safe|suitable|suited|right|good) (?:for you\b|in your case|with your\b)"
    rf"|\b(?:fine|ok|okay|all right|alright|safe) (?:for you )?to (?:have|get|receive|try) {_IT}\b"
    r"|\byes, (?:you (?:can|may|could|are)|go ahead|of course|it is (?:fine|ok|okay|safe)|that is (?:fine|ok|okay))"
    r"|\bgo ahead (?:and|with)\b"
    r"|\byou(?: are|['’]re| would be| will be| should be| seem|['’]d be)"
    r" (?:an? (?:good|suitable|ideal|fine|right) candidate|suitable|eligible|allowed|good to go|fine|ok|okay"
    r"|all right)\b"
    rf"|\b(?:no reason|nothing) (?:not to|against|speaks against|to stop you|why you (?:should not|cannot|can['’]t))"
    r"|\byou (?:can|may|should) (?:stop|pause|skip|keep|continue|go on) (?:taking )?(?:your|the|any) (?:\w+ )?"
    r"(?:medicines?|medication|tablets?|pills?|thinners?|drugs?)\b",
    re.IGNORECASE,
)
_SOUNDS = r"(?:is|are|['’]s|sounds?|seems?|looks?|will be|should be)"
_CALMING = r"(?:normal|harmless|mild|minor|fine|ok|okay|nothing|expected|usual|not serious|not dangerous|no problem)"
_GRADE = re.compile(
    r"\bnothing to (?:worry|be worried|fear)|\bno (?:need|reason|cause) to (?:worry|panic)"
    r"|\b(?:don['’]t|do not) worry\b"
    rf"|\b(?:that|this|it|what you (?:have|feel|see|describe)|these|those|they) {_SOUNDS} (?:\w+ ){{0,2}}{_CALMING}\b"
    rf"|\b(?:that|it)['’]s (?:\w+ )?{_CALMING}\b"
    r"|\b(?:probably|likely|surely|most likely) (?:fine|nothing|normal|ok|okay|harmless|mild|just)\b"
    rf"|\byour (?:symptoms?|reaction|swelling|redness|droop|bruise|pain|lid|eyelid|rash|headache) {_SOUNDS}\b"
    r"|\bnot an emergency\b|\byou(?: will|['’]ll| should| are going to) be (?:fine|ok|okay|all right|alright)\b",
    re.IGNORECASE,
)
_WEIGHING = re.compile(
    r"\b(?:mild(?:ly)?|minor|slight(?:ly)?|harmless|normal(?:ly)?|trivial|not serious|probably)\b", re.IGNORECASE
)
_NUMBER = (
    r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|hundred|half a)"
)
_DOSE = re.compile(
    rf"\b{_NUMBER}(?:\s*(?:-|–|to|or)\s*{_NUMBER})?[\s-]*(?:units?|iu|u|ml|mls|cc|mg|mcg|µg|ng|millilit\w+)\b"
    r"|\b(?:units?|drops?|ml) per (?:ml|point|site|area|injection|square|cm|side)\b"
    r"|\b1\s?:\s?\d+\b"
    r"|\b(?:dilut|mix|reconstitut|dissolv)(?:e|ed|ing|s)? (?:it|each|one|a|the)\b(?: \w+){0,3}? (?:with|in)"
    r" (?:\w+ ){0,3}?(?:saline|water|lidocaine)\b"
    rf"|\b{_NUMBER}\s?(?:mm|millimet(?:er|re)s?) (?:deep|below|under|into)\b",
    re.IGNORECASE,
)


def check_permissions(project: Project) -> Iterator[Finding]:
    """No answer allows a treatment, or a change of medicine, to the person who reads it."""
    mend = "state the general rule, and say that a clinician decides"
    for variant in project.content.variants:
        for said in _hits(variant, _PERMISSION):
            yield _at(variant, f'"{variant.response}" gives a permission ("{said}")', mend)


def check_grades(project: Project) -> Iterator[Finding]:
    """No answer judges how bad somebody's symptom is."""
    mend = "leave the judgement out: say what to do and whom to call"
    for variant in project.content.variants:
        if variant.kind not in _ASKING_KINDS:
            continue
        found = list(_hits(variant, _GRADE))
        if variant.kind != "answer" or variant.topic in WEIGHED_TOPICS:
            found += _hits(variant, _WEIGHING)
        for said in found:
            yield _at(variant, f'"{variant.response}" grades a symptom ("{said}")', mend)


def check_doses(project: Project) -> Iterator[Finding]:
    """No answer gives a dose, a mixture or a depth."""
    mend = "take the number out: a clinician who has seen the person sets it"
    for variant in project.content.variants:
        for text in variant.seen:
            for hit in _DOSE.finditer(text):
                yield _at(variant, f'"{variant.response}" gives a dose ("{hit[0]}")', mend)


def _hits(variant: Variant, pattern: re.Pattern[str]) -> Iterator[str]:
    """What an answer says of a kind; questions and what is denied or left open do not count."""
    for text in variant.wordings.values():
        for sentence in sentences(text.replace("’", "'")):
            if sentence.endswith("?"):
                continue
            for hit in pattern.finditer(sentence):
                if not denied(sentence[: hit.start()]):
                    yield hit[0]


def _at(variant: Variant, problem: str, mend: str) -> Finding:
    return Finding(variant.file, variant.line, problem, mend)


CHECKS = (check_permissions, check_grades, check_doses)
