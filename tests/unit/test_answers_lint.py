"""Each kind of mistake, planted in a small whole project, is told with its file and line."""

import hashlib
import shutil
from pathlib import Path

import pytest

from assistant.answers.fingerprints import fingerprint_files
from assistant.answers.lint import fingerprint_articles, run_check

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = "data/responses/answers.yml"
BUTTONS = "data/buttons.yml"
FACTS = "knowledge/facts.yml"
SOURCES = "knowledge/sources.yml"
ARTICLE = (
    "On a grey Tuesday our writer Ottoline Farrowby tried the drops in her cheeks and saw the "
    "shine on her nose fade after nine days of patient waiting while her sister kept asking why "
    "anybody would pay for tiny needles at all when soap and a towel do nearly the same job."
)
SOURCE_TEXT = """\
L1:
  kind: Drug label
  tier: L
  label: Drug label of the medicine
  title: Prescribing information
  read: section 2
  date: 2024-10-18
  url: https://label.example/pi
  link: true
P1:
  kind: Study
  tier: P
  label: Study of pores in 20 people
  title: Pores and drops
  authors: Marchbanks T, Quill A
  publisher: Annals of Drops
  read: abstract
"""
FACT_TEXT = """\
facts:
  duration.micro:
    treatment: micro_botox
    statement: Micro-Botox lasts 3 to 4 months.
    figures: [{value: 3 to 4, unit: months}]
    agreement: varies
    evidence:
      - {source: P1, quote: lasted three to four months}
      - {source: L1, locator: section 2}
  pain.micro:
    treatment: micro_botox
    statement: Micro-Botox stings for some minutes.
    agreement: single
    evidence: [{source: S000, quote: tiny needles}]
claims:
"""
ANSWER_TEXT = """\
version: "3.1"
responses:
  utter_faq_pores:
    - text: >-
        Micro-Botox may make pores look less open for three to four months.
        Studies are small and mixed. Ask the clinic how it does it.
      buttons:
        - {title: "Does it hurt?", payload: "Does it hurt?"}
        - {title: How it works, payload: "How does it work?"}
      metadata: {topic: faq_pores, treatment: micro_botox, facts: [duration.micro], lead: "Pores?"}
  utter_faq_pain:
    - condition: [{type: slot, name: treatment, value: standard_botox}]
      text: Standard Botox feels like quick pinches.
      buttons:
        - {title: Numbing, payload: "How is it numbed?"}
        - {title: How it works, payload: "How does it work?"}
      metadata: {topic: faq_pain, treatment: standard_botox, facts: [pain.micro], lead: "Pain?"}
    - condition: [{type: slot, name: treatment, value: baby_botox}]
      text: Baby Botox feels like quick pinches.
      buttons:
        - {title: Numbing, payload: "How is it numbed?"}
        - {title: How it works, payload: "How does it work?"}
      metadata: {topic: faq_pain, treatment: baby_botox, facts: [pain.micro], lead: "Pain?"}
    - condition: [{type: slot, name: treatment, value: microneedling}]
      text: Microneedling feels warm.
      buttons:
        - {title: Numbing, payload: "How is it numbed?"}
        - {title: How it works, payload: "How does it work?"}
      metadata: {topic: faq_pain, treatment: microneedling, facts: [pain.micro], lead: "Pain?"}
    - text: Micro-Botox stings for some minutes, and small bruises can follow.
      buttons:
        - {title: Numbing, payload: "How is it numbed?"}
        - {title: How it works, payload: "How does it work?"}
      metadata: {topic: faq_pain, treatment: micro_botox, facts: [pain.micro], lead: "Pain?"}
  utter_clinic_hours:
    - text: We are {opening}.
      metadata: {topic: clinic_hours, kind: clinic, lead: "Open?"}
"""
RULES = "".join(
    f"- rule: {name}\n  steps: [{{intent: {name}}}, {{action: utter_{name}}}]\n"
    for name in ("faq_pores", "faq_pain", "clinic_hours")
)
PHRASES = "".join(
    f"- intent: {name}\n  examples: |\n    - one\n    - two\n"
    for name in ("faq_pores", "faq_pain", "clinic_hours")
)
BUTTON_WORDS = """\
Does it hurt?: faq_pain
How does it work?: faq_pores
How is it numbed?: faq_pain
"""
DOMAIN = """\
version: "3.1"
intents:
- faq_pores
- faq_pain
- clinic_hours
slots:
  treatment: {type: text}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A whole project in which nothing is wrong."""
    root = tmp_path / "project"
    for folder in ("knowledge", "data/responses", "data/rules", "data/nlu", "docs"):
        (root / folder).mkdir(parents=True)
    sources, claims, articles = SOURCE_TEXT, "", {}
    for name, count in (("S000", 24), ("S003", 28), ("S004", 18)):
        text = f"{ARTICLE} {name}"
        articles[name] = tmp_path / f"{name}.txt"
        articles[name].write_text(text)
        checksum = hashlib.sha256(text.encode()).hexdigest()
        sources += f"{name}:\n  kind: A clinic's article\n  tier: C\n  label: A clinic's page\n"
        sources += f"  title: {name}\n  read: whole article\n  sha256: {checksum}\n"
        for number in range(1, count + 1):
            claims += f"  - {{id: {name}.{number}, article: {name}, line: 1, not_used: a story}}\n"
    (root / SOURCES).write_text(sources)
    (root / FACTS).write_text(FACT_TEXT + claims)
    (root / ANSWERS).write_text(ANSWER_TEXT)
    (root / "data/rules/rules.yml").write_text(f"rules:\n{RULES}")
    (root / "data/nlu/nlu.yml").write_text(f"nlu:\n{PHRASES}")
    (root / "data/buttons.yml").write_text(BUTTON_WORDS)
    (root / "domain.yml").write_text(DOMAIN)
    (root / "README.md").write_text("# A project\n\nNothing here.\n")
    shutil.copy(ROOT / "clinic.yml", root / "clinic.yml")
    fingerprint_files(root, articles, names=["Ottoline Farrowby"])
    return root


