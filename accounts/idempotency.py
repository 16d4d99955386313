"""Doing a thing once however often it is asked for.

The record of the key, the work and the answer are one transaction: a process that dies leaves nothing behind, and
the next call with the key starts afresh. Whoever comes while it runs waits at the unique index for a moment.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta

import orjson
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.files import File
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person
from accounts.errors import Conflict, IdempotencyMismatch, InvalidRequest
from accounts.models import Answered, User
from accounts.replies import Reply

REMEMBERED = timedelta(hours=24)
PATIENCE = timedelta(seconds=2)
LONGEST = 255


def once(request: Request, respond: Callable[[], Response], *said: str) -> Response:
    """The answer of `respond`, or the one that this key was given before. A refusal is not remembered.

    `said` is what the call says in its headers, and what makes it another call.
    """
    key = _key(request)
    if key is None:
        with transaction.atomic():
            return _whole(respond)
    call = digest_of_call(request, *said)
    with transaction.atomic():
        return _first_or_same(person(request), key, call, respond)


def answered(request: Request) -> Response | None:
    """What this key was given before: a look ahead of work that is too long for once()."""
    key = _key(request)
    if key is None:
        return None
    kept = Answered.objects.filter(created_at__gte=timezone.now() - REMEMBERED)
    record = kept.filter(user=person(request), key_digest=_digest(key.encode())).first()
    return None if record is None else _same(record, key, digest_of_call(request))


def forget_old() -> int:
    return Answered.objects.filter(created_at__lt=timezone.now() - REMEMBERED).delete()[0]


def _key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None or not request.user.is_authenticated:
        return None
    if not (0 < len(key) <= LONGEST and key.isprintable()):
        raise InvalidRequest(_("The Idempotency-Key must be 1 to 255 printable characters."))
    return key


def _first_or_same(user: User, key: str, call: str, respond: Callable[[], Response]) -> Response:
    record, first = _take(user, key, call)
    if not first:
        return _same(record, key, call)
    response = _whole(respond)
    record.answer = _seal(key, response)
    record.save(update_fields=["answer"])
    return response


def _same(record: Answered, key: str, call: str) -> Response:
    if record.call_digest != call:
        raise IdempotencyMismatch(_("This Idempotency-Key was used for another request."))
    return _reopen(key, bytes(record.answer))


def _whole(respond: Callable[[], Response]) -> Response:
    response = respond()
    if response.status_code >= 400:
        raise TypeError("Inside once() a refusal is raised, not returned: what was done so far has to be undone.")
    return response


def _take(user: User, key: str, call: str) -> tuple[Answered, bool]:
    named = {"user": user, "key_digest": _digest(key.encode())}
    Answered.objects.filter(**named, created_at__lt=timezone.now() - REMEMBERED).delete()
    with _waiting():
        return Answered.objects.get_or_create(defaults={"call_digest": call}, **named)


class _waiting:
    """Wait for a rival's transaction, but not long: then it is said to be running."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            self.before = cursor.fetchone()[0]
        self._set(f"{PATIENCE.total_seconds():.0f}s")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._set(self.before)
        if isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable):
            raise Conflict(_("The first request with this key is still running."), retry_after=2) from error

    def _set(self, value: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [value])


def digest_of_call(request: Request, *said: str) -> str:
    body = dict(request.data.lists()) if isinstance(request.data, QueryDict) else request.data
    call = [request.method, request.get_full_path(), body, *said]
    return _digest(json.dumps(call, sort_keys=True, default=_content).encode())


def _content(value: object) -> str:
    if not isinstance(value, File):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()


def _seal(key: str, response: Response) -> bytes:
    message = str(getattr(response, "message", ""))
    return _box(key).encrypt(orjson.dumps([response.status_code, message, response.data], default=str))


def _reopen(key: str, answer: bytes) -> Response:
    status, message, data = orjson.loads(_box(key).decrypt(answer))
    response = Reply(data, message, status)
    response["Idempotency-Replayed"] = "true"
    return response


def _box(key: str) -> MultiFernet:
    # Answers hold prompts, and once even a new API key. Only who knows the key of the call can read them again.
    return MultiFernet([_lock(str(secret), key) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _lock(secret: str, key: str) -> Fernet:
    digest = hmac.digest(secret.encode(), b"idempotency:" + key.encode(), "sha256")
    return Fernet(base64.urlsafe_b64encode(digest))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
