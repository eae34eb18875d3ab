"""A client of the website channel: what staff type in the shell goes the way of a visitor's message."""
from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any, Iterator, Optional

SECONDS = 15


class ChatError(Exception):
    """The bot refused or could not be reached; the message is for the person at the keyboard."""


class ChatClient:
    """One conversation over HTTP."""

    def __init__(self, url: str) -> None:
        """Opens a session. `url` is the bot's address without a path. Raises ChatError."""
        self._url = url
        self._token: Optional[str] = None
        self._token = self._post("/chat/session", {})[0]["token"]

    def clinic(self) -> dict[str, Any]:
        """The widget's texts and the clinic's data."""
        return next(iter(self._call("/chat/clinic", None)))

    def say(self, text: str) -> list[dict[str, Any]]:
        """Sends one message; returns the answers (kinds "text" and "sorry"), in order."""
        lines = self._post("/chat/messages", {"id": secrets.token_hex(8), "text": text})
        return [line for line in lines if line.get("kind") in ("text", "sorry")]

    def _post(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self._call(path, json.dumps(body).encode()))

    def _call(self, path: str, body: Optional[bytes]) -> Iterator[dict[str, Any]]:
        request = urllib.request.Request(self._url + path, data=body)
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        while True:
            try:
                with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                    for line in answer:
                        if line.strip():
                            yield json.loads(line)
                return
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.TOO_MANY_REQUESTS:
                    raise ChatError(_says(error)) from None
                # a pasted list of questions is faster than any visitor: it waits its turn
                time.sleep(float(error.headers.get("Retry-After") or 1))
            except OSError:
                raise ChatError("The bot does not answer any more.") from None


def _says(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["says"])
    except (ValueError, KeyError, TypeError):
        return f"The bot answered with error {error.code}."
