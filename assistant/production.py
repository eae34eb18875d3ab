"""What a clinic that is open to the public must have in place before the bot starts."""
from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Mapping, Optional

import structlog

from assistant.answers.signatures import FILE as SIGNATURES
from assistant.answers.signatures import Signatures, load_signatures, reminders
from assistant.answers.store import load_wordings
from assistant.settings import Settings

logger = structlog.get_logger(__name__)


def refusal(settings: Settings, root: Path, *, today: Optional[dt.date] = None) -> Optional[str]:
    """Why `production: true` must not start, in one sentence; None when it may, or is not set.

    Args:
        settings: the clinic's.
        root: the project's folder, with answers and signatures.
        today: the day signatures are judged by; default: on the clinic's calendar.
    """
    if not settings.production:
        return None
    unsigned = unsigned_answers(root, today or settings.now().date())
    if unsigned:
        return (
            f"clinic.yml says production: true, but {unsigned} answers carry no clinician's signature; "
            "read them with `faq show TOPIC` and sign them with `faq sign TOPIC`, or set production: false."
        )
    return (
        "clinic.yml says production: true, but this version shows booking requests only in the terminal of "
        "make run, where nobody may look; set production: false until they can be sent to a person."
    )


def unsigned_answers(root: Path, today: dt.date) -> int:
    """How many wordings nobody has signed as they read now."""
    return len(load_signatures(root).unsigned(load_wordings(root), today))


def signature_reminders(root: Path, today: dt.date) -> list[str]:
    """Sentences about signatures that end soon or have ended; none when they cannot be read."""
    if not (root / SIGNATURES).exists():
        return []
    try:
        signatures = load_signatures(root)
    except ValueError:
        return []  # `make check` tells which line is wrong
    return reminders(signatures, load_wordings(root), today)


class Reviews:
    """How each wording stands with its clinician today, judged again on a new day or after an edit.

    Attributes:
        withheld: keys of the wordings that production must not show: unsigned, edited since they
            were signed, or expired for longer than the grace period.
        ended: keys of the wordings whose signature has ended, with the day it was written.
    """

    def __init__(self, root: Path, *, production: bool) -> None:
        """Takes the project's folder; nothing is read before the first `refresh`."""
        self._root = root
        self._production = production
        self._judged: Optional[tuple[dt.date, int, int]] = None
        self.withheld: frozenset[str] = frozenset()
        self.ended: Mapping[str, dt.date] = {}

    def refresh(self, today: dt.date, *, edition: int = 0) -> None:
        """Judges again when the day, the answers or the signatures have changed.

        Args:
            today: the day, on the clinic's calendar.
            edition: any number that changes when an answer is edited.
        """
        file = self._root / SIGNATURES
        if not self._production and not file.exists():
            return  # a demo that nobody has signed withholds nothing and has nothing to tell
        judged = (today, edition, file.stat().st_mtime_ns if file.exists() else 0)
        if judged == self._judged:
            return
        self._judged = judged
        try:
            signatures = load_signatures(self._root)
        except ValueError as broken:  # a broken file signs nothing
            logger.error("signatures.unreadable", why=str(broken))
            signatures = Signatures({})
        wordings = load_wordings(self._root)
        self.withheld = frozenset(item.key for item in wordings if signatures.withheld(item, today))
        days = {item.key: signatures.last_reviewed(item, today) for item in wordings}
        self.ended = {key: day for key, day in days.items() if day is not None}
