"""Limits that are exact however many processes ask at once: one script in Redis counts and decides."""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from accounts.errors import RateLimited, Unavailable

# Answers 0 when the call may pass, otherwise the milliseconds until the window begins anew.
SPEND = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used + tonumber(ARGV[1]) > tonumber(ARGV[2]) then
  return math.max(redis.call('PTTL', KEYS[1]), 1)
end
if redis.call('INCRBY', KEYS[1], ARGV[1]) == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 0
"""

# Shorter than elsewhere: a frozen Redis may cost a call this much and still leave it time to be answered in 2.5 s.
PATIENCE = 0.5


def spend(scope: str, who: str, limit: int, seconds: int, cost: int = 1, *, fail_closed: bool = False) -> None:
    """Take `cost` of what `who` may do in this window, or refuse."""
    try:
        wait = int(connection().eval(SPEND, 1, f"limit:{scope}:{who}", cost, limit, seconds * 1000))
    except RedisError as error:
        if fail_closed:
            raise Unavailable(_("This is not possible right now. Try again shortly."), retry_after=5) from error
        return
    if wait:
        raise RateLimited(_("Too many tries. Wait a little."), retry_after=-(-wait // 1000))


def forget(scope: str, who: str) -> None:
    """Give back what was counted, after a success that proves the person."""
    try:
        connection().delete(f"limit:{scope}:{who}")
    except RedisError:
        return


@cache
def connection() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
