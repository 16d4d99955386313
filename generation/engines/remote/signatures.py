"""A provider's call to us, signed as `t=<seconds>,v1=<HMAC-SHA256 of "<t>.<body>">`."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from generation.engines.remote.failures import foreign

HEADER = "X-Signature"
OLDEST = 300  # seconds, in both directions
DIGITS = 12


def checked(headers: Mapping[str, str], body: bytes, secret: str) -> Any:
    said = headers.get(HEADER, "")
    at = said.partition(",")[0].removeprefix("t=")
    if not secret or not _is_time(at) or abs(time.time() - int(at)) > OLDEST:
        raise foreign("no secret, no time, or another time")
    if not hmac.compare_digest(sign(body, secret, int(at)).encode(), said.encode()):
        raise foreign("a wrong signature")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise foreign("no JSON") from error


def _is_time(said: str) -> bool:
    return said.isascii() and said.isdecimal() and len(said) <= DIGITS


def sign(body: bytes, secret: str, at: int) -> str:
    return f"t={at},v1={hmac.new(secret.encode(), b'%d.' % at + body, hashlib.sha256).hexdigest()}"
