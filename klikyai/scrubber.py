"""No secret passes: one filter for logs, one for Sentry, the same patterns for both."""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings

HIDDEN = "[hidden]"
SHORTEST = 8
PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "exc_text"}
OWN = re.compile(r"key|secret|pass|token|dsn", re.IGNORECASE)
DOTTED = re.compile(r"[a-z_]+(\.\w+)+")  # a place in the code, not a secret
NAMES = re.compile(
    r"pass(word|wd)?|secret|token|api_?key|authorization|cookie|session|csrf|signature|code|otp|credential|dsn|private",
    re.IGNORECASE,
)
VALUES = re.compile(
    r"klik_[A-Za-z0-9_-]{6,}"
    r"|(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{8,}"
    r"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    r"|(?<=://)[^\s/:@]*:[^\s/@]+(?=@)"
    r"|(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]+"
    # A part of a path that is long and no name of ours: a link somebody was given.
    r"|(?<=/)[A-Za-z0-9_:~=-]{40,}"
    r"|(?i:password|passwd|secret|token|api_?key|sessionid|csrftoken|code)[\"']?\s*[=:]\s*[\"']?[^\s\"'&;,}]+"
)


def scrub(value: Any) -> Any:
    if isinstance(value, str):
        return VALUES.sub(HIDDEN, _own().sub(HIDDEN, value))
    if isinstance(value, dict):
        return {name: HIDDEN if NAMES.search(str(name)) else scrub(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(entry) for entry in value]
    if isinstance(value, bytes):
        return scrub(value.decode(errors="replace"))
    return value


def _extra(name: str, value: Any) -> Any:
    return HIDDEN if isinstance(value, str) and OWN.search(name) else scrub(value)


@cache
def _own() -> re.Pattern[str]:
    """What this installation itself must not tell, by its very value: it may stand anywhere in a foreign sentence."""
    found = {secret for name in dir(settings) if name.isupper() for secret in _secrets(name, getattr(settings, name))}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))) or r"(?!)")


def _secrets(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner, entry in value.items():
            yield from _secrets(str(inner), entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _secrets(name, entry)
    elif isinstance(value, str):
        yield from re.findall(r"://[^\s/:@]*:([^\s/@]{8,})@", value)
        if OWN.search(name) and len(value) >= SHORTEST and not DOTTED.fullmatch(value):
            yield value


class Scrub(logging.Filter):
    """On handlers, so that it sees what every library says."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), None
        for name in set(vars(record)) - PLAIN:
            setattr(record, name, _extra(name, getattr(record, name)))
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info))
        return True


def before_send(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    scrubbed: dict[str, Any] = scrub(event)
    return scrubbed
