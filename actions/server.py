"""What the action server does beyond actions: a check at start, and closed doors.

`rasa run actions` and `python -m rasa_sdk --actions actions` both call the hook below.
"""
from __future__ import annotations

import hmac
import logging
import sys
from typing import Any, Optional

import pluggy
from rasa_sdk.plugin import plugin_manager
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sqlalchemy import inspect

from actions.clinic import clinic
from assistant.booking.model import METADATA
from assistant.booking.service import engine
from assistant.settings import SECRET_HEADER

logger = logging.getLogger(__name__)
hookimpl = pluggy.HookimplMarker("rasa_sdk")


@hookimpl
def attach_sanic_app_extensions(app: Sanic) -> None:
    """Adds the start-up check, the truth about being ready, and the caller's secret."""
    app.register_listener(_check_database, "before_server_start")
    app.register_middleware(_only_the_bot, "request")
    app.add_route(_ready, "/ready", methods=["GET"], name="ready")
    # the stock handler sends the whole request, conversation and all, back in its answer
    app.error_handler.add(Exception, _without_people)


async def _check_database(app: Sanic, loop: Any) -> None:
    """Stops the start, with one clear line, when settings or database cannot be used."""
    clinic()


async def _only_the_bot(request: Request) -> Optional[HTTPResponse]:
    """Refuses calls that do not carry the secret both processes read from the same place."""
    if request.path != "/webhook":
        return None
    given = request.headers.get(SECRET_HEADER, "").encode()
    if hmac.compare_digest(given, clinic().secret):
        return None
    return json({"error": "not allowed"}, status=403)


async def _ready(request: Request) -> HTTPResponse:
    """Whether a booking could be written now."""
    try:
        with engine(clinic().database_url).connect() as connection:
            there = inspect(connection.execution_options(read_only=True)).get_table_names()
    except Exception as error:  # any failure means the same to the caller
        return json({"ready": False, "why": type(error).__name__}, status=503)
    missing = sorted(set(METADATA.tables) - set(there))
    if missing:
        return json({"ready": False, "why": f"no table {', '.join(missing)}"}, status=503)
    return json({"ready": True})


def _without_people(request: Request, error: Exception) -> HTTPResponse:
    logger.error("%s failed: %s", request.path, type(error).__name__)
    return json({"error": type(error).__name__}, status=getattr(error, "status_code", 500))


if not plugin_manager().is_registered(sys.modules[__name__]):
    plugin_manager().register(sys.modules[__name__])
