"""The chat protocol over real HTTP on loopback: a real server and store, and a bot without a model."""
from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
from conversation_kit import EchoBot, store_in
from rasa.core.channels.channel import register
from sanic import Sanic, response
from sanic_cors import CORS

from assistant.channels.rest import Rest
from assistant.channels.website import Website, cors_origins
from assistant.settings import ROOT, load_settings

PHONE = "(503) 555-0142"  # the demo clinic's


class Server:
    """The application on a port of its own, and a client's view of it."""

    def __init__(self, app, bot, url, http):
        self.app, self.bot, self.url, self.http = app, bot, url, http

    @property
    def door(self):
        return self.app.ctx.reception.door

    async def ask(self, path, *, method="GET", token=None, headers=None, **options):
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        return await self.http.request(method, self.url + path, headers=headers, **options)

    async def json(self, path, **options):
        async with await self.ask(path, **options) as answer:
            return answer.status, await answer.json(content_type=None)

    async def token(self):
        return (await self.json("/chat/session", method="POST", json={}))[1]["token"]

    async def send(self, token, text="does it hurt", message_id="message-1", *, signs=False, **options):
        """The lines of an answer; signs of life, which a busy machine may add, only when asked for."""
        body = {"id": message_id, "text": text}
        sent = await self.ask("/chat/messages", method="POST", token=token, json=body, **options)
        async with sent as answer:
            lines = [json.loads(line) for line in (await answer.text()).splitlines()]
        return [line for line in lines if signs or line["kind"] not in ("typing", "beat")]

    async def working(self):
        """Waits until the bot has a message in hand."""
        while not self.bot.at_work:
            await asyncio.sleep(0.01)

    async def quiet(self):
        """Waits until no turn is running."""
        while self.door._turns:
            await asyncio.sleep(0.01)

    async def replay(self, token, after=0):
        async with await self.ask(f"/chat/messages?after={after}", token=token) as answer:
            return [json.loads(line) for line in (await answer.text()).splitlines()]


def _broken(request):
    raise RuntimeError("a detail")


@asynccontextmanager
async def serving(folder, *, limits=None, store=None, settings=None):
    """The channels hung into an application as Rasa does it (rasa.core.run.configure_app)."""
    settings = settings or load_settings(ROOT / "clinic.yml")
    store = store or store_in(folder)
    bot = EchoBot(store)
    Sanic.test_mode = True  # several applications one after the other in this process
    Sanic._app_registry.clear()
    app = Sanic("protocol", configure_logging=False)
    app.add_route(lambda request: response.text("Hello from Rasa"), "/", name="hello")
    app.add_route(_broken, "/broken", name="broken")  # a route of somebody else's
    app.config.CORS_AUTOMATIC_OPTIONS = True
    CORS(app, resources={r"/*": {"origins": cors_origins(settings)}}, automatic_options=True)

    def prepare(agent, _):
        agent.tracker_store = store

    website = Website(settings=settings, limits=limits, prepare=prepare)
    register([website, Rest(settings=settings, prepare=prepare)], app, route="/webhooks/")
    app.ctx.agent = SimpleNamespace(
        handle_message=bot, is_ready=lambda: True, tracker_store=None, action_endpoint=None
    )
    listening = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Server(app, bot, f"http://127.0.0.1:{listening.getsockname()[1]}", http)
    finally:
        await server.before_stop()
        await server.close()
