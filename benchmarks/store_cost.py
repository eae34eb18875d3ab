"""What the front door and the store add to a message, and whether a long conversation gets slower.

Two servers run the same model, rules and answers in the same way: ours, and one that keeps trackers in
memory with Rasa's own store behind Rasa's own REST channel. The same messages go to both in turn, so that
whatever else the machine does hits both alike. Prints a table; docs/reports/store.md keeps the newest.

    python -m benchmarks.store_cost
"""
from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

from assistant.making import make_everything
from assistant.settings import ROOT, load_settings
from assistant.supervisor import Supervisor, free_port
from benchmarks.speed import _ask, _conversations, _quiet

REPORT = ROOT / "docs" / "reports" / "store.md"
MOST_ADDED = 3.0  # milliseconds, median
MOST_GROWTH = 1.5  # a late turn's cost as a multiple of an early one's
EARLY, LATE = 5, 200
AROUND = 5  # turns before and after that are counted with them
WARM_UP = 10  # conversations with each before anything is counted


def main() -> None:
    """Measures, writes the report, and fails when a bar is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", type=int, default=100, help="short ones, of five turns")
    options.add_argument("--long", type=int, default=5, help="long ones, of two hundred turns")
    options.add_argument("--in-memory", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.in_memory:
        _serve_in_memory(given.port)
        return
    make_everything(print)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FAQ_VAR"] = folder
        with _ours(Path(folder)) as ours, _in_memory() as peer:
            for number, talk in enumerate(_conversations(WARM_UP)):
                for port in (ours, peer):
                    for text in talk:
                        _ask(port, f"warm-{number}", text)
            print("Asking both in turn")
            short = _short(ours, peer, given.conversations)
            print("Talking for a long time")
            long = _long(ours, peer, given.long)
    _report(short, long, given.conversations, given.long)


def _short(ours: int, peer: int, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of every message at ours and at the peer, in the same order."""
    times: tuple[list[float], list[float]] = [], []
    for number, talk in enumerate(_conversations(count)):
        for text in talk:
            for port, found in zip((ours, peer), times, strict=True):
                found.append(_ask(port, f"short-{number}", text))
    return times


def _long(ours: int, peer: int, count: int) -> tuple[list[list[float]], list[list[float]]]:
    """Milliseconds by turn of long conversations; the peer, which gets ever slower, has only one."""
    texts = [text for talk in _conversations(2) for text in talk]
    times: tuple[list[list[float]], list[list[float]]] = [], []
    for port, found, talks in ((ours, times[0], count), (peer, times[1], 1)):
        for number in range(talks):
            # every question stands once in each window of ten turns
            found.append(
                [_ask(port, f"long-{number}", texts[turn % len(texts)]) for turn in range(LATE + AROUND)]
            )
    return times


def _at(talks: list[list[float]], turn: int) -> float:
    """Median milliseconds of the ten turns around one, over all conversations."""
    first = max(turn - AROUND, 0)
    return statistics.median(value for talk in talks for value in talk[first : first + 2 * AROUND])


def _report(
    short: tuple[list[float], list[float]], long: tuple[list[list[float]], list[list[float]]],
    conversations: int, count: int,
) -> None:
    ours, peer = short
    added = statistics.median(a - b for a, b in zip(ours, peer, strict=True))
    growth = _at(long[0], LATE) / _at(long[0], EARLY)
    lines = [
        "# Front door and store", "",
        f"Measured {dt.date.today():%d %B %Y} with `python -m benchmarks.store_cost`: the same bot with our front",
        "door and SQLite store, and with Rasa's REST channel and in-memory store. Each message goes to both, one",
        f"after the other, over HTTP: {conversations} conversations of five turns. Then long ones: {count} with ours,",
        "one with Rasa's.", "", _machine(), "",
        "| milliseconds per message, median | front door and SQLite | Rasa's REST channel, in memory |",
        "|---|---|---|",
        f"| short conversations | {statistics.median(ours):.1f} | {statistics.median(peer):.1f} |",
        f"| around turn {EARLY} of a long one | {_at(long[0], EARLY):.1f} | {_at(long[1], EARLY):.1f} |",
        f"| around turn {LATE} | {_at(long[0], LATE):.1f} | {_at(long[1], LATE):.1f} |",
        f"| turn {LATE} / turn {EARLY} | {growth:.2f} | {_at(long[1], LATE) / _at(long[1], EARLY):.2f} |", "",
        f"Added per message, median of the differences: **{added:.1f} ms** (at most {MOST_ADDED:.0f}).",
        f"Turn {LATE} costs **{growth:.2f}** times turn {EARLY} (at most {MOST_GROWTH}).", "",
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
    if added > MOST_ADDED or growth > MOST_GROWTH:
        sys.exit("A bar was missed.")


def _machine() -> str:
    """What else the machine did, in a sentence: a shared one is measured with real-time priority."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    first = os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR)
    how = ", both bots with real-time priority (`chrt -f 5`) before everything else it did" if first else ""
    return f"A machine with {cores} cores and a load of {load:.0f}{how}."


@contextlib.contextmanager
def _ours(var: Path) -> Iterator[int]:
    supervisor = Supervisor(
        load_settings(), port=free_port(), actions_port=free_port(), credentials="tests/credentials.yml",
        environment={"FAQ_RATE_LIMITS": "off", "FAQ_VAR": str(var)},
    )
    supervisor.start()
    try:
        yield supervisor.bot.port
    finally:
        supervisor.stop()


@contextlib.contextmanager
def _in_memory() -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.store_cost", "--in-memory", "--port", str(port)],
        cwd=ROOT, env={**_quiet(), "OPENBLAS_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            if server.poll() is not None:
                sys.exit("The peer did not start.")
            with contextlib.suppress(OSError):
                _ask(port, "are you there", "hello")
                break
            time.sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait()


def _serve_in_memory(port: int) -> None:
    """The same bot, loaded the same way, with what Rasa itself has for channel and store."""
    import logging
    from functools import partial

    from assistant import logs, no_tensorflow

    no_tensorflow.install()
    from rasa.core import run as server
    from rasa.core.channels.rest import RestInput
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.common import configure_logging_and_warnings

    from assistant.dialogue.prepare import prepare
    from assistant.serve import HOST, _load

    configure_logging_and_warnings(log_level=logging.WARNING, warn_only_once=True)
    logs.configure(production=True)
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    endpoints.tracker_store = None
    app = server.configure_app([RestInput()], cors=[], enable_api=False, port=port, endpoints=endpoints)
    model = ROOT / "models" / "assistant.tar.gz"
    app.register_listener(partial(_load, str(model), endpoints), "before_server_start")
    # no front door here that would make the loaded model ours
    app.register_listener(lambda app, _: prepare(app.ctx.agent, load_settings()), "after_server_start")
    app.run(host=HOST, port=port, access_log=False, backlog=100)


if __name__ == "__main__":
    main()
