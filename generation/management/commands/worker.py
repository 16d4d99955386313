"""A worker and the watchdog beside it: `manage.py worker --pool images`."""

import socket
import sys
import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from generation import tasks, worker
from generation.watchdog import Watchdog


class Command(BaseCommand):
    help = "Make what people ask for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pool", choices=sorted(tasks.QUEUES), default="images")
        parser.add_argument("--unwatched", action="store_true", help="the working process itself")

    def handle(self, *args: Any, pool: str, unwatched: bool, **options: Any) -> None:
        if unwatched:
            worker.serve(pool)
            return
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--pool", pool, "--unwatched"]
        Watchdog(command, f"{socket.gethostname()}:{uuid.uuid4().hex[:8]}", pool).run()
