"""The quality report: docs/quality.md for readers of the repository, one HTML page for everybody else.

Both are written from the same blocks; the page holds every mistake, the file the worst ones.
"""
from __future__ import annotations

import base64
import datetime as dt
import html
import re
from collections import Counter
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, Sequence, Union

from assistant.nlu.intents import FALLBACK, OUT_OF_SCOPE, RED_FLAG
from benchmarks import judging, pictures
from benchmarks.calibration import bins
from benchmarks.judging import REFUSALS, Judged, share

WORST = 30
FALSE_ALARMS = 6  # of the worst mistakes at most, unless there is room: they cost little
LONGEST = 300  # characters of a message that are shown


class Words(NamedTuple):
    """A heading, a paragraph or an item of a list."""

    kind: str  # h1 | h2 | p | li
    text: str


class Table(NamedTuple):
    """A table; its first column is words, the others figures."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    folded: str = ""  # a line behind which it is hidden


class Picture(NamedTuple):
    """A drawing with what it shows in words."""

    name: str
    shows: str
    svg: str


Block = Union[Words, Table, Picture]


def blocks(
    judged: Sequence[Judged], *, milliseconds: float, threshold: float | None, leads: dict[str, str], most: int
) -> list[Block]:
    """The report, in order.

    Args:
        judged: all messages of all sets.
        milliseconds: median for one message.
        threshold: confidence from which the bot answers.
        leads: a topic in a visitor's words, where there are some.
        most: mistakes shown.
    """
    said = _speaker(leads)
    return [
        *_summary(judged), *_groups(judged, milliseconds), *_sureness(judged, threshold), *_questions(judged),
        *_mistakes(judged, said, most), *_intents(judged, said),
    ]


def _speaker(leads: dict[str, str]) -> Callable[[str], str]:
    own = {
        RED_FLAG: "a worrying symptom", OUT_OF_SCOPE: "not covered here", FALLBACK: "not sure",
        "book_appointment": "I'd like to book", "follow_up": "a follow-up", **leads,
    }
    return lambda intent: own.get(intent, intent.removeprefix("faq_").replace("_", " "))


def _summary(judged: Sequence[Judged]) -> Iterator[Block]:
    found = judging.figures(judged)
    sets = Counter(one.set for one in judged)
    names = ", ".join(f"{name} ({count})" for name, count in sets.items())
    yield Words("h1", "How well questions are understood")
    yield Words("p", f"Measured {dt.date.today():%d %B %Y} on {len(judged)} messages the assistant has never seen: "
                     f"{names}. This page is written by `make bench`.")
    if any(one.in_scope for one in judged):
        yield Words("li", f"Of 100 questions it should answer, {found['right_in_scope']:.0f} get the right answer, "
                          f"{found['wrong_in_scope']:.0f} a wrong one, and {found['refused_in_scope']:.0f} an honest "
                          "\"not sure\".")
    if any(one.out_of_scope for one in judged):
        yield Words("li", f"Of 100 messages about something else, {found['refused_out_of_scope']:.0f} get no answer, "
                          "as they should.")
    if any(one.safety for one in judged):
        plain = [one for one in judged if not one.safety and not one.lookalike]
        yield Words("li", f"Of 100 worrying symptoms, {found['alarms_found']:.0f} get the emergency text. Of 1000 "
                          f"ordinary messages, {10 * share(plain, lambda one: one.false_alarm):.0f} get it without "
                          "need" + (f", and of 100 written to sound like a symptom, "
                                    f"{found['false_alarms_lookalikes']:.0f}." if any(
                                        one.lookalike for one in judged) else "."))
    if any(one.several for one in judged):
        yield Words("li", "Of 100 messages with two or three questions, "
                          f"{found['all_parts_answered']:.0f} get every one of them answered.")
    yield Words("li", "When it says how sure it is, it is off by "
                      f"{found['calibration_error']:.1f} points of 100 on average.")


def _groups(judged: Sequence[Judged], milliseconds: float) -> Iterator[Block]:
    yield Words("h2", "Figures")
    yield Words("p", "*Right*: what it took the message for is one of the topics a careful front-desk nurse would "
                     "accept. *Wrong*: it gave another answer. *Refused*: it said \"not sure\", or that this is "
                     "not covered. For messages it should not answer, refusing is right.")
    groups = {
        "should be answered": [one for one in judged if one.in_scope],
        "about something else": [one for one in judged if one.out_of_scope],
        "worrying symptoms": [one for one in judged if one.safety],
    }
    yield Table(("messages that", "number", "right %", "wrong %", "refused %"), [
        (name, str(len(rows)), *(_percent(share(rows, lambda one, v=verdict: one.verdict == v))
                                 for verdict in ("right", "wrong", "refused")))
        for name, rows in groups.items() if rows
    ])
    sets = {name: [one for one in judged if one.set == name] for name in dict.fromkeys(one.set for one in judged)}
    heads = ("set", "messages", "right of in scope %", "wrong of all %", "refused of in scope %",
             "out of scope refused %", "alarms found %", "false alarms %")
    keys = ("right_in_scope", "wrong", "refused_in_scope", "refused_out_of_scope", "alarms_found", "false_alarms")
    yield Table(heads, [
        (name, str(len(rows)), *(_percent(found[key]) if _counts(rows, key) else "-" for key in keys))
        for name, rows in {**sets, "all": list(judged)}.items() for found in [judging.figures(rows)]
    ])
    yield Words("p", "Wrong of all leaves out sets that only say what is an alarm and what is not. "
                     f"Understanding one message took {milliseconds:.1f} ms (median).")
    levels = sorted({one.row["level"] for one in judged if one.row.get("level")})
    if levels:
        yield Table(("worrying symptoms by urgency", "number", "missed"), [
            (level, str(len(rows)), str(sum(one.intent != RED_FLAG for one in rows)))
            for level in levels for rows in [[one for one in judged if one.row.get("level") == level]]
        ])
    yield Table(("kind of message", "right", "wrong", "refused"), [
        (kind.replace("_", " "), *(str(verdicts[verdict]) for verdict in ("right", "wrong", "refused")))
        for kind, verdicts in judging.by_kind(judged)
    ], folded="By kind of message")


def _counts(rows: Sequence[Judged], key: str) -> bool:
    """Whether the rows hold anything the figure is about."""
    about: dict[str, Callable[[Judged], bool]] = {
        "refused_out_of_scope": lambda one: one.out_of_scope, "alarms_found": lambda one: one.safety,
        "wrong": lambda one: one.known, "false_alarms": lambda one: not one.safety,
    }
    return any(map(about.get(key, lambda one: one.in_scope), rows))


def _sureness(judged: Sequence[Judged], threshold: float | None) -> Iterator[Block]:
    said, right = judging.said_and_right(judged)
    if not len(said):
        return
    yield Words("h2", "How sure it is, and how often that is right")
    yield Words("p", "A bot that says \"80 % sure\" should be right four times in five. Points below the line are too "
                     "sure of themselves, points above it too modest. The numbers count messages; messages that "
                     "rules settle are left out.")
    yield Picture("calibration", "Share of right answers against said confidence",
                  pictures.reliability(bins(said, right)))
    own = "" if threshold is None else f" It answers from {threshold:.2f} on (red)."
    yield Words("p", "The surer it has to be, the fewer questions it answers and the fewer wrong answers it gives."
                     f"{own} The curve looks at whole messages with one answer each and lies a little off the table.")
    yield Picture("threshold", "Wrong answers against messages answered, by how sure it must be",
                  pictures.coverage(judging.by_threshold(judged), threshold))


def _questions(judged: Sequence[Judged]) -> Iterator[Block]:
    several = [one for one in judged if one.several]
    if not several:
        return
    single = [one for one in judged if one.known and not one.several]
    found = judging.figures(judged)
    yield Words("h2", "Several questions in one message")
    yield Table(("", "messages", "%"), [
        ("every question answered", str(len(several)), _percent(found["all_parts_answered"])),
        ("questions answered, of all of them", str(sum(len(one.row["parts"]) for one in several)),
         _percent(found["parts_answered"])),
        ("a wrong answer among them", str(len(several)), _percent(share(several, lambda one: one.verdict == "wrong"))),
        ("one question taken for several", str(len(single)), _percent(share(single, lambda one: len(one.topics) > 1))),
    ])


def _mistakes(judged: Sequence[Judged], said: Callable[[str], str], most: int) -> Iterator[Block]:
    wrong = judging.worst(judged)
    alarms = [one for one in wrong if one.false_alarm]
    others = [one for one in wrong if not one.false_alarm]
    room = min(len(alarms), max(most - len(others), FALSE_ALARMS))
    shown = [*others[: most - room], *alarms[:room]]
    confused = judging.confusions(judged)
    yield Words("h2", "What it mixes up")
    if confused:
        yield Picture("confusion", "Topics mixed up most: what was wanted, and what it took the message for",
                      pictures.confusion(confused, said))
    yield Words("h2", f"The {len(shown)} worst mistakes of {len(wrong)}")
    yield Words("p", "First alarms that were missed, then wrong answers, then questions it was not sure of, the "
                     f"surest first; last {room} of the {len(alarms)} false alarms, of which each costs a visitor "
                     "one message. No message of this list may be copied into the training phrases: then nothing is "
                     "left to measure with.")
    yield Table(("message", "what it did", "what was wanted", "how sure"),
                [_in_words(one, said) for one in shown])


def _in_words(one: Judged, said: Callable[[str], str]) -> tuple[str, str, str, str]:
    text = " ".join(one.row["text"].split())
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    if one.intent in REFUSALS:
        did = f"{'said it was not sure' if one.intent != OUT_OF_SCOPE else 'said it is not covered'}"
        did += f" (closest: {said(one.best)})" if one.best not in REFUSALS else ""
    elif one.intent == RED_FLAG:
        did = "gave the emergency text"
    else:
        did = "answered " + " and ".join(f"\"{said(topic)}\"" for topic in one.topics)
    wanted = one.row.get("accept") or ([RED_FLAG] if one.safety else ["anything but an alarm"])
    if one.several:
        wanted = [" and ".join(f"\"{said(part[0])}\"" for part in one.row["parts"])]
        return cut, did, wanted[0], f"{100 * one.best_confidence:.0f} %"
    return cut, did, " or ".join(f"\"{said(name)}\"" for name in wanted), f"{100 * one.best_confidence:.0f} %"


def _intents(judged: Sequence[Judged], said: Callable[[str], str]) -> Iterator[Block]:
    yield Words("h2", "Topic by topic")
    yield Words("p", "*Found*: of the messages that want the topic, the share answered rightly (recall). *Trusted*: of "
                     "the answers given with it, the share that was right (precision). The weakest come first; "
                     "a topic with few messages moves a lot by one.")
    yield Table(("topic", "intent", "wanted", "found %", "answers given", "trusted %"), [
        (said(one.name), f"`{one.name}`", str(one.wanted), _percent(one.recall) if one.wanted else "-",
         str(one.given), _percent(one.precision) if one.given else "-")
        for one in judging.of_intents(judged)
    ], folded="All topics")


def _percent(value: float) -> str:
    return f"{value:.1f}"


def markdown(found: Sequence[Block], pictures_in: Path) -> str:
    """The report as Markdown; writes its pictures into a folder beside it."""
    pictures_in.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for block in found:
        if isinstance(block, Picture):
            (pictures_in / f"{block.name}.svg").write_text(block.svg, encoding="utf-8")
            lines += [f"![{block.shows}]({pictures_in.name}/{block.name}.svg)", ""]
        elif isinstance(block, Table):
            lines += [f"<details><summary>{block.folded}</summary>", ""] if block.folded else []
            lines += [_line(block.headings), _line(["---"] * len(block.headings)), *map(_line, block.rows), ""]
            lines += ["</details>", ""] if block.folded else []
        elif block.kind == "li":
            lines.append(f"- {block.text}")
        else:
            if lines and lines[-1].startswith("- "):
                lines.append("")
            lines += [{"h1": "# ", "h2": "## ", "p": ""}[block.kind] + block.text, ""]
    return "\n".join(lines).rstrip() + "\n"


def _line(cells: Sequence[str]) -> str:
    plain = [re.sub(r"([|*<])", r"\\\1", cell) for cell in cells]
    return f"| {' | '.join(plain)} |"


def _inline(text: str) -> str:
    text = re.sub(r"\*(.+?)\*", r"<em>\1</em>", html.escape(text))
    return re.sub(r"`(.+?)`", r"<code>\1</code>", text)


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #26302b; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2.5rem } img { max-width: 100%; height: auto }
table { border-collapse: collapse; margin: 1rem 0; font-size: 15px } th, td { padding: .3rem .6rem; text-align: left;
border-bottom: 1px solid #d8dfda; vertical-align: top } summary { cursor: pointer; font-weight: 600 }
"""


def page(found: Sequence[Block]) -> str:
    """The report as one HTML page that needs nothing else."""
    body: list[str] = []
    for block in found:
        if isinstance(block, Picture):
            # as an image, so that ids of one drawing do not meet those of another
            drawn = base64.b64encode(block.svg.encode()).decode()
            body.append(f'<p><img src="data:image/svg+xml;base64,{drawn}" alt="{html.escape(block.shows)}"></p>')
        elif isinstance(block, Table):
            rows = ["".join(f"<td>{_inline(cell)}</td>" for cell in row) for row in block.rows]
            heads = "".join(f"<th>{_inline(cell)}</th>" for cell in block.headings)
            table = f"<table><tr>{heads}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
            folded = f"<details><summary>{block.folded}</summary>{table}</details>"
            body.append(folded if block.folded else table)
        else:
            body.append(f"<{block.kind}>{_inline(block.text)}</{block.kind}>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>How well questions are understood</title><style>{_STYLE}</style><body>{''.join(body)}</body></html>\n"
    )
