"""What a visitor can reach in three turns where a medicine must not be named first: no name before theirs.

Suggestions are followed as visitors would, and questions typed that name nothing. The other two
markets take minutes more and run with `make soak`; every single text is scanned for all of them in
tests/unit/test_voice_markets.py.
"""
from __future__ import annotations

import json
import re
import urllib.request
from typing import Any, Iterator

import pytest
from market_kit import bot_in

from assistant.settings import MARKETS, ROOT
from assistant.staff.client import ChatClient
from assistant.supervisor import Supervisor

PRODUCT = re.compile(
    r"botox|botulin|toxin|\btox\b|(?:micro|meso|baby)[- ]?tox|dysport|xeomin|jeuveau|daxxify|letybo|nabota|azzalure"
    r"|bocouture|vistabel|nuceiva|anti-?wrinkle|wrinkle (?:inject|relax)",
    re.IGNORECASE,
)
TURNS = 3
TYPED = """does it hurt?
hi
what is it?
what can you help me with
how does it work?
how long does it last
is there any downtime
is it safe?
what are the side effects
what could go wrong at worst?
who should not have it
can I have it while pregnant?
I'm breastfeeding
I take blood thinners
what is the minimum age
I'm 17, can I have it?
would it help my pores
my skin is so oily
does it help acne
I sweat a lot on my face
will I look frozen
which areas do you treat
is it approved
does it really work, is there proof
how many sessions will I need
how many units would I need
which brand do you use
how much is it
do you take insurance
how do I pay
what should I do beforehand
what should I do afterwards
I am not happy with my result
is it different from fillers
what about microneedling
is it injected
can it be numbed
who will do it
what happens if I stop
can men have it
I have dark skin, is that a problem
can I have it with a peel
what treatments do you offer
where are you
when are you open
can I talk to a person
are you a real person
who says so?
tell me more
what do you store
asdf qwer
who won the football
does it hurt and how long does it last
what is it called
I'm worried about my wrinkles
I want to book
how do I inject it myself
my eyelid is drooping
I hate my face so much that I can't leave the house any more""".splitlines()


@pytest.fixture(
    scope="module",
    params=["uk", pytest.param("eu", marks=pytest.mark.soak), pytest.param("au", marks=pytest.mark.soak)],
)
def there(request: pytest.FixtureRequest, made: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    market = str(request.param)
    with bot_in(market, tmp_path_factory.mktemp(market)) as supervisor:
        yield market, supervisor


def words(answer: dict[str, Any]) -> str:
    parts = [answer["text"], answer.get("lead") or ""]
    parts += [f"{button['title']} {button['says']}" for button in answer.get("buttons") or ()]
    parts += [f"{source['kind']} {source['label']} {source.get('url', '')}" for source in answer.get("sources") or ()]
    return "\n".join(parts)


def scan(asked: tuple[str, ...], answers: list[dict[str, Any]]) -> None:
    assert answers, asked
    for answer in answers:
        hit = PRODUCT.search(words(answer))
        assert hit is None, f"{' > '.join(asked)}: {hit and hit[0]!r} in {words(answer)!r}"
        assert not answer.get("figure"), f"{' > '.join(asked)}: the figure holds the names"


def said_by(answers: list[dict[str, Any]]) -> list[str]:
    return [button["says"] for answer in answers for button in answer.get("buttons") or ()]


def test_the_launcher_the_greeting_and_the_page_name_nothing(there: tuple[str, Supervisor]) -> None:
    market, bot = there
    with urllib.request.urlopen(bot.bot.url + "/chat/clinic") as answer:
        clinic = json.load(answer)
    assert clinic["market"] == market and clinic["names_medicine_first"] is False
    assert clinic["emergency_number"] == MARKETS[market]["emergency_number"]
    assert {number["text"] for number in clinic["numbers"]} >= {
        MARKETS[market]["emergency_number"],
        MARKETS[market]["crisis_line"],
    }
    assert not PRODUCT.search(json.dumps(clinic)), clinic
    with urllib.request.urlopen(bot.bot.url + "/") as answer:
        assert not PRODUCT.search(answer.read().decode())
    script = (ROOT / "widget" / "chat.js").read_text(encoding="utf-8")
    shown_before = script[script.index("const WORDS") : script.index("};", script.index("const WORDS"))]
    assert "launcher" in shown_before and not PRODUCT.search(shown_before)


def test_every_suggestion_three_turns_deep_names_nothing(there: tuple[str, Supervisor]) -> None:
    _, bot = there
    ways = [(starter["says"],) for starter in ChatClient(bot.bot.url).clinic()["starters"]]
    last_of_three: set[str] = set()
    while ways:
        way = ways.pop()
        chat = ChatClient(bot.bot.url)
        for place in range(len(way)):
            answers = chat.say(way[place])
        scan(way, answers)
        if len(way) < TURNS:
            ways += [(*way, says) for says in dict.fromkeys(said_by(answers))]
        last_of_three |= set(way) if len(way) == TURNS else set()
    assert len(last_of_three) > 5, "the suggestions lead somewhere"


@pytest.mark.parametrize("typed", TYPED)
def test_a_typed_question_that_names_nothing_is_answered_without_a_name(
    there: tuple[str, Supervisor], typed: str
) -> None:
    _, bot = there
    chat = ChatClient(bot.bot.url)
    answers = chat.say(typed)
    scan((typed,), answers)
    for follow in ("tell me more", "who says so?"):
        scan((typed, follow), chat.say(follow))


def test_after_the_visitor_has_named_it_the_question_is_answered(there: tuple[str, Supervisor]) -> None:
    _, bot = there
    chat = ChatClient(bot.bot.url)
    scan(("does it hurt?",), chat.say("does it hurt?"))
    answers = chat.say("micro-botox")
    assert [answer["topic"] for answer in answers] == ["faq_pain"]
    assert PRODUCT.search(answers[0]["text"]) and answers[0]["sources"]
    (later,) = chat.say("how long does it last?")
    assert later["topic"] == "faq_duration" and PRODUCT.search(later["text"])


def test_a_name_is_remembered_for_the_whole_conversation(there: tuple[str, Supervisor]) -> None:
    _, bot = there
    chat = ChatClient(bot.bot.url)
    chat.say("I have heard of Botox")
    for _ in range(10):  # longer than what a tracker is rebuilt from
        chat.say("when are you open?")
    (answer,) = chat.say("does it hurt?")
    assert PRODUCT.search(answer["text"])


@pytest.mark.parametrize(
    ("typed", "key"), [("my throat is closing up", "emergency_number"), ("I want to kill myself", "crisis_line")]
)
def test_help_is_the_market_s_own(there: tuple[str, Supervisor], typed: str, key: str) -> None:
    market, bot = there
    (answer,) = ChatClient(bot.bot.url).say(typed)
    assert answer["text"].startswith(f"**Call {MARKETS[market][key]} now**")
    assert "your local emergency number" in answer["text"]

