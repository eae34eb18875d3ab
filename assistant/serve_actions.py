"""The action server process, bound to 127.0.0.1 (what else it does differently: actions/server.py)."""
import argparse
import os
import sys
from typing import List

from rasa_sdk.endpoint import run

from assistant import logs
from assistant.database import migrate
from assistant.settings import SettingsError, load_settings


def main(arguments: List[str]) -> None:
    """Runs until stopped."""
    options = argparse.ArgumentParser(description="Runs the action server.")
    options.add_argument("--port", type=int, default=5055)
    given = options.parse_args(arguments)
    try:
        settings = load_settings()
        logs.configure(production=settings.production)
        migrate(settings.database_url)
    except SettingsError as error:
        sys.exit(str(error))
    os.environ["SANIC_HOST"] = "127.0.0.1"
    run("actions", port=given.port, cors_origins=[])


if __name__ == "__main__":
    main(sys.argv[1:])
