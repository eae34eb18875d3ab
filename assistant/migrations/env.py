"""Runs the migrations on the engine that assistant.database.migrate hands over."""
from alembic import context
from sqlalchemy import text
from sqlalchemy.engine import Engine

_LOCK = 0x626F6F6B  # any fixed number: both processes must ask for the same lock


def run(engine: Engine) -> None:
    """Brings one database to the newest form, in one transaction that others wait for."""
    with engine.connect() as connection, connection.begin():
        # bot and action server start together; SQLite's BEGIN IMMEDIATE already lets one wait
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.configure(connection=connection, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()


run(context.config.attributes["engine"])
