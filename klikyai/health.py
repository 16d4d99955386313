"""What works: for a load balancer, for a monitor, for a person."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from redis import Redis
from redis.exceptions import RedisError

from accounts.access import Rule, rule
from generation import forecast

PATIENCE = 3.0
POOL = "images"
_checkers = ThreadPoolExecutor(max_workers=6, thread_name_prefix="health")


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


def storage() -> None:
    default_storage.exists("health")


ESSENTIAL: dict[str, Callable[[], None]] = {"postgresql": database, "redis": redis}
ALL = ESSENTIAL | {"storage": storage}


def look(checks: dict[str, Callable[[], None]]) -> dict[str, dict[str, Any]]:
    """All of them at once, so that two dead services do not take twice as long to notice."""
    until = time.perf_counter() + PATIENCE
    pending = {name: _checkers.submit(_timed, check) for name, check in checks.items()}
    return {name: _verdict(future, until) for name, future in pending.items()}


def _timed(check: Callable[[], None]) -> float:
    begun = time.perf_counter()
    check()
    return time.perf_counter() - begun


def _verdict(future: Future[float], until: float) -> dict[str, Any]:
    try:
        seconds = future.result(timeout=max(0.0, until - time.perf_counter()))
    except (psycopg.Error, RedisError, OSError, TooSlow):
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
