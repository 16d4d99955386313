"""What works: for a load balancer, for a monitor, for a person."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from redis import Redis
from redis.exceptions import RedisError

from accounts.access import Rule, rule
from generation import forecast
from media import storage
from media.errors import StorageFailed

PATIENCE = 3.0
FRESH = 1.0  # seconds for which what was found is told to everybody
POOL = "images"


def database() -> None:
    """By a connection of its own: the pool may be exhausted, or hold connections that died unseen."""
    ours = settings.DATABASES["default"]
    with psycopg.connect(
        host=ours["HOST"], port=ours["PORT"] or None, dbname=ours["NAME"], user=ours["USER"],
        password=ours["PASSWORD"], connect_timeout=2, options="-c statement_timeout=2000",
    ) as connection:  # fmt: skip
        connection.execute("SELECT 1")


def redis() -> None:
    with Redis.from_url(settings.REDIS_URL, **settings.REDIS_OPTIONS) as client:
        client.ping()


class Service:
    """Looked at by one thread of its own: one that hangs keeps nobody from the others, nor do many callers at once."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._lock = Lock()
        self._looking: Future[float] | None = None
        self._begun = self._ended = 0.0

    def look(self) -> tuple[Future[float], float]:
        """What is being found out, or was a moment ago, and until when it is worth waiting for."""
        with self._lock:
            if self._looking is None or (self._looking.done() and time.monotonic() - self._ended >= FRESH):
                self._begun = time.monotonic()
                self._looking = self._thread.submit(self._timed)
            return self._looking, self._begun + PATIENCE

    def _timed(self) -> float:
        begun = time.perf_counter()
        try:
            self._check()
            return time.perf_counter() - begun
        finally:
            self._ended = time.monotonic()


ESSENTIAL = {"postgresql": Service(database), "redis": Service(redis)}
ALL = ESSENTIAL | {"storage": Service(storage.reach)}


def look(services: dict[str, Service]) -> dict[str, dict[str, Any]]:
    """All of them at once, so that two dead services do not take twice as long to notice."""
    begun = {name: service.look() for name, service in services.items()}
    return {name: _verdict(*looking) for name, looking in begun.items()}


def _verdict(looking: Future[float], until: float) -> dict[str, Any]:
    try:
        seconds = looking.result(timeout=max(0.0, until - time.monotonic()))
    except (psycopg.Error, RedisError, OSError, StorageFailed, TooSlow):
        return {"status": "down"}
    return {"status": "up", "milliseconds": round(seconds * 1000, 1)}


def _well(services: dict[str, dict[str, Any]]) -> bool:
    return all(service["status"] == "up" for service in services.values())


@rule(Rule.NOBODY)
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


@rule(Rule.NOBODY)
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    well = _well(look(ESSENTIAL))
    return JsonResponse({"status": "ready" if well else "not ready"}, status=200 if well else 503)


@rule(Rule.NOBODY)
@never_cache
def report(request: HttpRequest) -> HttpResponse:
    services = look(ALL)
    body = {
        "status": "healthy" if _well(services) else "unhealthy",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "version": settings.VERSION,
        "services": services,
    }
    return JsonResponse(body, status=200 if body["status"] == "healthy" else 503)


@rule(Rule.NOBODY)
@never_cache
def status_page(request: HttpRequest) -> HttpResponse:
    services = look(ALL)
    shown = {"services": services, "well": _well(services)}
    if services["postgresql"]["status"] == "up":
        shown |= {"waiting": forecast.waiting_in(POOL), "workers": forecast.awake(POOL)}
    return render(request, "klikyai/status.html", shown)
