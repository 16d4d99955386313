"""No secret passes: one filter for logs, one for Sentry, the same patterns for both."""

import logging
import re
from typing import Any

HIDDEN = "[hidden]"
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
    r"|(?i:password|passwd|secret|token|api_?key|sessionid|csrftoken|code)[\"']?\s*[=:]\s*[\"']?[^\s\"'&;,}]+"
)


def scrub(value: Any) -> Any:
    if isinstance(value, str):
        return VALUES.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {name: HIDDEN if NAMES.search(str(name)) else scrub(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(entry) for entry in value]
    if isinstance(value, bytes):
        return scrub(value.decode(errors="replace"))
    return value


class Scrub(logging.Filter):
    """On handlers, so that it sees what every library says."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info))
        return True


def before_send(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    scrubbed: dict[str, Any] = scrub(event)
    return scrubbed
