"""What a clinic that is open to the public must have in place before the bot starts."""
from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Optional

from assistant.answers.signatures import load_signatures
from assistant.answers.store import load_content
from assistant.settings import Settings


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
    return len(load_signatures(root).unsigned(load_content(root).variants, today))


def withheld_answers(root: Path, today: dt.date) -> frozenset[str]:
    """Keys of the wordings that production must not show: unsigned, edited, or expired beyond grace."""
    signatures = load_signatures(root)
    return frozenset(
        variant.key for variant in load_content(root).variants if signatures.withheld(variant, today)
    )