def _plant(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new, 1))


def _line_of(file: Path, words: str) -> int:
    lines = file.read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_a_project_without_mistakes_passes(project: Path) -> None:
    report = run_check(project)
    assert [str(finding) for finding in report.findings] == []
    assert report.ok
    assert report.seconds < 5
    assert "1 of 5 answers refer to somebody (20%)" in "\n".join(report.summary)


PORES = "Micro-Botox may make pores look less open for three to four months."
# Where a finding must point: the line of the file, as it was, that holds these words.
AT_PORES, AT_PAIN, AT_HOURS = "- text: >-", "- text: Micro-Botox stings", "- text: We are"
AT_STANDARD, AT_PAIN_FACT = "- condition: [{type: slot, name: treatment", "  pain.micro:"
# name: (file, words replaced, by what, where it must be told, what must be told)
MISTAKES = {
    "a fact that does not exist": (
        ANSWERS, "[duration.micro]", "[duration.mikro]", AT_PORES, "duration.mikro",
    ),
    "an answer without facts": (
        ANSWERS, "facts: [duration.micro]", "facts: []", AT_PORES, "cites no fact",
    ),
    "a source that does not exist": (
        FACTS, "{source: P1,", "{source: P9,", "source: P1", '"P9", which is missing',
    ),
    "evidence without words": (FACTS, ", locator: section 2", "", "source: L1", "does not say what"),
    "a figure that nothing carries": (
        FACTS, "agreement: single", "figures: [{value: 9, unit: days}]\n    agreement: single",
        AT_PAIN_FACT, '"9"',
    ),
    "a statement at odds with its figures": (
        FACTS, "lasts 3 to 4 months", "lasts 3 to 5 months", "  duration.micro:",
        'says "3 to 5 months"',
    ),
    "an unknown agreement": (FACTS, "agreement: single", "agreement: sure", AT_PAIN_FACT, '"sure"'),
    "a quote that is too long": (
        FACTS, "quote: lasted three to four months", "quote: a b c d e f g h i j k l m", "source: P1",
        "13 words",
    ),
    "a quote that the article does not hold": (
        FACTS, "quote: tiny needles", "quote: a blue Tuesday our writer tried the drops in",
        "quote: tiny", "not in the article",
    ),
    "a figure of no cited fact": (
        ANSWERS, "three to four months", "three to five months", AT_PORES, "three to five months",
    ),
    "a unit of no cited fact": (
        ANSWERS, "three to four months", "three to four weeks", AT_PORES, "three to four weeks",
    ),
    "words copied into an answer": (
        ANSWERS, "Studies are small and mixed.",
        "Studies are mixed: the shine on her nose fade after nine days.", AT_PORES,
        "eight words in a row",
    ),
    "words copied into a fact": (
        FACTS, "Micro-Botox stings for some minutes.", "Saw the shine on her nose fade after nine.",
        AT_PAIN_FACT, "eight words in a row",
    ),
    "words copied into the README": (
        "README.md", "Nothing here.", "Why anybody would pay for tiny needles at all.", "Nothing here",
        "eight words in a row",
    ),
    "a promise": (ANSWERS, "small bruises can follow", "it is safe", AT_PAIN, '"safe"'),
    "a promise on a button": (
        ANSWERS, "title: Numbing", "title: Painless care", AT_STANDARD, '"Painless"',
    ),
    "a benefit without a limit": (
        ANSWERS, "Studies are small and mixed. ", "", AT_PORES, "without a risk or a limit",
    ),
    "a referral first": (ANSWERS, PORES, "It depends. " + PORES, AT_PORES, "begins with a referral"),
    "a first sentence without the treatment": (
        ANSWERS, PORES, PORES.replace("Micro-Botox", "It"), AT_PORES, "does not name",
    ),
    "two referrals": (
        ANSWERS, "Studies are small", "Call the clinic. Studies are small", AT_PORES, "2 times",
    ),
    "a referral in the middle": (
        ANSWERS, "Studies are small and mixed. Ask the clinic how it does it.",
        "Ask the clinic how it does it. Studies are small and mixed.", AT_PORES,
        "before its last sentence",
    ),
    "a long answer": (
        ANSWERS, "Studies are small", "word " * 60 + "Studies are small", AT_PORES, "shorten it to 60",
    ),
    "hard words": (
        ANSWERS, "Studies are small and mixed.",
        "Investigational dermatological documentation necessarily demonstrates considerable heterogeneity.",
        AT_PORES, "school grade",
    ),
    "a doctor's name": (
        ANSWERS, "the clinic how", "Ottoline Farrowby how", AT_PORES, '"ottoline farrowby"',
    ),
    "an author's name": (
        ANSWERS, "Studies are small", "Studies by Marchbanks are small", AT_PORES, '"Marchbanks"',
    ),
    "a journal's name": (
        SOURCES, "label: Study of pores", "label: Annals of Drops", "P1:", '"Annals of Drops"',
    ),
    "a source of the wrong kind": (SOURCES, "kind: Study", "kind: Hospital", "P1:", 'tier "P"'),
    "a link without an address": (
        SOURCES, "  url: https://label.example/pi\n", "", "L1:", "no web address",
    ),
    "a link that names a clinic": (
        SOURCES, "label: A clinic's page\n", "label: A clinic's page\n  link: true\n  url: https://a.example\n",
        "S000:", "whose address names it",
    ),
    "a fact for show": (
        FACTS, "  pain.micro:", "  pain.idle:\n    treatment: any\n    statement: It stings.\n"
        "    agreement: single\n    evidence: [{source: P1, locator: abstract}]\n  pain.micro:",
        AT_PAIN_FACT, 'rests on the fact "pain.idle"',
    ),
    "a source for show": (
        SOURCES, "P1:", "P2: {kind: Study, tier: P, label: A study, title: More, read: abstract}\nP1:", "P1:",
        'rests on the source "P2"',
    ),
    "a subject without words": (
        ANSWERS, "name: treatment, value: standard_botox", "name: subject, value: beard", AT_STANDARD,
        'how visitors name the subject "beard"',
    ),
    "words of no subject": (
        ANSWERS, "treatment: standard_botox, facts", "treatment: standard_botox, asks: [beard], facts",
        AT_STANDARD, "stands under no subject",
    ),
    "a date that is none": (SOURCES, "2024-10-18", "2024-13", "L1:", '"2024-13"'),
    "a date in the future": (SOURCES, "2024-10-18", "2924", "L1:", "in the future"),
    "an article that changed": (SOURCES, "  sha256: ", "  sha256: 0", "S000:", "fingerprints"),
    "a topic without an answer": (
        ANSWERS, "utter_clinic_hours:", "utter_hours:", "", '"clinic_hours" has no answer',
    ),
    "a topic without a rule": (
        "data/rules/rules.yml", "{intent: faq_pain}", "{intent: greet}", "", "has no rule",
    ),
    "a topic without phrases": (
        "data/nlu/nlu.yml", "intent: faq_pain", "intent: greet", "", "has no phrases",
    ),
    "a last wording with a condition": (
        ANSWERS, "- text: We are",
        "- condition: [{type: slot, name: open_now, value: true}]\n      text: We are", AT_HOURS,
        "some get no answer",
    ),
    "a wording that hides others": (
        ANSWERS, "- condition: [{type: slot, name: treatment, value: standard_botox}]\n      text:",
        "- text:", AT_STANDARD, "hides those after it",
    ),
    "no wording for standard Botox": (
        ANSWERS, "name: treatment, value: standard_botox", "name: open_now, value: true", AT_STANDARD,
        "no wording for standard_botox",
    ),
    "no wording for microneedling": (
        ANSWERS, "value: microneedling", "value: baby_botox", AT_STANDARD, "no wording for microneedling",
    ),
    "a condition on nothing": (
        ANSWERS, "name: treatment,", "name: tretment,", AT_STANDARD, '"tretment"',
    ),
    "an unknown treatment": (
        ANSWERS, "value: standard_botox", "value: big_botox", AT_STANDARD, '"big_botox"',
    ),
    "a wrong topic": (
        ANSWERS, "{topic: faq_pores", "{topic: faq_pain", AT_PORES, "write topic: faq_pores",
    ),
    "an unknown kind": (ANSWERS, "kind: clinic", "kind: klinic", AT_HOURS, '"klinic"'),
    "unknown metadata": (ANSWERS, 'lead: "Pores?"', 'laed: "Pores?"', AT_PORES, '"laed"'),
    "one button": (
        ANSWERS, '        - {title: "Does it hurt?", payload: "Does it hurt?"}\n', "", AT_PORES,
        "has 1 button;",
    ),
    "a long button": (
        ANSWERS, "title: \"Does it hurt", "title: \"Does it hurt very much indeed", AT_PORES, "letters",
    ),
    "a button that is a command": (
        ANSWERS, 'payload: "Does it hurt?"', 'payload: /faq_pain', AT_PORES, "/faq_pain",
    ),
    "two buttons with one title": (
        ANSWERS, "title: How it works", 'title: "Does it hurt?"', AT_PORES, "two buttons with one title",
    ),
    "a button that is not listed": (
        ANSWERS, 'payload: "Does it hurt?"', 'payload: "Does it hurts?"', AT_PORES,
        'does not list (did you mean "Does it hurt?"?)',
    ),
    "listed words of no button": (
        BUTTONS, "Does it hurt?:", "Does it sting?: faq_pain\nDoes it hurt?:", "Does it hurt?",
        'no button says "Does it sting?"',
    ),
    "a button for no topic": (
        BUTTONS, "hurt?: faq_pain", "hurt?: faq_pane", "Does it hurt?", 'no topic (did you mean "faq_pain"?)',
    ),
    "a button for a topic without a rule": (
        "data/rules/rules.yml", "{intent: faq_pores}", "{intent: greet}", None, "which no rule answers",
    ),
    "two wordings for one condition": (
        ANSWERS, "value: baby_botox", "value: standard_botox", "value: baby_botox",
        "two wordings for the same condition",
    ),
    "an unknown figure": (
        ANSWERS, 'lead: "Pores?"', 'lead: "Pores?", figure: skin_deep', AT_PORES, 'unknown figure "skin_deep"',
    ),
    "a missing lead": (ANSWERS, ', lead: "Pores?"', "", AT_PORES, "has no lead"),
    "a version that is no number": (
        ANSWERS, 'lead: "Pores?"', 'lead: "Pores?", version: two', AT_PORES, "is not a number",
    ),
    "an unknown placeholder": (ANSWERS, "{opening}", "{openning}", AT_HOURS, "{openning}"),
    "a placeholder a clinic may not set": (
        ANSWERS, "{opening}", "{parking}", AT_HOURS, "profile_parking_set",
    ),
    "a typed phone number": (ANSWERS, "We are {opening}", "Call (215) 555-0100", AT_HOURS, "typed in"),
    "a link to nowhere known": (
        ANSWERS, "We are {opening}.", "'We are [here](https://else.example).'", AT_HOURS,
        "else.example",
    ),
    "a missing claim": (FACTS, "  - {id: S000.1,", "  - {id: S000.2,", "id: S000.2,", "listed twice"),
    "a claim left open": (
        FACTS, "not_used: a story", "not_used: null", "id: S000.1,", "what became of it",
    ),
    "a claim of no fact": (
        FACTS, "not_used: a story", "used: [pain.other]", "id: S000.1,", "pain.other",
    ),
    "an unknown key": (
        FACTS, "agreement: single", "agreement: single\n    agrement: single", "source: S000",
        '"agrement"',
    ),
    "broken YAML": (ANSWERS, "text: We are {opening}.", "text: 'We are", AT_HOURS, "cannot be read from"),
    "a response written twice": (
        ANSWERS, "utter_clinic_hours:", "utter_faq_pain:", "  utter_clinic_hours", '"utter_faq_pain" is written twice',
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_told_with_its_place(project: Path, mistake: str) -> None:
    file, old, new, at, says = MISTAKES[mistake]
    line = _line_of(project / file, at or "")
    _plant(project, file, old, new)
    told = [finding for finding in run_check(project).findings if says in str(finding)]
    assert told, [str(finding) for finding in run_check(project).findings]
    where = {(finding.file, finding.line) for finding in told}
    if at:
        assert (file, line) in where
    elif at is None:
        assert {name for name, _ in where} == {BUTTONS}
    else:
        assert {name for name, _ in where} == {"domain.yml"}


@pytest.mark.parametrize("file", [BUTTONS, FACTS, SOURCES, "domain.yml", "clinic.yml", "knowledge/fingerprints.json"])
def test_a_missing_file_is_one_finding_and_no_crash(project: Path, file: str) -> None:
    (project / file).unlink()
    report = run_check(project)
    assert any(finding.file == file for finding in report.findings)


@pytest.mark.parametrize("folder", ["data/rules", "data/nlu", "data/responses"])
def test_a_missing_folder_is_told_without_a_finding_for_each_topic(project: Path, folder: str) -> None:
    shutil.rmtree(project / folder)
    told = [finding for finding in run_check(project).findings if finding.file == folder]
    assert len(told) == 1


def test_a_word_that_names_two_subjects_is_told(project: Path) -> None:
    wording = (
        "    - condition: [{type: slot, name: subject, value: SUBJECT}]\n      text: We are {opening}.\n"
        '      metadata: {topic: clinic_hours, kind: clinic, lead: "Open?", asks: [Late-night]}\n'
    )
    two = wording.replace("SUBJECT", "evening") + wording.replace("SUBJECT", "night")
    _plant(project, ANSWERS, "  utter_clinic_hours:\n", f"  utter_clinic_hours:\n{two}")
    (finding,) = run_check(project).findings
    assert "\"Late-night\" names two subjects" in str(finding)


def test_too_much_quoted_from_one_article_is_told(project: Path) -> None:
    quotes = ["tried the drops in her cheeks", "saw the shine on her nose"]
    entries = "".join(f"      - {{source: S003, quote: {quote}}}\n" for quote in quotes)
    _plant(project, FACTS, "      - {source: L1, locator: section 2}\n", entries)
    assert any('words of "S003" are quoted' in str(item) for item in run_check(project).findings)


def test_a_signature_under_a_name_that_is_gone_is_told(project: Path) -> None:
    entry = "utter_faq_gone: {by: A Person, on: 2026-01-01, until: 2026-09-01, text_sha: abc}\n"
    (project / "knowledge/signatures.yml").write_text(entry)
    assert any("no answer any more" in str(item) for item in run_check(project).findings)


def test_a_finding_is_one_sentence_with_file_line_and_mend(project: Path) -> None:
    _plant(project, ANSWERS, "three to four months", "five months")
    (finding,) = run_check(project).findings
    assert str(finding) == (
        f'{ANSWERS}:4: "faq_pores" says "five months", but no fact it cites holds that figure '
        "(they hold: 3 to 4 months); correct the figure, or cite the fact that has it."
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "meant"),
    [
        (ANSWERS, "[duration.micro]", "[duration.mikro]", "duration.micro"),
        (ANSWERS, "{opening}", "{openning}", "opening"),
        (ANSWERS, 'lead: "Pores?"', 'laed: "Pores?"', "lead"),
        (ANSWERS, "value: standard_botox", "value: standart_botox", "standard_botox"),
    ],
)
def test_a_mistyped_name_is_met_with_the_one_that_was_meant(
    project: Path, file: str, old: str, new: str, meant: str
) -> None:
    _plant(project, file, old, new)
    assert any(f'did you mean "{meant}"?' in str(finding) for finding in run_check(project).findings)


@pytest.mark.parametrize(
    "mistake", ["a fact that does not exist", "a source that does not exist", "broken YAML", "an unknown kind"]
)
def test_one_mistake_is_not_told_as_another_elsewhere(project: Path, mistake: str) -> None:
    file, old, new, *_ = MISTAKES[mistake]
    _plant(project, file, old, new)
    told = run_check(project).findings
    assert {finding.file for finding in told} == {file}, [str(finding) for finding in told]
    assert not any("take it out" in str(finding) for finding in told)


def test_fingerprints_are_written_anew_from_the_same_articles(project: Path) -> None:
    kept = (project / "knowledge/fingerprints.json").read_text()
    articles = [project.parent / f"{name}.txt" for name in ("S000", "S003", "S004")]
    fingerprint_articles(project, articles)
    assert (project / "knowledge/fingerprints.json").read_text() == kept


def test_a_text_that_is_no_article_is_refused(project: Path) -> None:
    with pytest.raises(LookupError, match=r"README\.md is no article"):
        fingerprint_articles(project, [project / "README.md"])
