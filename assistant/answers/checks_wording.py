"""Checks of how an answer reads: answer first, balanced, short, plain, nothing promised."""

import re
from collections.abc import Iterator

from assistant.answers.fingerprints import normal
from assistant.answers.project import Project
from assistant.answers.promises import promises
from assistant.answers.reading import grade, plain, sentences, words
from assistant.answers.records import Finding, Variant

WORDS = 60
MORE_WORDS = 100
SAFETY_WORDS = 110  # an emergency text names every sign it is about
WORRY_WORDS = 12
LEAD_WORDS = 5
GRADE = 8.0
GRADED_FROM = 20  # words
BENEFIT_TOPICS = frozenset(
    f"faq_{name}"
    for name in "benefits pores oil acne rosacea sweating fine_lines lifting evidence".split()
)
_BENEFIT = re.compile(
    r"\b(smoother|tighter|firmer|younger|fresher|less (shine|shiny|oil|oily|sweat|redness|visible)"
    r"|(smaller|finer)( looking)? pores|soften(s|ed)?)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(risks?|side[- ]effects?|bruis\w+|bumps?|redness|swelling|headache|droop\w*|weak\w*|uneven"
    r"|(small|short|few|early|one|mixed|weak) (\w+ )?(stud(y|ies)|trials?|evidence|results?)|mixed"
    r"|off-label|unproven|no (\w+ )?(proof|change|effect|study|studies|difference|benefit)|fades?"
    r"|wears? off|temporary|subtle|modest|mild|slight(ly)?|limited|uncertain|unclear|varies|vary"
    r"|(will|does|do|did|is|are|has|have|was|were|can) ?not|cannot|n't|not (every|all|a|an|for|in)"
    r"|less (sure|certain|clear)|little|deep\w* (lines?|creases?|folds?|wrinkles?))\b",
    re.IGNORECASE,
)
_WHO = (
    r"(clinic|clinicians?|doctors?|providers?|nurses?|injectors?|pharmacists?|midwi\w+|surgeons?"
    r"|prescriber|practitioners?|dermatologists?|specialists?|professionals?|team|front desk|gp"
    r"|consultation|person who prescribed it|whoever prescribed it)"
)
# What the visitor is told to do, not what "you will see" or "clinics ask" describes.
_TOLD = r"(?<!you )(?<!will )(?<!may )(?<!people )(?<!clinics )(?<!clinicians )\b"
_DECIDES = r"(decide|tell|advise|assess|judge|say|quote|confirm|answer)"
_REFERRAL = re.compile(
    rf"{_TOLD}(ask|call|contact|phone|ring|speak (to|with)|talk (to|with)|see|consult|write to"
    rf"|(check|discuss|talk)( it| this| that)?( over| through)? with) (\w+ ){{0,3}}{_WHO}\b"
    rf"|{_TOLD}(ask|call|contact) (us\b|clinic\b|which|where|what|how|who|whether|about)"
    rf"|\b{_WHO} (can|will|must|should|has to|needs to) (\w+ )?{_DECIDES}\b"
    rf"|\b{_WHO} (decides?|advises|quotes|judges)\b|\bconsultation\b[^.;:]* decides\b|\bso ask\b"
    r"|\b(follow|go by|keep to) (\w+ ){0,2}(clinic's|our) (\w+ )?sheet\b"
    rf"|\blet (\w+ ){{1,6}}know\b",
    re.IGNORECASE,
)
_REFERS_FIRST = re.compile(
    r"(it|that|this) (all )?depends\b|please\b"
    r"|(always )?(ask|call|contact|consult|see|speak|talk|check with|discuss)\b"
    r"|you (should|can|could|will need to|need to|must) (ask|call|contact|consult|see|speak|talk)\b"
    rf"|(only )?(an?|the|your|our) (\w+ )?{_WHO} ((can|will|must|should|has to) )?{_DECIDES}s?\b"
    r"|(we|i) (recommend|suggest|advise)\b",
    re.IGNORECASE,
)
# Surnames that are ordinary words: in a label or answer they are far more likely just that.
_ORDINARY = frozenset(
    "Small Young Long Little Rose Park Brown White Black Rich Hand Day Skin".split()
)
_NAMES = {
    "micro_botox": r"micro-?botox",
    "standard_botox": r"(standard|regular|traditional|ordinary) botox",
    "baby_botox": r"baby botox",
    "microneedling": r"microneedling",
}


def refers(variant: Variant) -> bool:
    """Whether a wording sends the visitor to somebody else for the answer or part of it.

    "Tell the clinic about a lidocaine allergy" is advice, not a referral.
    """
    return any(is_referral(sentence) for sentence in sentences(variant.text))


def is_referral(sentence: str) -> bool:
    """Whether a sentence sends the visitor to somebody, or says that somebody else decides."""
    return _REFERRAL.search(sentence) is not None


def check_promises(project: Project) -> Iterator[Finding]:
    """Nothing visitors read promises anything."""
    for variant in project.content.variants:
        for text in variant.seen:
            for said, instead in promises(text):
                problem = f'{variant.called} says "{said}" as if it were so for everybody'
                yield _at(variant, problem, f"{instead}, or say in the same sentence that it is not so")
    for source in project.content.sources.values():
        for said, _ in promises(source.label):
            problem = f'the label of the source "{source.id}" says "{said}"'
            yield Finding(source.file, source.line, problem, "write a neutral label")


