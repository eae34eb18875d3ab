"""How fast and how large the bot is, end to end, beside Rasa's default recipe on the same data.

`make bench` trains the peer (the configuration `rasa init` leads to, on this project's phrases, rules
and answers), then has the same 200 conversations of five turns with each, one visitor at a time, over
the REST channel. It prints a table; docs/reports/ keeps the newest. The peer learns for one epoch
instead of a hundred: that makes its answers worse and its speed no different, and half an hour shorter.
"""
from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

from ruamel.yaml import YAML

from assistant.making import make_everything
from assistant.settings import ROOT, load_settings
from assistant.supervisor import Supervisor, asks, free_port

TURNS = 5
REPORT = ROOT / "docs" / "reports" / "speed.md"


@dataclass
class Measured:
    """What one bot did: milliseconds per message, seconds to ready, resident megabytes."""

    name: str
    milliseconds: list[float]
    ready_seconds: float
    megabytes: float

    def row(self) -> str:
        """The table row of this bot."""
        ordered = sorted(self.milliseconds)
        p95 = ordered[int(len(ordered) * 0.95)]
        return (
            f"| {self.name} | {statistics.median(ordered):.1f} | {p95:.1f} "
            f"| {self.ready_seconds:.0f} | {self.megabytes:.0f} |"
        )


def main() -> None:
    """Measures both and writes the report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", type=int, default=200)
    conversations = options.parse_args().conversations
    messages = _conversations(conversations)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FAQ_VAR"] = folder
        make_everything(print)
        print("Training the peer (several minutes)")
        peer = _peer(Path(folder) / "peer")
        measured = []
        for name, started in (("this assistant", _ours(Path(folder))), ("rasa init recipe", _stock(peer))):
            print(f"Asking {name}")
            with started as (port, pids, ready):
                times = [_ask(port, f"{name}-{i}", text) for i, talk in enumerate(messages) for text in talk]
                measured.append(Measured(name, times, ready, sum(map(_megabytes, pids))))
    ours, stock = measured
    ratio = statistics.median(stock.milliseconds) / statistics.median(ours.milliseconds)
    lines = [
        "# Speed", "",
        f"{conversations} conversations of {TURNS} turns with each bot, one visitor at a time, same machine, same run.",
        "The assistant's figures include front door, database and, for memory, the action server.", "",
        "| bot | median ms | p95 ms | seconds to ready | MB resident |", "|---|---|---|---|---|",
        *(one.row() for one in measured), "",
        f"The peer needs {ratio:.1f} times as long for a message.", "",
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


def _conversations(count: int) -> list[list[str]]:
    """Random training phrases of the FAQ and clinic topics, the same for both bots."""
    phrases: list[str] = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            if entry["intent"].startswith(("faq_", "clinic_")):
                phrases += [line[2:] for line in entry["examples"].splitlines() if line.startswith("- ")]
    draw = random.Random(0)
    return [draw.sample(phrases, TURNS) for _ in range(count)]


def _peer(folder: Path) -> Path:
    """A project with `rasa init`'s configuration and our phrases, rules and plain answers, trained."""
    (folder / "data").mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "nlu", folder / "data" / "nlu")
    yaml = YAML(typ="safe")
    rules = [
        rule
        for path in sorted((ROOT / "data" / "rules").glob("*.yml"))
        for rule in yaml.load(path.read_text(encoding="utf-8"))["rules"]
        if "form" not in json.dumps(rule)
    ]
    said = {}
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for name, wordings in yaml.load(path.read_text(encoding="utf-8"))["responses"].items():
            said[name] = [{"text": wordings[-1]["text"]}]
    domain = yaml.load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    wanted = {key: domain[key] for key in ("version", "intents", "session_config")}
    for name, content in (
        ("config.yml", recipe(1)),
        ("data/rules.yml", {"version": "3.1", "rules": [{**rule, "condition": []} for rule in rules]}),
        ("domain.yml", {**wanted, "responses": said}),
        ("credentials.yml", {"rest": None}),
        ("endpoints.yml", {}),
    ):
        with (folder / name).open("w", encoding="utf-8") as out:
            yaml.dump(content, out)
    _rasa(folder, "train")
    return folder


def recipe(epochs: int) -> dict[str, Any]:
    """Pipeline and policies that Rasa 3.6 takes when config.yml names none, with so many epochs each."""
    characters = {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}
    names = ["WhitespaceTokenizer", "RegexFeaturizer", "LexicalSyntacticFeaturizer", "CountVectorsFeaturizer"]
    return {
        "recipe": "default.v1",
        "assistant_id": "peer",
        "language": "en",
        "pipeline": [
            *({"name": name} for name in names),
            characters,
            {"name": "DIETClassifier", "epochs": epochs},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": epochs},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
            {"name": "TEDPolicy", "max_history": 5, "epochs": epochs, "constrain_similarities": True},
        ],
    }


def _rasa(folder: Path, *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "rasa", *command], cwd=folder, check=True, env=_quiet(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


def _quiet() -> dict[str, str]:
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


@contextlib.contextmanager
def _ours(var: Path) -> Iterator[tuple[int, list[int], float]]:
    supervisor = Supervisor(
        load_settings(), port=free_port(), actions_port=free_port(), credentials="tests/credentials.yml",
        environment={"FAQ_RATE_LIMITS": "off", "FAQ_VAR": str(var)},
    )
    began = time.monotonic()
    supervisor.start()
    try:
        pids = [child.process.pid for child in supervisor.children if child.process]
        yield supervisor.bot.port, pids, time.monotonic() - began
    finally:
        supervisor.stop()


@contextlib.contextmanager
def _stock(folder: Path) -> Iterator[tuple[int, list[int], float]]:
    port, began = free_port(), time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", "rasa", "run", "-p", str(port), "-i", "127.0.0.1", "--enable-api",
         "--credentials", "credentials.yml", "--endpoints", "endpoints.yml"],
        cwd=folder, env=_quiet(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        while not asks(f"http://127.0.0.1:{port}/status"):
            time.sleep(0.5)
        yield port, [server.pid], time.monotonic() - began
    finally:
        server.terminate()
        server.wait()


def _ask(port: int, sender: str, text: str) -> float:
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhooks/rest/webhook", data=body,
        headers={"Content-Type": "application/json"},
    )
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:
        json.load(answer)
    return (time.perf_counter() - began) * 1000


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
