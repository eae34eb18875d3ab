"""Logs of both processes: JSON in production, lines for people in development, nobody's words in either.

Rasa's own set-up decides by whether a terminal is attached and prints the local variables of every
frame of an error, conversations included. Here an error is its type and the place it came from.
"""
from __future__ import annotations

import logging
import sys
import traceback
from typing import Any, MutableMapping

import structlog

Record = MutableMapping[str, Any]

# Keys under which Rasa logs what was said, heard or understood.
_PEOPLE = frozenset(
    "text response_text user_text slot_values parse_data_text parse_data_entities prediction_events "
    "tracker_latest_message prefilled_slots message response slot_candidates rasa_event rasa_events "
    "tracker_states current_states old_states successes current_entity next_entity states entity "
    "token_text user_message json_message".split()
)


def configure(*, production: bool) -> None:
    """Sets up the standard library's and structlog's logging for this process; warnings and errors only."""
    shared = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_people,
    ]
    look = structlog.processors.JSONRenderer() if production else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, look],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        context_class=dict,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )


def without_people(_: Any, __: str, record: Record) -> Record:
    """Leaves out what a visitor said and what an error's text may quote."""
    for key in _PEOPLE & record.keys():
        del record[key]
    raised = record.pop("exc_info", None)
    error = sys.exc_info()[1] if raised is True else raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        record.update(kind_and_place(error))
    return record


def kind_and_place(error: BaseException) -> dict[str, str]:
    """What failed first and where; never the error's text, which may hold what a visitor wrote."""
    while error.__cause__ is not None:
        error = error.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    return {"error": type(error).__name__, "where": where}
