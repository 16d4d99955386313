"""The door for events: bytes and a header in, nothing out. Whoever did not sign gets no further than the first line."""

import json
from collections import Counter
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, TooLarge
from billing.payments import events, signature
from billing.payments.contract import Thing

LARGEST = 512 * 1024


def receive(body: bytes, header: str) -> None:
    if len(body) > LARGEST:
        raise TooLarge(_("This is too large."))
    signature.check(body, header, settings.STRIPE_WEBHOOK_SECRETS)
    events.take(_read(body))


def _read(body: bytes) -> Thing:
    try:
        payload = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant)
        json.dumps(payload, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not _shaped(payload) or "\\u0000" in body.decode():
        raise _unreadable()
    return payload  # type: ignore[no-any-return]


def _shaped(payload: Any) -> bool:
    if not isinstance(payload, dict) or not all(isinstance(payload.get(name), str) for name in ("id", "type")):
        return False
    if not 0 < len(payload["id"]) <= 255 or not 0 < len(payload["type"]) <= 100:
        return False
    data = payload.get("data")
    return isinstance(data, dict) and isinstance(data.get("object"), dict)


def _object(pairs: list[tuple[str, Any]]) -> Thing:
    if any(count > 1 for count in Counter(name for name, _value in pairs).values()):
        raise ValueError("a name twice")
    return dict(pairs)


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _unreadable() -> InvalidRequest:
    return InvalidRequest(_("The body is not an event."))
