"""Bodies that are no message, each with the status and the error they get."""
from __future__ import annotations

import json
from typing import Any


def message(**changed: Any) -> bytes:
    """A good message but for what is changed."""
    return json.dumps({"id": "message-1", "text": "hi", **changed}).encode()


BAD_BODIES = [
    (b"", 400, "bad_request"),
    (b"null", 400, "bad_request"),
    (b'"does it hurt?"', 400, "bad_request"),
    (b"7", 400, "bad_request"),
    (b"[1, 2]", 400, "bad_request"),
    (b"true", 400, "bad_request"),
    (b"{", 400, "bad_json"),
    (b"not json", 400, "bad_json"),
    (b"\x00\xff\xfe", 400, "bad_json"),
    (b"[" * 15_000, 400, "bad_json"),
    (b'{"a":' * 3_000, 400, "bad_json"),
    (b"{}", 400, "bad_request"),
    (b'{"id": "message-1"}', 400, "bad_request"),
    (b'{"text": "hi"}', 400, "bad_request"),
    (message(text=None), 400, "bad_request"),
    (message(text=7), 400, "bad_request"),
    (message(text=["hi"]), 400, "bad_request"),
    (message(text={"text": "hi"}), 400, "bad_request"),
    (message(id=None), 400, "bad_request"),
    (message(id=12345678), 400, "bad_request"),
    (message(id=["message-1"]), 400, "bad_request"),
    (message(id={"a": 1}), 400, "bad_request"),
    (message(id="short"), 400, "bad_request"),
    (message(id="with blank"), 400, "bad_request"),
    (message(id="x" * 300), 400, "bad_request"),
    (message(id="message\x001"), 400, "bad_request"),
    (message(id="message-1\n"), 400, "bad_request"),
    (message(id="\U0001f600" * 10), 400, "bad_request"),
    (message(id="1'; drop table turns; --"), 400, "bad_request"),
    (message(text="x" * 17_000), 413, "too_large"),
]
