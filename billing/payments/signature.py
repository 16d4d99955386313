"""Whether an event is from whom it says. Stripe's own check lets the future pass and breaks at bytes."""

import hashlib
import hmac
import re
import time
from collections.abc import Iterable

from django.utils.translation import gettext as _

from billing.errors import NotGenuine

TOLERANCE = 300
LONGEST = 2000
HEADER = re.compile(r"t=(\d{1,12})((?:,\w{1,8}=[0-9A-Za-z]{1,256})+)")


def check(body: bytes, header: str, secrets: Iterable[str]) -> None:
    """Several secrets while one is being replaced by another."""
    found = HEADER.fullmatch(header) if len(header) <= LONGEST else None
    if found is None:
        raise _no("no signature that can be read")
    if abs(time.time() - int(found[1])) > TOLERANCE:
        raise _no("signed at another time")
    given = [value for name, _eq, value in (part.partition("=") for part in found[2][1:].split(",")) if name == "v1"]
    expected = [_mac(body, found[1], secret) for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in expected):
        raise _no("no signature fits")


def sign(body: bytes, secret: str, moment: int | None = None) -> str:
    at = str(moment if moment is not None else int(time.time()))
    return f"t={at},v1={_mac(body, at, secret)}"


def _mac(body: bytes, moment: str, secret: str) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _no(why: str) -> NotGenuine:
    return NotGenuine(_("This event is not genuine."), log=f"webhook refused: {why}")
