"""The one database: how it is opened and brought up to date."""
from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import QueuePool

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
CONNECT_SECONDS = 3
STATEMENT_SECONDS = 3
_POOLED = 5
# A server that vanished without a word is noticed in seconds; otherwise its threads would hang for minutes.
_NOTICES_SILENCE = {"keepalives_idle": 3, "keepalives_interval": 1, "keepalives_count": 3, "tcp_user_timeout": 5000}


def engine(url: str, *, connections: int = _POOLED) -> Engine:
    """Opens the database behind an SQLAlchemy address; keeps up to so many connections.

    SQLite runs in write-ahead mode, so that the bot and the action server may write at the same
    time (a connection with the execution option `read_only` waits for no writer); PostgreSQL
    connections are checked before use and give up after three seconds.
    """
    if make_url(url).get_backend_name() == "sqlite":
        # kept connections: the last one to close would fold the write-ahead log back, at every turn
        made = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=connections,
            connect_args={"timeout": CONNECT_SECONDS, "check_same_thread": False},
        )
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
        return made
    options = f"-c statement_timeout={STATEMENT_SECONDS * 1000}"
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=connections,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": options, **_NOTICES_SILENCE},
    )


def migrate(url: str) -> None:
    """Brings the tables to the newest form (Alembic, to head); harmless when they are."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    opened = config.attributes["engine"] = engine(url)
    try:
        command.upgrade(config, "head")
    finally:
        opened.dispose()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # the driver must not open transactions by itself: BEGIN IMMEDIATE below takes the write lock at
    # once, so two writers wait for each other instead of failing half-way
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    # Two connections that change a new file's mode at the same moment hold each other up, and SQLite
    # tells one of them at once, without waiting. By its next try the other has made the change.
    patience = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Any) -> None:
    reads = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
