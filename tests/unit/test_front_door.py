"""Every message gets one answer, in order, once, or a clear apology; nothing is lost."""
import asyncio
import unicodedata

import pytest
from conversation_kit import EchoBot, store_in
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.front_door import Busy, FrontDoor, Message
from assistant.channels.message_text import MOST_CHARACTERS, clean, hear
from assistant.conversations.store import StaleTurn, StoreUnavailable

PHONE = "(503) 555-0142"
SAYS = {"utter_widget_late": f"Late, call {PHONE}.", "utter_widget_failed": f"Failed, call {PHONE}."}


def alarm(text):
    return "emergency" if "cannot breathe" in text else None


@pytest.fixture
def bot(tmp_path):
    return EchoBot(store_in(tmp_path))


@pytest.fixture
def door(bot):
    return door_to(bot)


def door_to(bot, **options):
    def says(name):
        return SAYS.get(name, "")

    return FrontDoor(bot.store.conversations, bot, says=says, phone=PHONE, alarm=alarm, **options)


async def answer(door, text="does it hurt", message_id="message-1", conversation="anna"):
    message = Message(conversation, message_id, text, "website")
    return [line async for line in door.lines(message, door.take(message))]


async def kept(bot, conversation="anna"):
    lines = (await bot.store.conversations.kept(conversation)).lines
    return [(line["n"], line["kind"], line["text"]) for line in lines]


# ---- what reaches the dialogue


