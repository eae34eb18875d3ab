"""A page of its own origin with the one script line in it, as a clinic's site has."""
from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A clinic's own page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Our clinic</h1><p>Words of the page.</p></main>
<script src="{server}/widget/chat.js" data-accent="#5b6f5d" data-phone="(503) 555-0142" async></script>
</body></html>"""


class HostPage:
    """Served on a port of its own; `server` is where the script line points."""

    def __init__(self) -> None:
        self.server = ""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
        self._http.daemon_threads = True
        self._http.page = self  # type: ignore[attr-defined]
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def origin(self) -> str:
        """The page's origin, as browsers name it."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        """Serves no more."""
        self._http.shutdown()
        self._http.server_close()


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_page = self.path == "/"
        body = PAGE.format(server=self.server.page.server).encode() if is_page else b""  # type: ignore[attr-defined]
        self.send_response(200 if is_page else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if is_page:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass
