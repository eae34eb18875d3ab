"""The command `faq`: what the Makefile and the front desk call."""
from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator, NoReturn, Optional

import typer
from rich.console import Console

from assistant.production import refusal, signature_reminders
from assistant.settings import ROOT, Settings, SettingsError, load_settings
from assistant.supervisor import StartError, Supervisor, asks, free_port

app = typer.Typer(add_completion=False, help="The micro-Botox FAQ assistant.", no_args_is_help=True)
console = Console()
DEFAULT_PORT = 5005
TRY = ("Does micro-Botox hurt?", "and regular Botox?")


@app.command()
def setup() -> None:
    """Makes the encoder, the spaCy pipeline and the model where they are missing or stale."""
    _settings()
    _make()


@app.command()
def run(port: int = typer.Option(DEFAULT_PORT, envvar="PORT", help="Port of the web page.")) -> None:
    """Starts everything; prints the address, and each new booking request as a card."""
    settings = _settings()
    why_not = refusal(settings, ROOT)
    if why_not:
        _give_up(why_not)
    for reminder in signature_reminders(ROOT, settings.now().date()):
        _note(reminder)
    supervisor = Supervisor(settings, port=port, actions_port=_actions_port(port), say=_note)
    _check_ports(supervisor)  # before anything is loaded or trained
    _make()
    with _stopping_on_signals(), _started(supervisor):
        address = f"http://localhost:{port}/"
        console.print(f"\nOpen [bold]{address}[/bold]\n")
        console.print("Two questions to try:\n" + "\n".join(f"  {question}" for question in TRY), highlight=False)
        console.print("\nNew booking requests appear here. Stop with Ctrl-C.\n", highlight=False)
        _show_cards(settings, supervisor)


@app.command()
def shell(port: int = typer.Option(DEFAULT_PORT, envvar="PORT", help="Port of a running bot.")) -> None:
    """Talks to the bot in the terminal: to the running one, else to one loaded for the purpose."""
    from assistant.staff.client import ChatClient
    from assistant.staff.shell import talk

    settings = _settings()
    if asks(f"http://127.0.0.1:{port}/ready"):
        talk(ChatClient(f"http://127.0.0.1:{port}"), console)
        return
    _make()
    supervisor = Supervisor(settings, port=free_port(), actions_port=free_port(), say=_note)
    with _stopping_on_signals(), _started(supervisor):
        talk(ChatClient(supervisor.bot.url), console)


@app.command()
def check() -> None:
    """Checks facts and answers in seconds, without a model; says what is wrong and how to mend it."""
    from assistant.answers.lint import run_check

    settings = _settings()
    report = run_check(ROOT)
    for finding in report.findings:
        console.print(str(finding), style="red", highlight=False, soft_wrap=True)
    count = len(report.findings)
    many = "No mistakes found." if not count else f"{count} mistake{'s' if count > 1 else ''} to mend."
    console.print(many, style="red" if count else "green", highlight=False)
    for reminder in signature_reminders(ROOT, settings.now().date()):
        _note(reminder)
    for line in report.summary:
        console.print(line, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if report.ok else 1)


_Topic = typer.Argument(..., help="A topic, e.g. duration or faq_duration.")
_Treatment = typer.Option(None, help="Only the wording for micro_botox, standard_botox, baby_botox, microneedling.")
_Subject = typer.Option(None, help="Only the wording on one thing that questions name, e.g. flying.")


@app.command()
def show(
    topic: str = _Topic,
    treatment: Optional[str] = _Treatment,
    subject: Optional[str] = _Subject,
    everything: bool = typer.Option(False, "--all", help="Every wording of the topic, each in full."),
) -> None:
    """Shows one answer on one screen, for micro-Botox unless told otherwise: signature, facts, sources."""
    from assistant.answers.show import show_topic

    known = _settings().conditions()
    try:
        console.print(
            show_topic(ROOT, topic, treatment=treatment, subject=subject, settings=known, whole=everything)
        )
    except (LookupError, ValueError) as error:
        _give_up(str(error.args[0]))


@app.command()
def sign(
    topic: str = _Topic,
    by: str = typer.Option(..., prompt="Full name of the clinician who has read it"),
    treatment: Optional[str] = _Treatment,
    subject: Optional[str] = _Subject,
) -> None:
    """Shows a topic whole, asks, and writes a clinician's signature under it for a year."""
    from assistant.answers.show import show_topic, sign_topic

    try:
        console.print(show_topic(ROOT, topic, treatment=treatment, subject=subject, whole=True))
        typer.confirm(f"Does {by} stand for every word above?", abort=True)
        signed = sign_topic(ROOT, topic, by=by, treatment=treatment, subject=subject)
    except (LookupError, ValueError) as error:
        _give_up(str(error.args[0]))
    console.print(f"Signed: {len(signed)} wordings of {topic}. Editing one voids its signature.")


def main() -> None:
    """Entry point of the console script."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # else it warns at every fork
    app()


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        _give_up(str(error))


def _make() -> None:
    from assistant.making import MakingError, make_everything
    from assistant.nlu.encoder import EncoderError

    try:
        with _progress("Checking what is made already") as progress:
            make_everything(progress)
    except (EncoderError, MakingError) as error:
        _give_up(str(error))


def _check_ports(supervisor: Supervisor) -> None:
    from assistant.supervisor import check_port

    try:
        for child in supervisor.children:
            check_port(child.port)
    except StartError as error:
        _give_up(str(error))


def _actions_port(port: int) -> int:
    given = os.environ.get("ACTIONS_PORT")
    # beside another bot on another port, so that two may run on one machine
    return int(given) if given else 5055 + port - DEFAULT_PORT


@contextmanager
def _started(supervisor: Supervisor) -> Iterator[None]:
    try:
        with _progress("Starting") as progress:
            supervisor.start(progress=progress)
        yield
    except StartError as error:
        _give_up(str(error))
    except KeyboardInterrupt:
        console.print("\nStopping.")
    finally:
        supervisor.stop()


def _show_cards(settings: Settings, supervisor: Supervisor) -> None:
    from assistant.booking.cards import mark_shown, pending_cards
    from assistant.database import engine

    database = engine(settings.database_url)
    while True:
        for card in pending_cards(database):
            console.print(card.panel(time_zone=settings.clinic.time_zone))
            mark_shown(database, card)
        supervisor.look_after()
        time.sleep(1)


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    """SIGTERM ends the commands the way Ctrl-C does."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress(first: str) -> Iterator[Callable[[str], None]]:
    """A line that says what is going on: a spinner at a terminal, plain lines elsewhere."""
    if console.is_terminal:
        with console.status(first) as status:
            yield status.update
        return
    said: set[str] = set()

    def tell(text: str) -> None:
        what = text.split(" (")[0]
        if what not in said:
            said.add(what)
            console.print(what, highlight=False)

    yield tell


def _note(text: str) -> None:
    console.print(text, style="yellow", highlight=False, soft_wrap=True)


def _give_up(why: str) -> NoReturn:
    Console(stderr=True).print(why, style="red", highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
