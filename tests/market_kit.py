"""The demo clinic as it would stand in another market, and a running bot for it."""
from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from assistant.settings import ROOT, load_settings
from assistant.supervisor import Supervisor, free_port

# Numbers that regulators keep free for fiction.
_LOCAL = {
    "uk": ("020 7946 0958", "48 Quillfeather Lane, London", "Europe/London"),
    "eu": ("+353 20 910 0001", "48 Quillfeather Lane, Cork", "Europe/Dublin"),
    "au": ("(02) 5550 0142", "48 Quillfeather Lane, Sydney NSW", "Australia/Sydney"),
}


def clinic_in(market: str, folder: Path) -> Path:
    """Writes clinic.yml for a market, with the market's own emergency number and crisis line."""
    phone, address, zone = _LOCAL[market]
    text = (ROOT / "clinic.yml").read_text(encoding="utf-8")
    for key, value in (
        ("phone", phone), ("address", address), ("time_zone", zone), ("market", market),
        ("emergency_number", ""), ("crisis_line", ""),
    ):
        text, count = re.subn(rf"^(  {key}: ).*$", rf'\g<1>"{value}"', text, flags=re.MULTILINE)
        assert count == 1, key
    text = text.replace('"$60"', '"60 euros"' if market == "eu" else '"£60"' if market == "uk" else '"A$60"')
    file = folder / f"clinic-{market}.yml"
    file.write_text(text, encoding="utf-8")
    return file


@contextmanager
def bot_in(market: str, folder: Path) -> Iterator[Supervisor]:
    """A running bot, with action server, for the demo clinic of a market."""
    file = clinic_in(market, folder)
    supervisor = Supervisor(
        load_settings(file), port=free_port(), actions_port=free_port(), credentials="tests/credentials.yml",
        environment={"FAQ_CLINIC": str(file), "FAQ_RATE_LIMITS": "off", "FAQ_VAR": str(folder)},
    )
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()
