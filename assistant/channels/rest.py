"""The test channel: Rasa's REST interface through our front door (tests/credentials.yml only).

Anybody who can reach it may speak as any sender, so it is never switched on for visitors.
"""
from __future__ import annotations

import uuid
from functools import partial
from typing import Any, Optional

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.front_door import Busy, Message, OnMessage
from assistant.channels.protocol import NO_STORE, Refused, Routes, error_response, read_json
from assistant.channels.reception import Prepare, Reception
from assistant.conversations.lines import Line
from assistant.settings import Settings, load_settings

MOST_SENDER_CHARACTERS = 128  # what the store takes as an id


class Rest(InputChannel):
    """POST /webhooks/rest/webhook {sender, message} -> [{recipient_id, text, buttons}]."""

    def __init__(self, *, settings: Settings, prepare: Optional[Prepare] = None) -> None:
        """Sets up the channel; see Website."""
        self._settings = settings
        self._prepare = prepare

    @classmethod
    def name(cls) -> str:
        """Name of the channel in kept messages and in its address."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "Rest":
        """Called by Rasa; there is nothing to set."""
        return cls(settings=load_settings())

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes; called by Rasa with its message handler."""
        routes = Routes("rest", partial(self._hang_in, on_message=on_new_message))
        routes.add("GET", "/", self._health)
        routes.add("POST", "/webhook", self._receive, reads_body=True)
        return routes

    def _hang_in(self, app: Sanic, *, on_message: OnMessage) -> None:
        Reception.of(app, settings=self._settings, on_message=on_message, prepare=self._prepare)

    async def _health(self, request: Request) -> HTTPResponse:
        return response.json({"status": "ok"}, headers=NO_STORE)

    async def _receive(self, request: Request) -> HTTPResponse:
        reception: Reception = request.app.ctx.reception
        try:
            body = await read_json(request)
            sender, text = body.get("sender"), body.get("message")
            if not isinstance(sender, str) or not 0 < len(sender) <= MOST_SENDER_CHARACTERS:
                raise Refused("bad_request")
            if not isinstance(text, str):
                raise Refused("bad_request")
            message = Message(sender, uuid.uuid4().hex, text, self.name())
            turn = reception.door.take(message)
        except Refused as refused:
            return error_response(refused, says=reception.says, phone=reception.phone)
        except Busy:
            return error_response(Refused("busy"), says=reception.says, phone=reception.phone)
        said = [line async for line in reception.door.lines(message, turn)]
        answers = [_in_rasa_form(line, sender) for line in said if line["kind"] in ("text", "sorry")]
        return response.json(answers, headers=NO_STORE)


def _in_rasa_form(line: Line, sender: str) -> Line:
    answer: Line = {"recipient_id": sender, "text": line["text"]}
    if line.get("buttons"):
        answer["buttons"] = [
            {"title": button["title"], "payload": button["says"]} for button in line["buttons"]
        ]
    return answer
