"""The website channel: the protocol of docs/protocol.md, the widget's files and the demo page."""
from __future__ import annotations

import json
import re
from functools import partial
from typing import Any, Mapping, Optional

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels import protocol
from assistant.channels.front_door import Busy, Message, OnMessage
from assistant.channels.limits import Limits, client_address, trusted_proxies
from assistant.channels.pages import Pages
from assistant.channels.protocol import NO_STORE, Refused, Routes
from assistant.channels.reception import Prepare, Reception
from assistant.channels.tokens import Session, Tokens
from assistant.conversations.ledger import SESSION_SECONDS
from assistant.conversations.lines import Line
from assistant.conversations.store import StoreError
from assistant.settings import ROOT, Settings, load_settings

RETRY_SECONDS = 5.0  # when a client may try again that found the server busy
_LINES = "application/x-ndjson; charset=utf-8"


def cors_origins(settings: Settings) -> list[str]:
    """Origins for Rasa's CORS (`configure_app(cors=...)`), which answers the browsers' preflights."""
    return [origin.lower() for origin in settings.website.origins]


class Website(InputChannel):
    """What the widget and the shell talk to."""

    def __init__(
        self,
        *,
        settings: Settings,
        limits: Optional[Mapping[str, float]] = None,
        prepare: Optional[Prepare] = None,
    ) -> None:
        """Sets up the channel.

        Args:
            settings: the clinic's.
            limits: see Limits.from_options.
            prepare: makes a loaded agent ours; default assistant.dialogue.prepare.
        """
        self._settings = settings
        self._prepare = prepare
        self._limits = Limits.from_options(limits or {})
        self._proxies = trusted_proxies()
        self._tokens = Tokens(settings.secret)
        self._origins = frozenset(cors_origins(settings))
        self._pages = Pages(ROOT / "widget")

    @classmethod
    def name(cls) -> str:
        """Name of the channel in kept messages."""
        return "website"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "Website":
        """Called by Rasa with the channel's part of credentials.yml: {limits: {...}} or nothing."""
        return cls(settings=load_settings(), limits=(credentials or {}).get("limits"))

    def url_prefix(self) -> str:
        """The routes hang at the root, not under /webhooks."""
        return "/"

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes; called by Rasa with its message handler."""
        routes = Routes("website", partial(self._hang_in, on_message=on_new_message))
        routes.add("GET", "/health", self._health)
        routes.add("GET", "/ready", self._ready)
        routes.add("GET", "/chat/clinic", self._clinic)
        routes.add("POST", "/chat/session", self._session, reads_body=True)
        routes.add("POST", "/chat/messages", self._send, reads_body=True)
        routes.add("GET", "/chat/messages", self._replay)
        routes.add("GET", "/widget/<name>", self._widget)
        return routes

    def _hang_in(self, app: Sanic, *, on_message: OnMessage) -> None:
        # what a blueprint cannot do: the form of errors, the page at the root, the shared reception
        reception = Reception.of(
            app, settings=self._settings, on_message=on_message, prepare=self._prepare
        )
        protocol.answer_errors(app, says=reception.says, phone=reception.phone)

        async def demo_page(request: Request) -> Optional[HTTPResponse]:
            # Rasa has a route of its own at the root, so this must come before routing's result
            is_root = request.path == "/" and request.method in ("GET", "HEAD")
            return self._pages.demo(request) if is_root else None

        app.register_middleware(demo_page, "request")

    async def _health(self, request: Request) -> HTTPResponse:
        return response.json({"status": "ok"}, headers=NO_STORE)

    async def _ready(self, request: Request) -> HTTPResponse:
        reception: Reception = request.app.ctx.reception
        why = await reception.why_not_ready()
        if why:
            return response.json({"ready": False, "why": why}, status=503, headers=NO_STORE)
        body = {"ready": True, "degraded": await reception.degraded()}
        return response.json(body, headers=NO_STORE)

    async def _clinic(self, request: Request) -> HTTPResponse:
        protocol.check_origin(request, self._origins)
        reception: Reception = request.app.ctx.reception
        settings = reception.settings_in(request.args.get("market"))
        clinic, opening = settings.clinic, settings.opening()
        starters = reception.words("utter_widget_starters", settings).get("buttons", [])
        tel = self._settings.phone_e164
        short_numbers = dict.fromkeys([clinic.emergency_number, clinic.crisis_line])
        body = {
            "name": clinic.name,
            "phone": clinic.phone,
            "tel": tel,
            "email": clinic.email,
            "address": clinic.address,
            "hours": settings.placeholders()["hours"],
            "emergency_number": clinic.emergency_number,
            "privacy_url": clinic.privacy_url,
            "greeting": reception.words("utter_widget_greeting", settings).get("text", ""),
            "starters": [{"title": one["title"], "says": one["payload"]} for one in starters],
            "disclosure": reception.words("utter_widget_disclosure", settings).get("text", ""),
            "review": reception.review(),
            "retention_days": settings.retention.chats_days,
            "opening": {"is_open": opening.is_open, "says": opening.says},
            "market": clinic.market,
            "names_medicine_first": settings.names_medicine_first,
            "numbers": [
                {"text": clinic.phone, "tel": tel},
                *({"text": number, "tel": re.sub(r"\D", "", number)} for number in short_numbers),
            ],
            "degraded": await reception.degraded(),
        }
        return response.json(body, headers=NO_STORE)

    async def _session(self, request: Request) -> HTTPResponse:
        protocol.check_origin(request, self._origins)
        self._not_too_often(request, new_session=True)
        body = await protocol.read_json(request)
        old = body.get("token")
        if old is not None and not isinstance(old, str):
            raise Refused("bad_request")
        known = self._tokens.read(old) if old else None
        token, session = self._tokens.issue(known.conversation_id if known else None)
        return response.json({"token": token, "expires": session.expires_text}, headers=NO_STORE)

    async def _send(self, request: Request) -> None:
        protocol.check_origin(request, self._origins)
        session = self._who(request)
        self._not_too_often(request, session=session)
        body = await protocol.read_json(request)
        message_id, text = body.get("id"), body.get("text")
        if not isinstance(text, str) or not isinstance(message_id, str):
            raise Refused("bad_request")
        if not protocol.MESSAGE_ID.fullmatch(message_id):
            raise Refused("bad_request")
        message = Message(session.conversation_id, message_id, text, self.name())
        try:
            door = request.app.ctx.reception.door
            turn = door.take(message)
        except Busy:
            raise Refused("busy", retry_after=RETRY_SECONDS) from None
        # a proxy that collects the answer would hold back the signs of life
        headers = {**NO_STORE, "X-Accel-Buffering": "no"}
        stream = await request.respond(content_type=_LINES, headers=headers)
        async for line in door.lines(message, turn):
            await stream.send(_line(line))
        await stream.eof()

    async def _replay(self, request: Request) -> HTTPResponse:
        protocol.check_origin(request, self._origins)
        session = self._who(request)
        self._not_too_often(request, session=session)
        after = request.args.get("after", "0")
        if not re.fullmatch(r"\d{1,9}", after, re.ASCII):
            raise Refused("bad_request")
        conversations = request.app.ctx.reception.conversations
        if conversations is None:
            raise Refused("busy", retry_after=RETRY_SECONDS)
        try:
            # on a shared device the next person must not read what the last one said
            kept = await conversations.kept(
                session.conversation_id, after=int(after), fresh_within=SESSION_SECONDS
            )
        except StoreError:
            raise Refused("busy", retry_after=RETRY_SECONDS) from None
        lines = [*kept.lines, {"kind": "end", "n": kept.last_n}]
        return response.text("".join(map(_line, lines)), content_type=_LINES, headers=NO_STORE)

    async def _widget(self, request: Request, name: str) -> HTTPResponse:
        found = self._pages.widget(request, name)
        if found is None:
            raise Refused("not_found")
        return found

    def _who(self, request: Request) -> Session:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        session = self._tokens.read(token.strip()) if scheme.lower() == "bearer" else None
        if session is None:
            raise Refused("no_session")
        return session

    def _not_too_often(
        self, request: Request, *, session: Optional[Session] = None, new_session: bool = False
    ) -> None:
        forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
        address = client_address(request.ip, forwarded, self._proxies)
        waits = [self._limits.address.wait(address)]
        if new_session:
            waits.append(self._limits.new_sessions.wait(address))
        if session:
            waits.append(self._limits.session.wait(session.conversation_id))
        if any(waits):
            raise Refused("too_fast", retry_after=max(waits))


def _line(line: Line) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"
