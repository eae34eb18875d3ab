"""Checks of how an answer is built and whether every topic has what it needs."""

import re
from collections.abc import Iterator

from assistant.answers.project import BUTTONS as BUTTON_FILE
from assistant.answers.project import Project
from assistant.answers.reading import meant
from assistant.answers.records import ANSWER_KINDS, TREATMENTS, Finding, Variant
from assistant.answers.subjects import CONDITION, bare

BUTTON_LETTERS = 24
BUTTONS = (2, 3)
TREATMENT_TOPICS = frozenset(
    f"faq_{name}"
    for name in (
        "pain downtime onset duration how_it_works areas side_effects maintenance fine_lines "
        "approved"
    ).split()
)
METADATA = frozenset(
    "topic treatment facts version worry lead figure more kind card offer offers asks wants".split()
)
_IN_FORM = "utter_ask_booking_form"
FIGURES = frozenset({"skin_depth"})
# clinic.yml must give these, or has a default for them; the others may be empty.
ALWAYS_SET = frozenset(
    "clinic phone hours opening emergency_number crisis_line privacy_url answer_within "
    "minimum_age chats_days bookings_days languages".split()
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LINK = re.compile(r"\]\(([^)]*)\)")
_TYPED_NUMBER = re.compile(r"\+?\(?\b\d{3,5}\)?[-. ]\d{3}[-. ]?\d{3,4}\b|\b(911|999|112|000|988)\b")
# What the answer voice knows of the turn, beside slots and the clinic's settings.
_TURN = frozenset("reason language misses close worry focus_topic kind_asked".split()) | {CONDITION}
# What actions and the voice hand over with a response.
_HANDED_OVER = frozenset({"sources", "reviewed"})


def check_topics(project: Project) -> Iterator[Finding]:
    """Every FAQ and clinic topic of domain.yml has an answer, a rule and phrases."""
    answered = {variant.topic for variant in project.content.variants}
    # an answer is not missing when its file could not be read: that was told already
    whole = not any(finding.file.startswith("data/responses") for finding in project.findings)
    for intent, line in project.intents.items():
        if not intent.startswith(("faq_", "clinic_")):
            continue
        if whole and intent not in answered:
            mend = f'write "utter_{intent}" in data/responses'
            yield Finding("domain.yml", line, f'the topic "{intent}" has no answer', mend)
        if project.rules is not None and intent not in project.rules:
            mend = f"add a rule to data/rules: intent {intent}, action utter_{intent}"
            yield Finding("domain.yml", line, f'the topic "{intent}" has no rule', mend)
        if project.phrases is not None and not project.phrases.get(intent):
            mend = "add some to data/nlu, as visitors would type them"
            yield Finding("domain.yml", line, f'the topic "{intent}" has no phrases', mend)
    for variant in project.content.variants:
        about = variant.topic.startswith(("faq_", "clinic_"))
        if about and project.intents and variant.topic not in project.intents:
            problem = f'{variant.called} answers a topic that domain.yml does not list'
            yield _at(variant, problem, "correct the name or add the topic to domain.yml")


def check_variants(project: Project) -> Iterator[Finding]:
    """The last wording has no condition, the others have, and none hides another."""
    groups: dict[str, list[Variant]] = {}
    for variant in project.content.variants:
        groups.setdefault(variant.response, []).append(variant)
    for response, group in groups.items():
        if group[-1].condition:
            problem = f'the last wording of "{response}" has a condition, so some get no answer'
            yield _at(group[-1], problem, "add a last wording without a condition")
        for variant in group[:-1]:
            if not variant.condition:
                problem = f'a wording of "{response}" without a condition hides those after it'
                yield _at(variant, problem, "move it to the end")
        keys = [variant.key for variant in group]
        for place, variant in enumerate(group):
            if variant.condition and variant.key in keys[:place]:
                problem = f'"{response}" has two wordings for the same condition'
                yield _at(variant, problem, "keep one, the second is never shown")
        spoken = {value for item in group for name, value in item.condition if name == "treatment"}
        mistyped = spoken - set(TREATMENTS)  # told by its own check
        # the wording without a condition is the one for micro-Botox
        missing = set(TREATMENTS) - spoken - {"micro_botox"}
        if group[0].topic in TREATMENT_TOPICS and not mistyped:
            for treatment in sorted(missing):
                problem = f'"{group[0].topic}" has no wording for {treatment}, where the truth differs'
                yield _at(group[0], problem, f"add one on the condition treatment = {treatment}")


def check_conditions(project: Project) -> Iterator[Finding]:
    """A condition asks for a slot or a setting that exists."""
    for variant in project.content.variants:
        for name, value in variant.condition:
            known = name in project.slots or name in project.conditions or name in _TURN
            if not known and project.slots and project.conditions:
                problem = f'a condition of {variant.called} asks for "{name}", which is neither'
                problem += f" a slot nor a setting{meant(name, {*project.slots, *project.conditions, *_TURN})}"
                mend = "correct it, or add the slot to domain.yml"
                yield _at(variant, problem, mend)
            if name == "treatment" and value not in TREATMENTS:
                problem = f'a condition of {variant.called} asks for the unknown treatment '
                problem += f'"{value}"{meant(str(value), TREATMENTS)}'
                yield _at(variant, problem, f"use one of {', '.join(TREATMENTS)}")


def check_subjects(project: Project) -> Iterator[Finding]:
    """A wording on a subject lists the words that name it, and no word names two subjects."""
    named: dict[tuple[str, str], str] = {}
    listed = {
        (item.response, dict(item.condition)[CONDITION])
        for item in project.content.variants
        if item.metadata.get("asks") and CONDITION in dict(item.condition)
    }
    for variant in project.content.variants:
        subject = dict(variant.condition).get(CONDITION)
        asks = variant.metadata.get("asks")
        if asks is None and subject is None:
            continue
        if subject is None:
            problem = f'{variant.called} lists words under asks but stands under no subject'
            mend = "add the condition subject, or take asks away"
            yield _at(variant, problem, mend)
        elif (variant.response, subject) not in listed:
            problem = f'nothing says how visitors name the subject "{subject}" of {variant.called}'
            yield _at(variant, problem, "list the words under metadata, asks")
        for phrase in asks if isinstance(asks, list) else ():
            known = named.setdefault((variant.response, bare(str(phrase))), str(subject))
            if known != str(subject):
                problem = f'the word "{phrase}" names two subjects of {variant.called}, '
                problem += f'"{known}" and "{subject}"'
                yield _at(variant, problem, "keep it for one of them")


def check_metadata(project: Project) -> Iterator[Finding]:
    """What stands under `metadata` is known and fits the answer."""
    for variant in project.content.variants:
        data, name = variant.metadata, f'{variant.called}'
        about = variant.topic.startswith(("faq_", "clinic_"))
        for key in sorted(set(data) - METADATA):
            mend = f"it may have: {', '.join(sorted(METADATA))}"
            problem = f'{name} has the unknown metadata "{key}"{meant(key, METADATA)}'
            yield _at(variant, problem, mend)
        if about and data.get("topic") != variant.topic:
            problem = f'{name} says that its topic is "{data.get("topic")}"'
            yield _at(variant, problem, f"write topic: {variant.topic}")
        if variant.kind not in ANSWER_KINDS:
            mend = f"use one of {', '.join(ANSWER_KINDS)}"
            yield _at(variant, f'{name} is of the unknown kind "{variant.kind}"', mend)
        if variant.treatment and variant.treatment not in TREATMENTS:
            problem = f'{name} speaks of the unknown treatment "{variant.treatment}"'
            yield _at(variant, problem, f"use one of {', '.join(TREATMENTS)}")
        asked = dict(variant.condition).get("treatment")
        if asked and variant.treatment and asked != variant.treatment:
            problem = f"{name} is shown for {asked} but says that it speaks of {variant.treatment}"
            yield _at(variant, problem, "make the two the same")
        if about and not data.get("lead"):
            mend = "add lead, a question of at most five words"
            yield _at(variant, f"{name} has no lead for when several questions are asked", mend)
        if not isinstance(data.get("version", 1), int):
            yield _at(variant, f"the version of {name} is not a number", "write version: 1")
        if data.get("figure") and data["figure"] not in FIGURES:
            problem = f'{name} shows the unknown figure "{data["figure"]}"'
            yield _at(variant, problem, f"use {', '.join(sorted(FIGURES))}")


def check_buttons(project: Project) -> Iterator[Finding]:
    """Buttons are few, short, and say their question in words."""
    for variant in project.content.variants:
        name = f'{variant.called}'
        count = len(variant.buttons)
        if variant.topic == "widget_starters":
            continue  # the empty chat shows four starters
        if variant.kind == "answer" and variant.topic.startswith("faq_"):
            if not BUTTONS[0] <= count <= BUTTONS[1]:
                many = "no button" if not count else f"{count} button{'s' if count > 1 else ''}"
                yield _at(variant, f"{name} has {many}", "give it two or three")
        elif count > BUTTONS[1]:
            yield _at(variant, f"{name} has {count} buttons", "give it three at most")
        if len({button.title for button in variant.buttons}) < count:
            yield _at(variant, f"{name} has two buttons with one title", "rename one of them")
        for button in variant.buttons:
            if not button.title or len(button.title) > BUTTON_LETTERS:
                problem = f'a button of {name}, "{button.title}", has {len(button.title)} letters'
                yield _at(variant, problem, f"give it 1 to {BUTTON_LETTERS}")
            if not re.match(r"[A-Za-z\"']", button.payload):
                problem = f'a button of {name} says "{button.payload}", which is no question'
                yield _at(variant, problem, "write what the visitor would ask, in words")


def check_button_words(project: Project) -> Iterator[Finding]:
    """What a button says is listed with the topic that answers it, and a rule answers that topic."""
    if project.buttons is None:
        return  # the file could not be read, which was said already
    offered: set[str] = set()
    for variant in project.content.variants:
        if variant.response.startswith(_IN_FORM):
            continue  # these answer the form's own question
        for button in variant.buttons:
            offered.add(button.payload)
            if button.payload not in project.buttons:
                problem = f'a button of {variant.called} says "{button.payload}", which {BUTTON_FILE} does not list'
                problem += meant(button.payload, project.buttons)
                yield _at(variant, problem, "list it there with the topic that answers it, or use listed words")
    whole = not any(finding.file.startswith("data/responses") for finding in project.findings)
    for words, (topic, line) in project.buttons.items():
        if whole and words not in offered:
            problem = f'no button says "{words}"'
            yield Finding(BUTTON_FILE, line, problem, "take it out, or correct it to the words of the button")
        if project.intents and topic not in project.intents:
            problem = f'"{words}" belongs to "{topic}", which is no topic{meant(topic, project.intents)}'
            yield Finding(BUTTON_FILE, line, problem, "write a topic of domain.yml")
        elif project.rules is not None and topic not in project.rules:
            problem = f'"{words}" belongs to "{topic}", which no rule answers'
            yield Finding(BUTTON_FILE, line, problem, "write a topic that data/rules answers")


def check_placeholders(project: Project) -> Iterator[Finding]:
    """Each {word} can be filled in, also by a clinic that sets nothing optional."""
    known = project.placeholders
    if known is None:
        return
    for variant in project.content.variants:
        for text in variant.seen:
            for name in _PLACEHOLDER.findall(text):
                if name not in known and name not in project.slots | _HANDED_OVER:
                    problem = f'{variant.called} has the unknown placeholder "{{{name}}}"'
                    problem += meant(name, known)
                    mend = "use a word that clinic.yml fills in, or a slot of domain.yml"
                    yield _at(variant, problem, mend)
                elif name in known and name not in ALWAYS_SET and not _guarded(variant, name):
                    problem = f'{variant.called} uses "{{{name}}}", which a clinic may not set'
                    mend = f"put it under the condition profile_{name}_set = true"
                    yield _at(variant, problem, mend)


def _guarded(variant: Variant, name: str) -> bool:
    return (f"profile_{name}_set", True) in variant.condition


def check_links_and_numbers(project: Project) -> Iterator[Finding]:
    """Phone numbers come from clinic.yml, links go to publishers."""
    known = {source.url for source in project.content.sources.values() if source.link}
    for variant in project.content.variants:
        for text in variant.seen:
            for number in _TYPED_NUMBER.finditer(text):
                problem = f'{variant.called} has the phone number {number[0]} typed in'
                mend = "use {phone}, {emergency_number} or {crisis_line}"
                yield _at(variant, problem, mend)
            for target in _LINK.findall(text):
                if not _PLACEHOLDER.fullmatch(target) and target not in known:
                    problem = f'{variant.called} links to {target}, which is no known source'
                    yield _at(variant, problem, "link to a source with link: true")


def _at(variant: Variant, problem: str, mend: str) -> Finding:
    return Finding(variant.file, variant.line, problem, mend)


CHECKS = (
    check_topics,
    check_variants,
    check_conditions,
    check_subjects,
    check_metadata,
    check_buttons,
    check_button_words,
    check_placeholders,
    check_links_and_numbers,
)
