"""Which services this start has to bring itself, and where they are found."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from klikyai.services.postgres import Postgres
from klikyai.services.process import ServiceError, private
from klikyai.services.redis import Redis

Server = Postgres | Redis


class Embedded:
    """PostgreSQL and Redis under one folder; one that a URL names already is left alone."""

    def __init__(self, var: Path) -> None:
        self.var = var.resolve()
        self.patience = 0.0
        both: dict[str, Server] = {
            "DATABASE_URL": Postgres(self.var / "postgres"),
            "REDIS_URL": Redis(self.var / "redis"),
        }
        self.servers = {name: server for name, server in both.items() if _ours(name, server)}

    def running(self) -> dict[str, str]:
        return {name: server.url() for name, server in self.servers.items() if server.pid() is not None}

    def start(self) -> dict[str, str]:
        """The environment that leads to the services, all of them up. Safe to call from several processes at once."""
        private(self.var)
        with self._lock():
            for server in self.servers.values():
                server.start()
            return self.running()

    def mend(self, say: Callable[[str], object]) -> None:
        """Start again what has died, where everybody knows it."""
        for name, server in self.servers.items():
            if server.pid() is not None or time.monotonic() < self.patience:
                continue
            say(f"{type(server).__name__} died, starting it again")
            try:
                with self._lock():
                    server.start()
                if server.url() != os.environ[name]:
                    say(f"{type(server).__name__} lost its port to another program: start KlikyAI again")
            except ServiceError as error:
                self.patience = time.monotonic() + 2
                say(str(error))

    def stop(self) -> None:
        with self._lock():
            for server in self.servers.values():
                server.stop()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.var / "services.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _ours(name: str, server: Server) -> bool:
    """Nobody named another, or the one that is named is the one that an earlier start of ours left running."""
    given = os.environ.get(name)
    if given:
        return server.pid() is not None and server.url() == given
    return not os.environ.get(f"{name}_FILE")
