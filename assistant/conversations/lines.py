"""Turns the events of a turn into what a visitor sees: the lines of docs/protocol.md."""
from __future__ import annotations

from typing import Any, Iterable

Event = dict[str, Any]
Line = dict[str, Any]

# What an answer's metadata hands to the widget: name in the metadata -> name in the line. An answer
# always has a lead; the voice repeats it as bold_lead when several questions are answered.
PASSED_ON = {
    "topic": "topic",
    "sources": "sources",
    "figure": "figure",
    "card": "card",
    "code": "code",
    "bold_lead": "lead",
}


def lines_of(events: Iterable[Event]) -> list[Line]:
    """Lines of kind "you" and "text" in the order they were said, without their numbers.

    Args:
        events: events of one turn as Rasa serialises them (`Event.as_dict`).
    """
    lines: list[Line] = []
    message_id = None
    for event in events:
        if event.get("event") == "user" and not _is_from_outside(event):
            message_id = event.get("message_id")
            lines.append({"kind": "you", "text": event.get("text") or "", "id": message_id})
        elif event.get("event") == "bot" and event.get("text"):
            lines.append({**_said(event), "id": message_id})
    return lines


def _is_from_outside(event: Event) -> bool:
    """Whether the event was triggered by a program and nobody typed anything."""
    return bool((event.get("metadata") or {}).get("is_external"))


def _said(event: Event) -> Line:
    metadata = event.get("metadata") or {}
    # a response's own metadata arrives one level down; an action may set it directly
    metadata = {**metadata, **(metadata.get("metadata") or {})}
    line: Line = {"kind": "text", "text": event["text"]}
    line.update({to: metadata[key] for key, to in PASSED_ON.items() if metadata.get(key)})
    buttons = (event.get("data") or {}).get("buttons") or []
    if buttons:
        line["buttons"] = [
            {"title": button["title"], "says": button.get("payload") or button["title"]}
            for button in buttons
            if button.get("title")
        ]
    return line
