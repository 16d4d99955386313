"""A provider's own calls. They say that it is worth asking now and are believed nothing more."""

import time
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from redis import Redis
from redis.exceptions import RedisError

from accounts import limits
from accounts.errors import InvalidRequest, NotFound, TooLarge
from generation.contract import Ticket
from generation.engines import registry
from generation.errors import EngineFailed

LARGEST = 256 * 1024
KEPT = 600  # seconds that a call waits for somebody whom it concerns
SHORTEST = 0.01  # what Redis rounds to nothing, it takes for eternity


def hear(provider: str, headers: Mapping[str, str], body: bytes) -> None:
    if provider not in settings.PROVIDERS:
        raise NotFound(_("There is nothing here."))
    if len(body) > LARGEST:
        raise TooLarge(_("This is too large."))
    try:
        ticket = registry.remote(provider).heard(headers, body)
    except EngineFailed as failed:
        raise InvalidRequest(failed.message, log=failed.log) from failed
    _leave_note(ticket)


def called(ticket: Ticket, seconds: float) -> bool:
    """Waits so long for a call about this job."""
    try:
        return _ear().blpop([_note(ticket)], timeout=max(SHORTEST, seconds)) is not None
    except RedisError:
        time.sleep(seconds)
        return False


def _leave_note(ticket: Ticket) -> None:
    """One, however often it is said, also before anybody knows this ticket."""
    note = _note(ticket)
    with limits.connection().pipeline() as once:
        once.delete(note)
        once.lpush(note, 1)
        once.expire(note, KEPT)
        once.execute()


def _note(ticket: Ticket) -> str:
    return f"called:{ticket.provider}:{ticket.id}"


@cache
def _ear() -> Redis:
    """Of its own, because it is silent for longer than others may be."""
    return Redis.from_url(settings.REDIS_URL, **settings.REDIS_OPTIONS)
