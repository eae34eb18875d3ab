"""Turns are kept whole, in order, once; a tracker read back is the tracker that was kept."""
import asyncio
import sqlite3
import time

import pytest
import sqlalchemy as sa
from conversation_kit import DOMAIN, message_of, say, store_in
from rasa.core.tracker_store import create_tracker_store
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant import database
from assistant.booking.form import ERASE
from assistant.conversations.ledger import ERASED
from assistant.conversations.store import Conversations, StaleTurn, StoreError, StoreUnavailable
from assistant.conversations.tables import metadata
from assistant.dialogue.tracker_store import ConversationStore

TREATMENT = (ActionExecuted("utter_x"), SlotSet("treatment", "baby_botox"))
NAMED = (ActionExecuted("utter_x"), SlotSet("visitor_name", "Anna"))


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path)


async def _form_turn(store, number, *events, text="does it hurt"):
    form = (ActionExecuted("booking_form"), *events)
    await say(store, message_of("anna", f"message-{number}", text), *form)


def _slots(tracker):
    return {name: value for name, value in tracker.current_slot_values().items() if value is not None}


async def test_rasa_makes_this_store_from_endpoints_and_not_one_in_memory(tmp_path):
    config = EndpointConfig(
        type="assistant.dialogue.tracker_store.ConversationStore", url=f"sqlite:///{tmp_path / 'faq.db'}"
    )
    assert isinstance(create_tracker_store(config, DOMAIN), ConversationStore)


async def test_an_unknown_conversation_has_no_tracker_and_asking_for_it_keeps_nothing(store):
    assert await store.retrieve("nobody") is None
    await store.get_or_create_tracker("nobody", append_action_listen=False)
    assert not await store.exists("nobody")
    assert list(await store.keys()) == []


async def test_a_short_conversation_is_read_back_event_for_event(store):
    tracker = await store.create_tracker("anna", append_action_listen=False)
    for event in (
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
        UserUttered("hurt?", {"name": "faq_pain", "confidence": 0.9}, [], message_id="message-1"),
        SlotSet("treatment", "micro_botox"),
        ActionExecuted("utter_faq_pain", policy="RulePolicy", confidence=1.0),
        BotUttered("A little."),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event)
    await store.save(tracker)
    again = await store.retrieve("anna")
    assert list(again.events) == list(tracker.events)
    assert again.current_slot_values() == tracker.current_slot_values()


async def test_only_the_last_turns_are_read_but_slots_and_form_survive(tmp_path):
    store = store_in(tmp_path, remembered_turns=3)
    await say(store, message_of("anna", "message-0"), *TREATMENT)
    await _form_turn(store, 1, ActiveLoop("booking_form"), SlotSet("requested_slot", "visitor_name"))
    for number in range(2, 20):
        await say(store, message_of("anna", f"message-{number}"))
    tracker = await store.retrieve("anna")
    heard = [event for event in tracker.events if isinstance(event, UserUttered) and event.text]
    assert len(heard) == 3
    assert _slots(tracker) == {"treatment": "baby_botox", "requested_slot": "visitor_name"}
    assert tracker.active_loop_name == "booking_form"
    assert tracker.latest_action_name == "action_listen"


async def test_a_form_that_began_long_ago_goes_on_as_one_form(tmp_path):
    """Rasa folds a form's turns together only if it finds an earlier run of the form."""
    store, short = store_in(tmp_path), store_in(tmp_path, remembered_turns=2)
    await _form_turn(store, 0, ActiveLoop("booking_form"), SlotSet("requested_slot", "visitor_name"))
    for number in range(1, 8):
        await _form_turn(store, number, SlotSet("requested_slot", "visitor_name"))
    whole, recent = await store.retrieve_full_tracker("anna"), await short.retrieve("anna")

    def count(tracker, kind, **attributes):
        events = [event for event in tracker.applied_events() if isinstance(event, kind)]
        return sum(all(getattr(event, key) == value for key, value in attributes.items()) for event in events)

    for tracker in (whole, recent):
        assert count(tracker, ActionExecuted, action_name="booking_form") == 1
        assert count(tracker, UserUttered) == 1  # the one that began the form


async def test_what_a_form_changed_is_read_back_after_it_ended(store):
    await _form_turn(store, 0, ActiveLoop("booking_form"), SlotSet("visitor_name", "Anna"))
    await _form_turn(store, 1, ActiveLoop(None), SlotSet("visitor_name", None))
    for number in range(2, 15):
        await say(store, message_of("anna", f"message-{number}"))
    tracker = await store.retrieve("anna")
    assert tracker.active_loop is None
    assert _slots(tracker) == {}


