"""The clinic's settings and database, opened once per process."""
from __future__ import annotations

from functools import lru_cache

from assistant.database import migrate
from assistant.settings import Settings, load_settings


@lru_cache(maxsize=None)
def clinic() -> Settings:
    """clinic.yml, read once, with the database brought up to date.

    Raises:
        SettingsError: clinic.yml cannot be used.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be reached.
    """
    settings = load_settings()
    migrate(settings.database_url)
    return settings
