"""The widget's files and the demo page, with the headers browsers need."""
from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from typing import Optional

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

DEMO_PAGE = "demo.html"

# What the demo page may load: its own files and nothing else; nobody may frame it.
_CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class Pages:
    """Serves the files of one flat folder."""

    def __init__(self, folder: Path) -> None:
        """Takes the folder; files may change while the server runs."""
        self._folder = folder

    def demo(self, request: Request) -> HTTPResponse:
        """The demo page."""
        headers = {
            "Content-Security-Policy": _CONTENT_POLICY,
            "Cache-Control": "no-cache",
            "Referrer-Policy": "no-referrer",
        }
        return self._file(request, DEMO_PAGE, headers) or response.empty(404)

    def widget(self, request: Request, name: str) -> Optional[HTTPResponse]:
        """A file of the widget, None when there is none of that name."""
        if name == DEMO_PAGE:
            return None
        # a corrected script reaches every site within five minutes; the clinic's page may load it
        headers = {
            "Cache-Control": "public, max-age=300, must-revalidate",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return self._file(request, name, headers)

    def _file(self, request: Request, name: str, headers: dict[str, str]) -> Optional[HTTPResponse]:
        # the name is looked up, never joined to a path, so that it cannot lead out of the folder
        file = next((path for path in self._folder.glob("*.*") if path.name == name), None)
        if file is None:
            return None
        body = file.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {**headers, "ETag": tag, "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == tag:
            return response.empty(304, headers=headers)
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return response.raw(body, content_type=kind, headers=headers)
