"""The bot process: loads the newest model and serves the channels of credentials.yml.

Started by the supervisor (`make run`, `make shell`); bound to 127.0.0.1, a proxy stands before it.
"""
import argparse
import logging
import os
import sys
import warnings
from asyncio import AbstractEventLoop
from functools import partial
from pathlib import Path
from typing import List

from assistant import no_tensorflow
from assistant.production import refusal
from assistant.settings import ROOT, Settings, SettingsError, load_settings

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
# a message's matrices are small; a second thread would only spin and take a processor from other work
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
no_tensorflow.install()
warnings.simplefilter("ignore")  # Rasa's frozen dependencies warn on import; our tests look at ours

from rasa.core import agent as agents  # noqa: E402
from rasa.core import run as server  # noqa: E402
from rasa.core.utils import AvailableEndpoints  # noqa: E402
from rasa.utils.common import configure_logging_and_warnings  # noqa: E402
from sanic import Sanic  # noqa: E402

from assistant import logs  # noqa: E402
from assistant.channels.website import cors_origins  # noqa: E402

HOST = "127.0.0.1"
BODY_BYTES = 16 * 1024
HEADER_SECONDS = 8  # until a request's headers must be there; a slow sender does not keep a place


async def _load(model: str, endpoints: AvailableEndpoints, app: Sanic, loop: AbstractEventLoop) -> None:
    app.ctx.agent = await agents.load_agent(model_path=model, endpoints=endpoints, loop=loop)


def build(*, model: Path, credentials: Path, port: int, settings: Settings) -> Sanic:
    """The web application with model, store, voice and channels, not yet running."""
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    channels = server.create_http_input_channels(None, str(credentials))
    app = server.configure_app(
        channels, cors=cors_origins(settings), enable_api=False, port=port, endpoints=endpoints
    )
    app.config.REQUEST_MAX_SIZE = BODY_BYTES
    app.config.REQUEST_TIMEOUT = HEADER_SECONDS
    app.register_listener(partial(_load, str(model), endpoints), "before_server_start")
    app.register_listener(server.close_resources, "after_server_stop")
    return app


def main(arguments: List[str]) -> None:
    """Runs until stopped."""
    options = argparse.ArgumentParser(description="Runs the bot.")
    options.add_argument("--port", type=int, default=5005)
    options.add_argument("--model", type=Path, default=ROOT / "models" / "assistant.tar.gz")
    options.add_argument("--credentials", type=Path, default=ROOT / "credentials.yml")
    given = options.parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit(str(error))
    why_not = refusal(settings, ROOT)
    if why_not:
        sys.exit(why_not)
    # before anything is logged: an unconfigured structlog prints every message
    configure_logging_and_warnings(log_level=logging.WARNING, warn_only_once=True)
    logs.configure(production=settings.production)
    os.chdir(ROOT)  # Rasa reads config paths such as build/pipeline relative to the project
    app = build(model=given.model, credentials=given.credentials, port=given.port, settings=settings)
    try:
        app.run(host=HOST, port=given.port, access_log=False, backlog=100)
    except RuntimeError:
        # told to stop while still loading; Sanic has logged it. No turn was begun, and a thread that
        # waits for the database must not keep alive a process that serves nobody.
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
