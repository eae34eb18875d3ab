"""What stands between bot and action server in these tests: it passes calls on, and may lose an answer."""
from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Callable, Optional

from assistant.supervisor import HOST, free_port

_SECONDS = 30


class Relay:
    """Passes calls on to the action server; closed, it refuses connections as a dead server does."""

    def __init__(self) -> None:
        self.port = free_port()
        self.actions_port = 0
        self.loses_answer_to: Optional[str] = None
        self.when_lost: Callable[[], None] = lambda: None
        self.open()

    @property
    def url(self) -> str:
        """Where the bot calls actions."""
        return f"http://{HOST}:{self.port}/webhook"

    def open(self) -> None:
        """Takes calls (again)."""
        self._server = _Server((HOST, self.port), _Call)
        self._server.relay = self
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Refuses connections."""
        self._server.shutdown()
        self._server.server_close()

    def lose_answer_to(self, action: str, then: Callable[[], None] = lambda: None) -> None:
        """Drops the line instead of passing on the next answer to an action, which was carried out."""
        self.loses_answer_to, self.when_lost = action, then


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    relay: Relay

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A killed bot's or action server's broken connection is expected."""


class _Call(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._pass_on(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._pass_on(body, action=json.loads(body).get("next_action"))

    def _pass_on(self, body: bytes, action: Optional[str] = None) -> None:
        relay = self.server.relay
        self.close_connection = True
        line = HTTPConnection(HOST, relay.actions_port, timeout=_SECONDS)
        try:
            line.request(self.command, self.path, body, dict(self.headers))
            answer = line.getresponse()
            answered = answer.read()
        except (OSError, HTTPException):
            return
        finally:
            line.close()
        if action and action == relay.loses_answer_to:
            relay.loses_answer_to = None
            relay.when_lost()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answered)))
        self.end_headers()
        self.wfile.write(answered)

    def log_message(self, *args: Any) -> None:
        pass
