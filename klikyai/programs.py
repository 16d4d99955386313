"""What `make run` keeps running. An app that needs a process of its own adds a line."""

import sys

from django.conf import settings

from klikyai.services.supervisor import Program

# Advice and progress bars of the libraries that read models.
QUIET = {"TRANSFORMERS_VERBOSITY": "error", "DIFFUSERS_VERBOSITY": "error", "TQDM_DISABLE": "1"}


def programs(host: str, port: int) -> list[Program]:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    daphne = [sys.executable, "-m", "daphne", "--no-server-name", "-b", host, "-p", str(port), "-v", "0"]
    remote = [Program("remote", [*manage, "worker", "--pool", "remote"])] if settings.PROVIDERS else []
    return [
        Program("web", [*daphne, "klikyai.asgi:application"]),
        Program("media", [*manage, "rqworker", "media", "--serializer", "rq.serializers.JSONSerializer"]),
        Program("worker", [*manage, "worker", "--pool", "images"], QUIET),
        Program("upkeep", [*manage, "upkeep"]),
        *remote,
    ]
