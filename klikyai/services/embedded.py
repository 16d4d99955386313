"""Which services this start has to bring itself, and where they are found."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from klikyai.services.postgres import Postgres
from klikyai.services.redis import Redis


class Embedded:
    """PostgreSQL and Redis under one folder; one that a URL names already is left alone."""

    def __init__(self, var: Path) -> None:
        self.var = var.resolve()
        self.servers: dict[str, Postgres | Redis] = {}
        if not os.environ.get("DATABASE_URL") and not os.environ.get("DATABASE_URL_FILE"):
            self.servers["DATABASE_URL"] = Postgres(self.var / "postgres")
        if not os.environ.get("REDIS_URL") and not os.environ.get("REDIS_URL_FILE"):
            self.servers["REDIS_URL"] = Redis(self.var / "redis")

    def running(self) -> dict[str, str]:
        return {name: server.url() for name, server in self.servers.items() if server.pid() is not None}

    def start(self) -> dict[str, str]:
        """The environment that leads to the services, all of them up. Safe to call from several processes at once."""
        self.var.mkdir(parents=True, exist_ok=True)
        with self._lock():
            for server in self.servers.values():
                server.start()
            return self.running()

    def stop(self) -> None:
        with self._lock():
            for server in self.servers.values():
                server.stop()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.var / "services.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
