"""Session tokens: a random conversation id and its expiry, signed by the server.

A token is what makes somebody the visitor of a conversation, so it is never guessed (144 random
bits), never accepted unsigned, and compared in constant time. Nothing is kept on the server.
"""
from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Optional

LIFETIME_SECONDS = 24 * 3600
_ID_BYTES = 18
_PURPOSE = b"microbotox-assistant session v1"  # a signature made for anything else is no session


@dataclass(frozen=True)
class Session:
    """A visitor's conversation and until when (seconds since 1970) the token opens it."""

    conversation_id: str
    expires: int

    @property
    def expires_text(self) -> str:
        """The expiry in ISO 8601, UTC."""
        return datetime.fromtimestamp(self.expires, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Tokens:
    """Makes and reads session tokens."""

    def __init__(self, secret: bytes, *, lifetime: int = LIFETIME_SECONDS) -> None:
        """Takes the signing secret and how many seconds a token is good for."""
        self._key = hmac.new(secret, _PURPOSE, hashlib.sha256).digest()
        self._lifetime = lifetime

    def issue(self, conversation_id: Optional[str] = None) -> tuple[str, Session]:
        """A token and its session, for a new conversation or (to renew) a known one."""
        raw = secrets.token_bytes(_ID_BYTES) if conversation_id is None else _bytes(conversation_id)
        session = Session(_text(raw), int(time.time()) + self._lifetime)
        body = raw + struct.pack(">Q", session.expires)
        return f"{_text(body)}.{_text(self._signature(body))}", session

    def read(self, token: str) -> Optional[Session]:
        """The session of a token; None when it is forged, damaged or expired."""
        body_text, _, signature_text = token.partition(".")
        try:
            body, signature = _bytes(body_text), _bytes(signature_text)
        except (binascii.Error, ValueError):
            return None
        if not hmac.compare_digest(signature, self._signature(body)):
            return None
        if len(body) != _ID_BYTES + 8:
            return None
        (expires,) = struct.unpack(">Q", body[_ID_BYTES:])
        if expires <= time.time():
            return None
        return Session(_text(body[:_ID_BYTES]), expires)

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
