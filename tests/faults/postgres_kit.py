"""A real PostgreSQL that can be stopped, started and frozen, and two bots on it."""
from __future__ import annotations

import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from fault_kit import Rig, kill, wait_for

from assistant.supervisor import Child, free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pgserver complains about an unset XDG_RUNTIME_DIR
    import pgserver
    from pgserver._commands import pg_ctl


class Postgres:
    """A database server."""

    def __init__(self, folder: Path) -> None:
        self._server = pgserver.get_server(folder / "data")
        self.url = self._server.get_uri()

    def stop(self) -> None:
        """Ends every connection and the server."""
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self._server.pgdata, user=self._server.system_user)

    def start(self) -> None:
        """Starts the server (again)."""
        self._server.ensure_postgres_running()

    @contextmanager
    def away(self) -> Iterator[None]:
        """No server until the block ends."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Takes connections and answers nothing, like a network that drops packets."""
        main = self._server.get_postmaster_info().process
        main.suspend()  # first, and the last to go on: meanwhile nobody is born or taken off the list
        children = main.children(recursive=True)
        try:
            for child in children:
                child.suspend()
            yield
        finally:
            for one in (*children, main):
                one.resume()

    def cleanup(self) -> None:
        """Stops the server for good."""
        self._server.cleanup()


class Pair:
    """Two bots and one action server on one database."""

    def __init__(self, rig: Rig, postgres: Postgres) -> None:
        self.rig, self.postgres = rig, postgres
        first = rig.supervisor.bot
        self.second = Child("bot-2", first.module, free_port(), first.health, first.arguments, first.environment)
        self.urls = (first.url, self.second.url)
        self._next = 0

    def start(self) -> None:
        """Returns when all are ready."""
        self.second.start(self.rig.folder)  # both load at once
        self.rig.start()
        wait_for(self.second.is_ready)

    def stop(self) -> None:
        """Stops all."""
        self.second.stop()
        self.rig.stop()

    def kill_one(self) -> None:
        """Kills one of the bots, by turns."""
        self._next = 1 - self._next
        kill(self._bots[self._next])

    def bring_back(self) -> None:
        """Starts the killed bot again and waits for it."""
        bot = self._bots[self._next]
        bot.start(self.rig.folder)
        wait_for(bot.is_ready)

    def be_away(self, seconds: float) -> None:
        """The database is stopped for a while."""
        with self.postgres.away():
            time.sleep(seconds)

    def be_frozen(self, seconds: float) -> None:
        """The database does not answer for a while."""
        with self.postgres.frozen():
            time.sleep(seconds)

    @property
    def _bots(self) -> tuple[Child, Child]:
        return self.rig.supervisor.bot, self.second