@pytest.mark.parametrize(
    ("typed", "reaches"),
    [
        ("/restart", "restart"),
        ("  //session_start", "session_start"),
        ('/inform{"visitor_name": "x"}', 'inform{"visitor_name": "x"}'),
        ("\u200b/restart", "restart"),
        ("/", ""),
        ("", ""),
        ("\u200b\u200d\u2060\ufeff", ""),
        ("a\0b\x1b[31m", "ab[31m"),
        ("does\nit\r\n\r\nhurt\t?", "does it hurt ?"),
        ("does\u2028it\xa0hurt", "does it hurt"),
        ("\ud800hurt\udfff", "hurt"),
        ("\u202egnitset\u202c", "gnitset"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\U0001f44d\ufe0f", "\U0001f44d"),
    ],
)
def test_what_is_typed_reaches_the_dialogue_as_one_line_of_visible_text(typed, reaches):
    assert hear(typed, alarm).text == reaches


@given(st.text(alphabet=st.characters(), max_size=700))
def test_any_text_comes_out_clean_and_short_and_no_command(typed):
    text = hear(typed, alarm).text
    assert len(text) <= MOST_CHARACTERS
    assert not text.startswith(("/", " "))
    assert text == unicodedata.normalize("NFC", text)
    assert text.encode("utf-8").decode("utf-8") == text
    assert all(char == " " or not unicodedata.category(char).startswith(("C", "Z")) for char in text)
    assert clean(text) == text


def test_500_characters_are_understood_and_501_are_too_long():
    assert hear("ü" * 500, alarm).parse_data is None
    heard = hear("ü" * 501, alarm)
    assert heard.parse_data["intent"] == {"name": "out_of_scope", "confidence": 1.0}
    assert heard.parse_data["reason"] == "too_long"
    assert heard.text == "ü" * 500


def test_characters_are_counted_after_clean_up():
    assert hear("a" + "\u200b" * 5000, alarm).parse_data is None


@pytest.mark.parametrize("typed", ["x " * 600 + "I cannot breathe", "I cannot breathe " + "x " * 600])
def test_an_alarm_is_found_in_the_raw_text_when_it_is_too_long(typed):
    parse_data = hear(typed, alarm).parse_data
    assert parse_data["intent"]["name"] == "red_flag"
    assert parse_data["alarm"] == "emergency"


def test_an_alarm_that_clean_up_would_hide_is_kept():
    seen = iter(["emergency", None])  # in what was typed, and in what is left of it
    assert hear("I cannot \u200b breathe", lambda text: next(seen)).parse_data["alarm"] == "emergency"


def test_the_level_of_the_raw_text_stands_when_clean_up_would_change_it():
    seen = iter(["crisis", "emergency"])
    assert hear("typed", lambda text: next(seen)).parse_data["alarm"] == "crisis"


def test_an_alarm_in_a_text_of_ordinary_length_is_weighed_in_the_graph():
    assert hear("I cannot breathe", alarm).parse_data is None


def test_an_alarm_is_looked_for_in_the_first_5000_characters_only():
    assert hear("x" * 5000 + "I cannot breathe", alarm).parse_data["alarm"] is None


# ---- one answer, in order, once


async def test_a_message_is_answered_and_both_are_kept(bot, door):
    *_, reply, end = await answer(door)
    assert (reply["n"], reply["text"], reply["id"]) == (2, "heard does it hurt", "message-1")
    assert end == {"kind": "end", "n": 2}
    assert await kept(bot) == [(1, "you", "does it hurt"), (2, "text", "heard does it hurt")]


async def test_messages_of_one_visitor_are_answered_in_the_order_they_came(bot, door):
    bot.seconds = 0.02
    await asyncio.gather(*(answer(door, f"question {n}", f"message-{n}") for n in range(5)))
    assert [message.text for message in bot.heard] == [f"question {n}" for n in range(5)]
    assert bot.most_at_work == 1
    assert [n for n, *_ in await kept(bot)] == list(range(1, 11))


async def test_three_quick_messages_do_not_wait_for_a_poll(bot, door):
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.gather(*(answer(door, message_id=f"message-{n}") for n in range(3)))
    assert loop.time() - started < 0.9


async def test_visitors_do_not_wait_for_each_other(bot, door):
    bot.seconds = 0.1
    await asyncio.gather(*(answer(door, conversation=f"visitor-{n}") for n in range(5)))
    assert bot.most_at_work == 5


async def test_the_same_message_sent_twice_is_answered_twice_and_run_once(bot, door):
    first, second = await answer(door), await answer(door)
    assert first[-2:] == second[-2:]
    assert len(bot.heard) == 1


async def test_the_same_message_sent_twice_at_once_is_run_once(bot, door):
    bot.seconds = 0.05
    first, second = await asyncio.gather(answer(door), answer(door))
    assert [line["text"] for line in first if line["kind"] == "text"] == ["heard does it hurt"]
    assert first[-2:] == second[-2:]
    assert len(bot.heard) == 1


async def test_a_message_answered_before_a_restart_is_not_run_again(bot):
    await answer(door_to(bot))
    restarted = EchoBot(bot.store)
    lines = await answer(door_to(restarted))
    assert [line["text"] for line in lines if line["kind"] == "text"] == ["heard does it hurt"]
    assert restarted.heard == []


async def test_the_same_message_id_of_another_visitor_is_another_message(bot, door):
    await answer(door, conversation="anna")
    await answer(door, conversation="ben")
    assert len(bot.heard) == 2


# ---- slow, broken, closing


async def test_a_turn_outlives_the_line_it_came_on(bot, door):
    bot.seconds = 0.1
    message = Message("anna", "message-1", "does it hurt", "website")
    listening = asyncio.create_task(answer(door))
    await asyncio.sleep(0.02)
    listening.cancel()
    await asyncio.wait([door.take(message)])
    assert (2, "text", "heard does it hurt") in await kept(bot)
    assert len(bot.heard) == 1


async def test_a_slow_turn_gives_signs_of_life_then_an_apology_and_its_answer_later(bot):
    bot.seconds = 1.3
    door = door_to(bot, deadline=1.0, beat=0.1)
    lines = await answer(door)
    typing, *beats, sorry, end = [line["kind"] for line in lines]
    assert (typing, set(beats), sorry, end) == ("typing", {"beat"}, "sorry", "end")
    assert lines[-2] == {"kind": "sorry", "text": f"Late, call {PHONE}.", "phone": PHONE}
    assert await kept(bot) == []
    again = await answer(door)  # sent again by the client: the running turn is waited for
    assert again[-2]["text"] == "heard does it hurt"
    assert len(bot.heard) == 1


async def test_a_fast_answer_comes_without_signs_of_life(door, monkeypatch):
    monkeypatch.setattr("assistant.channels.front_door.TYPING_AFTER_SECONDS", 5)
    assert [line["kind"] for line in await answer(door)] == ["text", "end"]


async def test_a_turn_that_raises_is_kept_with_an_apology_and_the_next_one_works(bot, door):
    bot.error = ValueError("a component broke")
    lines = await answer(door, "strange text")
    assert [line["text"] for line in lines if line["kind"] == "text"] == [f"Failed, call {PHONE}."]
    assert await kept(bot) == [(1, "you", "strange text"), (2, "text", f"Failed, call {PHONE}.")]
    bot.error = None
    assert (await answer(door, "next", "message-2"))[-2]["n"] == 4
    tracker = await bot.store.retrieve("anna")
    assert tracker.latest_message.text == "next"


async def test_a_bot_that_answers_nothing_and_keeps_nothing_is_a_failed_turn(bot):
    async def silent(message):
        """Rasa without a model returns like this."""

    door = door_to(bot)
    door._on_message = silent
    assert (await answer(door))[-2]["text"] == f"Failed, call {PHONE}."


async def test_a_stale_turn_is_run_once_more_from_fresh_state(bot, door):
    run, tries = door._on_message, []

    async def stale_at_first(message):
        tries.append(message)
        if len(tries) == 1:
            raise StaleTurn("another turn was written first")
        await run(message)

    door._on_message = stale_at_first
    assert (await answer(door))[-2]["text"] == "heard does it hurt"
    assert len(tries) == 2


async def test_a_turn_that_stays_stale_is_an_apology(bot, door):
    bot.error = StaleTurn("another turn was written first")
    assert (await answer(door))[-2]["text"] == f"Failed, call {PHONE}."
    assert len(bot.heard) == 2


async def test_without_a_database_there_is_an_apology_and_the_answer_comes_once_it_is_back(bot, monkeypatch):
    door = door_to(bot, deadline=0.1)

    async def down(*_):
        raise StoreUnavailable("OperationalError")

    monkeypatch.setattr(bot.store.conversations, "_in_thread", down)
    lines = await answer(door)
    assert [line["kind"] for line in lines] == ["sorry", "end"]
    assert bot.heard == []
    monkeypatch.undo()
    door._deadline = 10
    assert (await answer(door))[-2]["text"] == "heard does it hurt"  # the same turn, or one that finds it kept
    assert len(bot.heard) == 1


async def test_a_database_that_stays_away_ends_the_turn_and_the_message_may_come_again(bot, monkeypatch):
    monkeypatch.setattr("assistant.channels.front_door.STORE_SECONDS", 0.2)
    monkeypatch.setattr("assistant.channels.front_door.STORE_PAUSE_SECONDS", 0.05)
    door = door_to(bot)

    async def down(*_):
        raise StoreUnavailable("OperationalError")

    monkeypatch.setattr(bot.store.conversations, "_in_thread", down)
    assert [line["text"] for line in await answer(door) if line["kind"] == "sorry"] == [f"Failed, call {PHONE}."]
    assert door._turns == {}
    monkeypatch.undo()
    assert (await answer(door))[-2]["text"] == "heard does it hurt"


async def test_a_turn_that_could_not_be_kept_is_run_again_until_it_is(bot, door, monkeypatch):
    commit, tries = bot.store.conversations.commit, []

    async def fails_at_first(*given):
        tries.append(given)
        if len(tries) == 1:
            raise StoreUnavailable("OperationalError")
        return await commit(*given)

    monkeypatch.setattr(bot.store.conversations, "commit", fails_at_first)
    assert (await answer(door))[-2]["text"] == "heard does it hurt"
    assert len(await kept(bot)) == 2


async def test_what_a_visitor_wrote_is_not_logged_when_a_turn_fails(bot, door, caplog, capsys):
    bot.error = ValueError("my name is Canary")
    await answer(door, "my name is Canary")
    seen = caplog.text + "".join(capsys.readouterr())
    assert "turn.failed" in seen
    assert "ValueError" in seen
    assert "Canary" not in seen


async def test_apologies_without_words_still_give_the_phone_number(bot):
    bot.seconds = 0.3
    door = door_to(bot, deadline=0.1)
    door._says = lambda name: ""
    assert (await answer(door))[-2]["text"] == PHONE


async def test_closing_takes_no_new_message_and_finishes_the_one_in_flight(bot, door):
    bot.seconds = 0.1
    running = asyncio.create_task(answer(door))
    await asyncio.sleep(0.02)
    closing = asyncio.create_task(door.drain())
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await answer(door, message_id="message-2")
    assert (await running)[-2]["text"] == "heard does it hurt"
    await closing


async def test_too_many_messages_at_once_are_turned_away_at_once(bot, door, monkeypatch):
    monkeypatch.setattr("assistant.channels.front_door.MOST_WAITING", 2)
    bot.seconds = 0.05
    running = [asyncio.create_task(answer(door, conversation=f"visitor-{n}")) for n in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(Busy):
        await answer(door, conversation="one too many")
    await asyncio.gather(*running)
    assert (await answer(door, conversation="one too many"))[-1]["kind"] == "end"


async def test_nothing_of_a_finished_conversation_stays_in_memory(door):
    await answer(door)
    await asyncio.sleep(0)
    assert door._turns == {}
    assert door._queues == {}