def check_balance(project: Project) -> Iterator[Finding]:
    """An answer about a benefit names a risk or a limit too."""
    for variant in project.answers:
        benefit = _BENEFIT.search(plain(variant.text))
        if not benefit and variant.topic not in BENEFIT_TOPICS:
            continue
        if not _LIMIT.search(plain(variant.text)):
            named = f' ("{benefit[0]}")' if benefit else ""
            problem = f'{variant.called} names a benefit{named} without a risk or a limit'
            mend = "add one, such as small studies, off-label, bruises, or that it fades"
            yield _at(variant, problem, mend)


def check_first_sentence(project: Project) -> Iterator[Finding]:
    """The first sentence answers and names its treatment."""
    for variant in project.answers:
        first = (sentences(variant.text) or [""])[0]
        if _REFERS_FIRST.match(first) or (is_referral(first) and len(sentences(variant.text)) == 1):
            problem = f'{variant.called} begins with a referral ("{_start(first)}")'
            yield _at(variant, problem, "state the fact first and refer at the end")
        name = _NAMES.get(variant.treatment)
        if name and not re.search(name, first, re.IGNORECASE):
            problem = f'the first sentence of {variant.called} does not name its treatment, '
            problem += f'{variant.treatment} ("{_start(first)}")'
            yield _at(variant, problem, "name it there, so that a misunderstanding shows")


def check_referrals(project: Project) -> Iterator[Finding]:
    """At most one sentence refers to somebody, and it is the last."""
    for variant in project.answers:
        said = sentences(variant.text)
        where = [place for place, sentence in enumerate(said) if is_referral(sentence)]
        if len(where) > 1:
            problem = f'{variant.called} refers to somebody {len(where)} times'
            yield _at(variant, problem, "keep one referral, at the end")
        elif where and where[0] != len(said) - 1:
            problem = f'{variant.called} refers to somebody before its last sentence '
            problem += f'("{_start(said[where[0]])}")'
            yield _at(variant, problem, "move that sentence to the end")


def check_length(project: Project) -> Iterator[Finding]:
    """Answers are short."""
    for variant in project.content.variants:
        most = {
            "text": SAFETY_WORDS if variant.kind == "safety" else WORDS,
            "more": MORE_WORDS,
            "worry": WORRY_WORDS,
            "lead": LEAD_WORDS,
        }
        for name, text in variant.wordings.items():
            count = len(words(text))
            if count > most[name]:
                what = "" if name == "text" else f' "{name}" of'
                problem = f'the{what} answer {variant.called} has {count} words'
                yield _at(variant, problem, f"shorten it to {most[name]}")


def check_plain_language(project: Project) -> Iterator[Finding]:
    """Answers can be read by a thirteen-year-old; a grade means little for a few words."""
    for variant in project.content.variants:
        if any(name == "language" for name, _ in variant.condition):
            continue  # said in the visitor's language
        for name in ("text", "more"):
            level = grade(variant.wordings.get(name, ""))
            if level > GRADE and len(words(variant.wordings[name])) >= GRADED_FROM:
                problem = f'{variant.called} ({name}) reads like school grade {level:.1f}'
                mend = f"use shorter sentences and words, at most grade {GRADE:.0f}"
                yield _at(variant, problem, mend)


def check_names(project: Project) -> Iterator[Finding]:
    """No real clinic, doctor, hospital or magazine is named to visitors."""
    # one pattern for all: a search for each name in each text took most of the check's time
    longest_first = sorted(_known_names(project), key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})\b")
    shown = [(item.file, item.line, item.called, item.seen)
             for item in project.content.variants]  # fmt: skip
    shown += [(source.file, source.line, f'the label of "{source.id}"', (source.label,))
              for source in project.content.sources.values()]  # fmt: skip
    pages = [(page.file, 1, "this page", (page.text,)) for page in project.pages]
    for file, line, what, texts in [*shown, *pages]:
        for text in texts:
            named = set(project.prints.named(text)) if project.prints else set()
            if what != "this page":
                named |= set(pattern.findall(text))
            for name in sorted(named):
                problem = f'{what} names "{name}", which visitors must not read'
                yield Finding(file, line, problem, "say what kind of source it is")


def _known_names(project: Project) -> set[str]:
    """Authors, and publishers that are a clinic, a hospital, a journal or a magazine."""
    names: set[str] = set()
    for source in project.content.sources.values():
        if source.tier in "PHC" and len(source.publisher) > 3:
            names.add(source.publisher)
        for author in re.split(r",|;| and | et al\.?", source.authors):
            surname = re.sub(r"\b[A-Z]{1,3}\b\.?", "", author).strip(" .")
            if len(surname) > 3 and surname not in _ORDINARY and len(normal(surname)) <= 3:
                names.add(surname)
    return names


def _start(sentence: str) -> str:
    start = " ".join(sentence.split()[:6])
    return start if start == sentence else f"{start} ..."


def _at(variant: Variant, problem: str, mend: str) -> Finding:
    return Finding(variant.file, variant.line, problem, mend)


CHECKS = (
    check_promises,
    check_balance,
    check_first_sentence,
    check_referrals,
    check_length,
    check_plain_language,
    check_names,
)
