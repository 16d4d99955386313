"""One JSON object a line: when, how bad, who said it, what, and for which request of which person."""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from klikyai.middleware import request_id, user_id

STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "server_time"}


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            "user_id": user_id.get(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in STANDARD}
        if record.exc_info or record.exc_text:
            line["error"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        return orjson.dumps(line, default=str).decode()


def configuration(level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"scrub": {"()": "klikyai.scrubber.Scrub"}},
        "formatters": {"lines": {"()": "klikyai.logs.Lines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["scrub"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            # Our own line for each request says more.
            "django.request": {"handlers": [], "propagate": True, "level": "ERROR"},
            "django.server": {"handlers": [], "propagate": False},
            "daphne": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},
        },
    }
