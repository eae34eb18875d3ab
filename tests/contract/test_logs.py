"""No log, no temporary file and no undocumented table ever holds what a visitor wrote."""
from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator

import privacy_kit
import pytest

from assistant.dialogue.prepare import prepare
from assistant.settings import ROOT, Settings, SettingsError
from assistant.supervisor import asks

POISON = "pomegranate"  # tests/contract/poisoned_bot.py
NAME = "Quillanna Featherstone-Vask"
PHONE = "(503) 555-0188"
MAIL = "quillanna@vask.example"
WHEN = "next Thursday at 4:17 pm"
SECRET = f"I am zebrafinch-pregnant and {POISON} allergic"
# as they may be written down: as typed, as kept, in parts
CANARIES = ("quillanna", "featherstone", "vask", "555-0188", "5550188", "4:17", "16:17", "zebrafinch")
CLOCK = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d")


@pytest.fixture(scope="module")
def told(public_bot: Any) -> Iterator[Any]:
    """A whole booking and every kind of failure, each with the canaries in it."""
    began = time.time()
    texts = iter(range(1000))

    def say(token: str, text: str) -> list[dict[str, Any]]:
        return list(public_bot.say(token, text, f"canary-{next(texts):03}"))

    visitor = public_bot.token()
    for text in ("I'd like to book", "Yes to both", NAME, PHONE, WHEN):
        said = say(visitor, text)
    assert "Quillanna" in said[-1]["text"], said
    assert any(line.get("card") == "code" for line in say(visitor, "Yes, send it"))
    say(public_bot.token(), SECRET)  # an error in the understanding quotes the text
    say(public_bot.token(), f"/inform{{\"visitor_name\": \"{NAME}\"}}")
    say(public_bot.token(), f"call me, {NAME}, {PHONE}, {MAIL} " * 20)  # too long
    public_bot.ask("/chat/messages", body=f'{{"text": "{NAME}'.encode(), token=visitor)  # no JSON
    public_bot.ask(f"/chat/messages?after={MAIL}", method="GET", token=visitor)
    public_bot.ask(f"/chat/{MAIL}", method="GET")
    public_bot.ask(f"/{MAIL}", method="GET")
    _break_the_action_server(public_bot, say)
    _break_the_database(public_bot, say)
    yield began


def _break_the_action_server(bot: Any, say: Any) -> None:
    in_form = bot.token()
    for text in ("I'd like to book", "Yes to both"):
        say(in_form, text)
    actions = bot.supervisor.actions
    actions.process.kill()
    actions.process.wait()
    say(in_form, f"{NAME}, {MAIL}, {WHEN}")
    actions.start(bot.var)
    while not actions.is_ready():
        time.sleep(0.2)
    say(in_form, "I'd like to book")


def _break_the_database(bot: Any, say: Any) -> None:
    """The booking's table is gone for a moment: an action fails with the details in its hands."""
    visitor = bot.token()
    for text in ("I'd like to book", "Yes to both", NAME, MAIL, WHEN):
        say(visitor, text)
    for old, new in (("booking", "booking_away"), ("booking_away", "booking")):
        with closing(sqlite3.connect(bot.var / "faq.db")) as database:
            database.execute("pragma legacy_alter_table=on")
            database.execute(f"alter table {old} rename to {new}")
        if new == "booking_away":
            assert "received" not in str(say(visitor, "Yes, send it"))


def _finds(content: bytes) -> list[str]:
    # a second of the clock may look like the time the visitor names
    text = CLOCK.sub("", content.decode("utf-8", "replace").lower())
    return [canary for canary in CANARIES if canary in text]


def test_no_file_but_the_database_holds_what_was_said(public_bot: Any, told: float) -> None:
    files = [path for path in public_bot.var.rglob("*") if path.is_file()]
    assert {"bot.log", "actions.log", "faq.db"} <= {path.name for path in files}
    for path in files:
        if not path.name.startswith("faq.db"):
            assert not _finds(path.read_bytes()), path


def test_no_temporary_file_holds_what_was_said(public_bot: Any, told: float) -> None:
    pids = {child.process.pid for child in public_bot.supervisor.children}
    written = [path for path in public_bot.temporary.rglob("*") if path.is_file()]
    for path in Path("/tmp").iterdir():
        if path.is_file() and path.stat().st_mtime >= told - 1:
            written.append(path)
    for pid in pids:  # also those that are open and deleted
        for link in Path(f"/proc/{pid}/fd").iterdir():
            target = os.readlink(link)
            if target.startswith("/tmp") and "faq.db" not in target:
                written.append(link)
    for path in written:
        assert not _finds(path.read_bytes()), path


def test_the_database_holds_it_only_where_it_is_said_to(public_bot: Any, told: float) -> None:
    found = set()
    with closing(sqlite3.connect(public_bot.var / "faq.db")) as database:
        database.text_factory = bytes
        tables = [name.decode() for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            rows = database.execute(f"select * from {table}")
            columns = [column[0] for column in rows.description]
            for row in rows:
                found |= {
                    (table, column) for column, value in zip(columns, row, strict=True)
                    if isinstance(value, bytes) and _finds(value)
                }
    assert found <= set(privacy_kit.columns(privacy_kit.WITH_PEOPLE))
    assert ("turns", "events") in found and ("booking", "name") in found, "the canaries were not said at all"


def test_the_failures_are_in_the_log_by_kind_and_place(public_bot: Any, told: float) -> None:
    log = (public_bot.var / "bot.log").read_text(encoding="utf-8")
    assert "turn.failed" in log and "ValueError" in log and "poisoned_bot.py" in log
    assert "action.failed" in log
    assert "action_submit_booking failed" in (public_bot.var / "actions.log").read_text(encoding="utf-8")
    assert asks(public_bot.url + "/ready")


LOGGED = """
import logging, structlog
from assistant import logs
logs.configure(production={production})
logger = structlog.get_logger("assistant.x")
try:
    raise ValueError("{name}")
except ValueError:
    logger.error("turn.failed", text="{name}", tries=3, exc_info=True)
    logging.getLogger("rasa.x").exception("an action %s", "broke")
logger.warning("odd")
logger.info("{name}")
logging.getLogger("rasa.x").debug("{name}")
"""


@pytest.mark.parametrize("production", [True, False])
def test_logs_are_for_machines_in_production_and_for_people_in_development(production: bool) -> None:
    script = LOGGED.format(production=production, name=NAME)
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = said.stdout.splitlines()
    assert len(lines) == 3
    assert not _finds((said.stdout + said.stderr).encode())
    if production:
        first, second, third = map(json.loads, lines)
        assert (first["event"], first["level"], first["tries"]) == ("turn.failed", "error", 3)
        assert (first["error"], first["where"]) == ("ValueError", "<string>:7")
        assert (second["event"], second["error"]) == ("an action broke", "ValueError")
        assert third["level"] == "warning"
        assert all(line["timestamp"].endswith("Z") for line in (first, second, third))
    else:
        assert all(not line.startswith("{") for line in lines)
        assert "\x1b" not in said.stdout


def test_production_refuses_rasas_debug_switch(settings: Settings) -> None:
    """The bot's own start has no such switch; `rasa run --debug` sets this logger."""
    logger = logging.getLogger("rasa")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        with pytest.raises(SettingsError, match="--debug"):
            prepare(SimpleNamespace(), settings.copy(update={"production": True}))
    finally:
        logger.setLevel(before)
