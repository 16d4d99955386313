"""`make run` ends here: services, migrations, demo, web, workers, all of them gone again when this one goes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.addresses import is_here
from klikyai import metrics
from klikyai.programs import programs
from klikyai.services.embedded import Embedded
from klikyai.services.process import ServiceError, hold, private
from klikyai.services.supervisor import Supervisor

PORT_PATIENCE = 3.0
NEEDED_BYTES = 256 * 2**20


class Command(BaseCommand):
    help = "Run the whole studio on this machine."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.HOST, settings.PORT
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGHUP, _leave)
        _check_disk()
        _claim_folder()
        _check_port(host, port)
        services = Embedded(settings.VAR_DIR)
        try:
            self._serve(services, host, port)
        except KeyboardInterrupt:
            pass
        except ServiceError as error:
            raise CommandError(str(error)) from None
        finally:
            services.stop()

    def _serve(self, services: Embedded, host: str, port: int) -> None:
        os.environ.update(services.start())
        owner = _prepare()
        metrics.forget_the_dead()
        lines = _greeting(f"http://{_shown(host)}:{port}", owner, host == "localhost" or is_here(host))
        Supervisor(programs(host, port), self.say).run(lambda: self.say(lines), lambda: services.mend(self.say))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _prepare() -> dict[str, str]:
    """In a process of its own: this one read its settings before the services were there. It says itself what fails."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "prepare"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    owner: dict[str, str] = json.loads(done.stdout or "{}")
    return owner


def _greeting(at: str, owner: dict[str, str], alone: bool) -> str:
    lines = [f"KlikyAI is at {at}/", f"Sign in with any e-mail address: the code comes to {at}/dev/mail/"]
    if owner:
        lines.append(f"Or as {owner['email']} with the password {owner['password']}, who owns the desk at {at}/admin/")
        lines.append("(said this once: write it down, or make others with manage.py newuser EMAIL --staff)")
    if not alone:
        lines.append(
            "Your network reaches it too, under the names of ALLOWED_HOSTS. The codes open on this machine only."
        )
    return "\n  ".join(["", *lines, "Ctrl-C stops everything."]) + "\n"


def _leave(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _shown(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104


def _claim_folder() -> None:
    """Held until this process is gone; the descriptor is nobody's but the kernel's to close."""
    if hold(settings.VAR_DIR / "up.lock") is None:
        raise CommandError(f"KlikyAI runs in {settings.VAR_DIR} already. For a second one: VAR_DIR=… PORT=… make run")


def _check_port(host: str, port: int) -> None:
    """With some patience: the web of a start that was just killed may still be saying goodbye."""
    deadline = time.monotonic() + PORT_PATIENCE
    while reason := _refused(host, port):
        if time.monotonic() > deadline:
            raise CommandError(f"Port {port} on {host} cannot be used ({reason}). Choose another: PORT=8001 make run")
        time.sleep(0.2)


def _refused(host: str, port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror
    return None


def _check_disk() -> None:
    try:
        private(settings.VAR_DIR)
        free = shutil.disk_usage(settings.VAR_DIR).free
    except OSError as error:
        raise CommandError(f"{settings.VAR_DIR} cannot be used ({error.strerror}). Choose another: VAR_DIR=…") from None
    if free < NEEDED_BYTES:
        raise CommandError(f"{settings.VAR_DIR} has only {free // 2**20} MiB left; KlikyAI needs at least 256.")
