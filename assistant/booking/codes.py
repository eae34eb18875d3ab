"""The short code of a request, made to be read aloud on the telephone."""
from __future__ import annotations

import secrets
from typing import Optional

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
LENGTH = 8


def new_code() -> str:
    """A code nobody can guess: 8 signs, about 40 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> Optional[str]:
    """The code somebody typed, in any case, with or without dash; None when it cannot be one."""
    code = "".join(text.split()).replace("-", "").replace("–", "").upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