async def test_a_new_session_starts_clean_and_the_full_tracker_has_both(store):
    await say(store, message_of("anna", "message-0"), *NAMED)
    tracker = await store.retrieve("anna")
    for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
        tracker.update(event)
    tracker.update(UserUttered("hello again", {"name": "faq_pain"}, message_id="message-1"))
    await store.save(tracker)
    later, full = await store.retrieve("anna"), await store.retrieve_full_tracker("anna")
    assert [e.text for e in later.events if isinstance(e, UserUttered)] == ["hello again"]
    assert _slots(later) == {}
    assert [e.text for e in full.events if isinstance(e, UserUttered)] == ["does it hurt", "hello again"]


async def test_the_time_of_the_last_message_is_kept_for_rasa_to_see_that_a_session_is_over(tmp_path):
    store = store_in(tmp_path, remembered_turns=1)
    before = time.time()
    for number in range(3):
        await say(store, message_of("anna", f"message-{number}"))
    last = (await store.retrieve("anna")).get_last_event_for(UserUttered)
    assert last.message_id == "message-2"
    assert before <= last.timestamp <= time.time()


async def test_the_second_of_two_turns_from_the_same_state_is_refused(store):
    await say(store, message_of("anna", "message-0"))
    first, second = await store.retrieve("anna"), await store.retrieve("anna")
    first.update(SlotSet("treatment", "micro_botox"))
    second.update(SlotSet("treatment", "baby_botox"))
    await store.save(first)
    with pytest.raises(StaleTurn):
        await store.save(second)
    assert _slots(await store.retrieve("anna")) == {"treatment": "micro_botox"}


async def test_two_first_turns_of_one_conversation_are_not_both_kept(store):
    one = await store.create_tracker("anna")
    other = await store.create_tracker("anna")
    await store.save(one)
    with pytest.raises(StaleTurn):
        await store.save(other)


async def test_a_message_id_is_kept_once(store):
    await say(store, message_of("anna", "message-0"))
    with pytest.raises(StaleTurn):
        await say(store, message_of("anna", "message-0"))


async def test_a_tracker_that_was_not_read_from_here_cannot_overwrite_a_conversation(store):
    await say(store, message_of("anna", "message-0"))
    with pytest.raises(StaleTurn):
        await store.save(DialogueStateTracker.from_events("anna", [SlotSet("treatment", "x")], DOMAIN.slots))


async def test_one_tracker_may_be_saved_twice(store):
    tracker = await store.create_tracker("anna")
    await store.save(tracker)
    tracker.update(SlotSet("treatment", "micro_botox"))
    await store.save(tracker)
    assert len((await store.retrieve("anna")).events) == 2


