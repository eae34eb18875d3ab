"""The rules every route of the chat protocol keeps: errors in one form, small JSON bodies, origins."""
from __future__ import annotations

import asyncio
import json
import re
from functools import partial
from http import HTTPStatus
from typing import Any, Awaitable, Callable, Optional

import structlog
from sanic import Blueprint, Sanic, response
from sanic.exceptions import (
    InvalidUsage,
    MethodNotSupported,
    NotFound,
    PayloadTooLarge,
    RequestTimeout,
    SanicException,
    ServiceUnavailable,
)
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.logs import kind_and_place

logger = structlog.get_logger(__name__)

MOST_BODY_BYTES = 16 * 1024
BODY_SECONDS = 8  # until a body must be there; a slow sender does not keep a place
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

STATUS = {
    "bad_json": HTTPStatus.BAD_REQUEST,
    "bad_request": HTTPStatus.BAD_REQUEST,
    "no_session": HTTPStatus.UNAUTHORIZED,
    "wrong_origin": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "wrong_method": HTTPStatus.METHOD_NOT_ALLOWED,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_fast": HTTPStatus.TOO_MANY_REQUESTS,
    "failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Says = Callable[[str], str]


class Refused(Exception):
    """A request that is answered with an error of the protocol."""

    def __init__(self, code: str, *, retry_after: float = 0.0) -> None:
        """Takes the error's code and, when it helps to wait, for how many seconds."""
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class Routes(Blueprint):
    """A channel's routes, which may also set up the application they are hung into."""

    def __init__(self, name: str, hang_in: Callable[[Sanic], None]) -> None:
        """Takes a name and what is to be done with the application."""
        super().__init__(name)
        self.ctx.hang_in = hang_in

    def add(
        self,
        method: str,
        path: str,
        handler: Callable[..., Awaitable[Optional[HTTPResponse]]],
        *,
        reads_body: bool = False,
    ) -> None:
        """Adds a route.

        Args:
            method: HTTP method.
            path: path under the blueprint's prefix.
            handler: a bound method; Sanic writes attributes on handlers, so it is wrapped.
            reads_body: the handler calls read_json; else Sanic would take in 100 MB before it.
        """
        route = partial(handler)
        self.add_route(route, path, methods=[method], name=handler.__name__.strip("_"), stream=reads_body)

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Called by Sanic."""
        super().register(app, options)
        self.ctx.hang_in(app)


def error_response(refused: Refused, *, says: Says, phone: str) -> HTTPResponse:
    """An error in the protocol's form: {error, says, phone}."""
    headers = dict(NO_STORE)
    if refused.retry_after:
        headers["Retry-After"] = str(int(refused.retry_after) + 1)
    sentence = says(f"utter_widget_error_{refused.code}") or says("utter_widget_failed") or phone
    body = {"error": refused.code, "says": sentence, "phone": phone}
    return response.json(body, status=STATUS[refused.code], headers=headers)


def answer_errors(app: Sanic, *, says: Says, phone: str) -> None:
    """Gives every error of the server the protocol's form, also where Rasa would answer in its own.

    Args:
        app: the application.
        says: text of a response by name.
        phone: the clinic's number.
    """

    def refused(request: Request, error: Exception) -> HTTPResponse:
        assert isinstance(error, Refused)
        return error_response(error, says=says, phone=phone)

    def stock(request: Request, error: Exception) -> HTTPResponse:
        if not isinstance(error, SanicException):
            # a mistake of ours; text and address may hold what a visitor sent
            route = getattr(request and request.route, "path", None)
            logger.error("request.failed", route=route, **kind_and_place(error))
        return error_response(Refused(_code_of(error)), says=says, phone=phone)

    app.error_handler.add(Refused, refused)
    for kind in (NotFound, MethodNotSupported, PayloadTooLarge, InvalidUsage, Exception):
        app.error_handler.add(kind, stock)


def _code_of(error: Exception) -> str:
    kinds = (
        (NotFound, "not_found"),
        (MethodNotSupported, "wrong_method"),
        (PayloadTooLarge, "too_large"),
        (RequestTimeout, "bad_request"),
        (ServiceUnavailable, "busy"),
        (InvalidUsage, "bad_request"),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), "failed")


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of a request's body ({} for an empty one); for routes added with reads_body.

    Raises:
        Refused: too_large, bad_json or bad_request (JSON, but no object; or not there in time).
    """
    if request.stream is not None:
        request.stream.request_max_size = MOST_BODY_BYTES
    try:
        await asyncio.wait_for(request.receive_body(), BODY_SECONDS)
    except PayloadTooLarge:
        raise Refused("too_large") from None
    except asyncio.TimeoutError:
        if request.stream is not None:  # what is still missing is not waited for
            request.stream.request_body = None
            request.stream.keep_alive = False
        raise Refused("bad_request") from None
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise Refused("bad_json") from None
    if not isinstance(body, dict):
        raise Refused("bad_request")
    return body


def check_origin(request: Request, allowed: frozenset[str]) -> None:
    """Lets in the clinic's sites, this server's own pages, and clients that are no browser.

    Raises:
        Refused: wrong_origin.
    """
    origin = request.headers.get("origin")
    if origin is None or origin.lower() in allowed:
        return
    # behind a proxy that ends TLS the scheme differs from ours, so only the host is compared
    _, _, host = origin.lower().partition("://")
    if not host or host != request.headers.get("host", "").lower():
        raise Refused("wrong_origin")
