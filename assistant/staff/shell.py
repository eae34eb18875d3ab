"""The shell: the same bot, through the same front door, for clinic staff at a terminal."""
from __future__ import annotations

import sys
from typing import Any, TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding

from assistant.staff.client import ChatClient, ChatError

_LEAVE = {"/quit", "/exit", "/q"}


def talk(client: ChatClient, console: Console, typed: TextIO = sys.stdin) -> None:
    """Talks until the input ends or /quit is typed; a number picks one of the offered questions."""
    clinic = client.clinic()
    console.print(f"[bold]{clinic['name']}[/bold]. {clinic['disclosure']}", highlight=False)
    console.print("Type a question, a number to pick a suggestion, or /quit.\n", style="dim")
    offered: list[str] = [starter["says"] for starter in clinic["starters"]]
    _print_buttons(clinic["starters"], console)
    while True:
        line = _read(console, typed)
        if line is None or line.strip() in _LEAVE:
            return
        picked = line.strip()
        if picked.isdigit() and 1 <= int(picked) <= len(offered):
            line = offered[int(picked) - 1]
            console.print(f"> {line}", style="dim", highlight=False)
        try:
            answers = client.say(line)
        except ChatError as error:
            console.print(str(error), style="red", highlight=False)
            continue
        offered = []
        for answer in answers:
            _print_answer(answer, console)
            offered = [button["says"] for button in answer.get("buttons") or ()]


def _read(console: Console, typed: TextIO) -> str | None:
    if typed is sys.stdin and sys.stdin.isatty():
        try:
            return console.input("[bold]You:[/bold] ")
        except (EOFError, KeyboardInterrupt):
            return None
    line = typed.readline()
    if not line:
        return None
    console.print(f"[bold]You:[/bold] {line.rstrip()}", highlight=False)
    return line.rstrip("\n")


def _print_answer(answer: dict[str, Any], console: Console) -> None:
    lead = f"**{answer['lead']}**\n\n" if answer.get("lead") else ""
    # two spaces before a line break keep a list of hours or a summary in lines
    text = lead + answer["text"].replace("\n", "  \n")
    console.print(Padding(Markdown(text), (0, 0, 0, 2)))
    kinds = list(dict.fromkeys(source["kind"] for source in answer.get("sources") or ()))
    about = " | ".join(filter(None, [answer.get("topic"), ", ".join(kinds)]))
    if about:
        console.print(f"  ({about})", style="dim", highlight=False)
    _print_buttons(answer.get("buttons") or [], console)
    console.print()


def _print_buttons(buttons: list[dict[str, str]], console: Console) -> None:
    for number, button in enumerate(buttons, 1):
        console.print(f"  {number}. {button['title']}", style="dim", highlight=False)