async def test_a_failed_read_raises_and_says_nothing_of_the_conversation(tmp_path):
    store = ConversationStore(DOMAIN, url=f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    with pytest.raises(StoreUnavailable) as raised:
        await store.retrieve("anna-secret")
    assert "anna" not in str(raised.value)


async def test_a_failed_write_leaves_nothing_of_the_turn_behind(store, tmp_path):
    await say(store, message_of("anna", "message-0"))
    tracker = await store.retrieve("anna")
    tracker.update(SlotSet("treatment", "micro_botox"))
    with sqlite3.connect(tmp_path / "faq.db") as db:
        db.execute("create trigger full before insert on turns begin select raise(abort, 'disk full'); end")
    with pytest.raises(StoreError):
        await store.save(tracker)
    with sqlite3.connect(tmp_path / "faq.db") as db:
        db.execute("drop trigger full")
        assert db.execute("select version, last_n from conversations").fetchall() == [(1, 2)]
    await store.save(tracker)  # the same tracker can be kept once the disk has room


async def test_a_write_waits_for_another_process_that_is_writing(store, tmp_path):
    other = sqlite3.connect(tmp_path / "faq.db", isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    turn = asyncio.create_task(say(store, message_of("anna", "message-0")))
    await asyncio.sleep(0.3)
    assert not turn.done()
    other.execute("commit")
    await turn
    assert await store.exists("anna")


async def test_lines_are_numbered_without_gaps_visitor_and_replies_together(store):
    for number in range(3):
        await say(store, message_of("anna", f"message-{number}", f"question {number}"))
    lines = (await store.conversations.kept("anna")).lines
    assert [line["n"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [line["kind"] for line in lines] == ["you", "text"] * 3
    assert lines[4]["text"] == "question 2"
    assert [line["n"] for line in (await store.conversations.kept("anna", after=3)).lines] == [4, 5, 6]


async def test_a_line_carries_what_the_widget_shows_and_nothing_internal(store):
    await say(store, message_of("anna", "message-0"))
    _, answer = (await store.conversations.kept("anna")).lines
    assert answer == {
        "n": 2,
        "id": "message-0",
        "kind": "text",
        "text": "heard does it hurt",
        "topic": "faq_pain",
        "buttons": [{"title": "More", "says": "Tell me more"}],
    }


async def test_lines_of_an_hour_ago_are_not_shown_to_the_next_person_at_the_device(store, monkeypatch):
    await say(store, message_of("anna", "message-0"))
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 3601)
    kept = await store.conversations.kept("anna", fresh_within=3600)
    assert (kept.lines, kept.last_n) == ([], 2)


async def test_forgetting_leaves_no_word_in_the_database_files(store, tmp_path):
    await say(store, message_of("anna", "message-0", "my name is Canary Quillfeather"))
    await say(store, message_of("ben", "message-0", "I stay"))
    other = sqlite3.connect(tmp_path / "faq.db")  # somebody else has the file open, as usual
    other.execute("select * from turns").fetchall()
    assert await store.conversations.forget("anna")
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    other.close()
    assert b"Quillfeather" not in files
    assert b"I stay" in files
    assert not await store.exists("anna")


async def test_after_forgetting_the_tracker_is_blank_and_numbers_go_on(store):
    await say(store, message_of("anna", "message-0"), *NAMED)
    await store.conversations.forget("anna")
    await say(store, message_of("anna", "message-1", "hello"))
    tracker = await store.retrieve("anna")
    assert _slots(tracker) == {}
    assert [line["n"] for line in (await store.conversations.kept("anna")).lines] == [2, 3]


@pytest.mark.parametrize("earlier_turns", [0, 2])
async def test_the_turn_that_asks_to_be_forgotten_keeps_only_its_answer(store, earlier_turns):
    for number in range(earlier_turns):
        await say(store, message_of("anna", f"message-{number}"))
    tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
    tracker.update(UserUttered("forget me, I am Anna", {"name": "faq_pain"}, message_id="message-9"))
    await store.conversations.forget("anna")  # done by an action while the turn runs
    tracker.update(BotUttered("It is deleted."))
    await store.save(tracker)
    answered = await store.conversations.answered("anna", "message-9")
    assert [line["text"] for line in answered.lines] == ["It is deleted."]
    assert "Anna" not in str((await store.conversations.kept("anna")).lines)
    assert not (await store.retrieve("anna")).events


async def test_a_refusal_erases_the_words_told_and_what_was_taken_from_them(store, tmp_path):
    named = (ActionExecuted("utter_x"), SlotSet("visitor_name", "Quillfeather"))
    await say(store, message_of("anna", "message-0", "I am Quillfeather"), *named)
    refused = (ActionExecuted("utter_x"), SlotSet("visitor_name", None), SlotSet(ERASE, ["message-0"]))
    await say(store, message_of("anna", "message-1", "no consent"), *refused)
    assert b"Quillfeather" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    lines = (await store.conversations.kept("anna")).lines
    assert [line["text"] for line in lines if line["kind"] == "you"] == [ERASED, "no consent"]
    assert _slots(await store.retrieve("anna")) == {ERASE: ["message-0"]}


@pytest.mark.parametrize("known", [[], ["message-15"]])
async def test_a_long_form_that_is_stopped_keeps_none_of_its_words_however_long_ago(store, tmp_path, known):
    """A tracker remembers eight turns; the name was told fourteen turns ago, and some of it before the form."""
    await say(store, message_of("anna", "message-0", "does it hurt"))
    details = {"intent": {"name": "give_details"}, "entities": []}
    early = message_of("anna", "message-1", "I am Quillfeather")
    early.parse_data = details
    await say(store, early, ActionExecuted("utter_x"))
    key = SlotSet("booking_key", "k")
    await _form_turn(store, 2, ActiveLoop("booking_form"), key, text="book Quillfeather")
    for number in range(3, 15):
        await _form_turn(store, number, SlotSet("visitor_name", "Quillfeather"), text=f"Quillfeather {number}")
    over = (ActiveLoop(None), SlotSet("booking_key", None), SlotSet("visitor_name", None), SlotSet(ERASE, known))
    await _form_turn(store, 15, *over, text="stop, says Quillfeather")
    assert b"Quillfeather" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    you = [line["text"] for line in (await store.conversations.kept("anna")).lines if line["kind"] == "you"]
    assert you == ["does it hurt", *[ERASED] * 15]
    await say(store, message_of("anna", "message-16", "how long does it last"))
    assert (await store.conversations.kept("anna")).lines[-2]["text"] == "how long does it last"


async def test_words_are_erased_in_the_same_stroke_as_the_turn_that_takes_them_back(store, tmp_path):
    await say(store, message_of("anna", "message-0", "I am Quillfeather"))  # to be taken back
    with sqlite3.connect(tmp_path / "faq.db") as db:
        db.execute("create trigger stuck before update on turns begin select raise(abort, 'no'); end")
    with pytest.raises(StoreError):
        await _form_turn(store, 1, SlotSet(ERASE, ["message-0"]), text="stop")
    assert await store.conversations.answered("anna", "message-1") is None


async def test_a_turn_reads_what_it_starts_from_together_with_whether_it_ran(store, monkeypatch):
    await say(store, message_of("anna", "message-0"))
    reads, in_thread = [], store.conversations._in_thread

    async def counted(*given):
        reads.append(given)
        return await in_thread(*given)

    monkeypatch.setattr(store.conversations, "_in_thread", counted)
    assert await store.conversations.begin("anna", "message-1") is None
    await say(store, message_of("anna", "message-1"))
    assert (await store.conversations.answered("anna", "message-1")).lines
    assert len(reads) == 2  # one read, one write


async def test_what_was_read_ahead_is_used_once(store, tmp_path):
    await say(store, message_of("anna", "message-0"))
    await store.conversations.begin("anna", "message-1")
    elsewhere = store_in(tmp_path)
    await say(elsewhere, message_of("anna", "message-8", "in another process"))
    with pytest.raises(StaleTurn):
        await say(store, message_of("anna", "message-1"))
    await say(store, message_of("anna", "message-1"))
    assert (await store.retrieve("anna")).latest_message.message_id == "message-1"


async def test_old_conversations_are_purged_with_their_turns(store, tmp_path):
    await say(store, message_of("anna", "message-0"))
    assert await store.conversations.purge(time.time() - 60) == 0
    assert await store.conversations.purge(time.time() + 60) == 1
    with sqlite3.connect(tmp_path / "faq.db") as db:
        assert db.execute("select count(*) from turns").fetchone() == (0,)


async def test_the_200th_turn_costs_no_more_than_the_10th(store):
    """Counted in events, which is what every step of a turn is proportional to."""
    sizes = []
    for number in range(200):
        await say(store, message_of("anna", f"message-{number}"))
        sizes.append(len((await store.retrieve("anna")).events))
    assert max(sizes) <= sizes[9] + 4  # the recap


async def test_the_migration_makes_the_tables_the_code_uses(tmp_path):
    url = f"sqlite:///{tmp_path / 'faq.db'}"
    database.migrate(url)
    made = sa.inspect(database.engine(url))
    for table in metadata.tables.values():
        assert {column["name"] for column in made.get_columns(table.name)} == set(table.columns.keys())
    assert made.get_unique_constraints("turns")[0]["column_names"] == ["conversation_id", "message_id"]


async def test_a_slow_database_does_not_stop_the_event_loop(tmp_path, monkeypatch):
    conversations = Conversations(f"sqlite:///{tmp_path / 'faq.db'}")
    monkeypatch.setattr("assistant.conversations.store.PATIENCE_SECONDS", 0.3)
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(StoreUnavailable, match="in time"):
        await conversations._in_thread(time.sleep, 1)
    ticking.cancel()
    assert ticks > 15


async def test_a_cancellation_that_meets_the_result_is_not_forgotten(tmp_path, monkeypatch):
    """A server that stops cancels what deletes old chats; forgotten, that would hold it up for an hour."""
    conversations = Conversations(f"sqlite:///{tmp_path / 'faq.db'}")
    loop = asyncio.get_running_loop()
    result = loop.create_future()
    monkeypatch.setattr(loop, "run_in_executor", lambda *_: result)
    working = asyncio.create_task(conversations._in_thread(time.time))
    await asyncio.sleep(0)
    result.set_result(1.0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
