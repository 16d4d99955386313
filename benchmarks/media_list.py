"""The wall at 100,000 and 1,000,000 prints: every way of asking, newest and deepest page, against ModelSerializer with
OFFSET and COUNT.

    python -m benchmarks.media_list [rows ...]

Server time of one request inside Django's test client, arms interleaved; the embedded PostgreSQL, a database of its own
that is dropped at the end. "bare" is a view that asks SELECT 1 behind the same door (key, rule, limit), so that a busy
machine can be read off. "cpu" is what this process computed, without waiting for its turn, PostgreSQL or Redis. "list
only" goes as far as the twin: from the person to the bytes, without the door.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

ROUNDS, TWIN_ROUNDS = 40, 10
GOALS = {"page": 10.0, "search": 50.0, "twin": 20.0}
Arm = Callable[[], object]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.test")
os.environ.setdefault("VAR_DIR", "var/bench")
os.environ.setdefault("LOG_LEVEL", "ERROR")


def main(sizes: list[int]) -> None:
    import django

    with own_database("media_list"):
        django.setup()
        from django.core.management import call_command
        from django.test import override_settings

        call_command("migrate", verbosity=0)
        with override_settings(ROOT_URLCONF="benchmarks.bare"):
            results = [_measured(size) for size in sizes]
    Path("benchmarks/media_list.json").write_text(json.dumps(results, indent=1) + "\n")


@contextmanager
def own_database(name: str) -> Iterator[None]:
    from klikyai.services.embedded import Embedded

    embedded = Embedded(Path(os.environ["VAR_DIR"]).resolve())
    os.environ.update(embedded.start())
    whole = os.environ["DATABASE_URL"]
    try:
        with psycopg.connect(whole, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
            os.environ["DATABASE_URL"] = whole.rpartition("/")[0] + f"/{name}"
            yield
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        embedded.stop()


def _measured(rows: int) -> dict[str, object]:
    from accounts.models import User
    from benchmarks.media_rows import fill

    began = time.perf_counter()
    user = User.objects.create_user(f"bench-{rows}@example.org", "correct horse bench")
    fill(user, rows)
    print(f"\n{rows:,} rows, filled in {time.perf_counter() - began:.0f} s", flush=True)
    asked, listed, twins = _asked(user), _listed(user, rows), _twins(user, rows)
    table = {name: _row(*taken) for name, taken in _timed(asked | listed, twins).items()}
    queries = {name: _queries(arm) for name, arm in asked.items()}
    for name, row in table.items():
        told = f"   {queries[name]} queries" if name in queries else ""
        print(f"{name:32} median {row['median_ms']:8.2f}   p95 {row['p95_ms']:8.2f}   cpu {row['cpu_ms']:7.2f}{told}")
    verdicts = _verdicts(table, queries)
    print(*verdicts, f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", sep="\n")
    return {"rows": rows, "load": os.getloadavg()[0], "verdicts": verdicts, "queries": queries, "times": table}


def _asked(user: Any) -> dict[str, Arm]:
    from rest_framework.test import APIClient

    from accounts import api_keys
    from accounts.models import Scope
    from media.models import Project

    _key, secret = api_keys.issue(user, "bench", Scope.values)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    project = Project.objects.filter(user=user).order_by("pk")[7].public_id
    pages = ["", "starred=true", "kind=video", "kind=image", "origin=upload", "trash=true", f"project={project}"]
    pages += [f"tag={tag}" for tag in ("every-second", "tenth", "hundredth", "thousandth")]
    searches = ["word77", "hundred7", "fox", "fox word20", '"red fox"', "boat -fox", "fox or word9"]
    arms: dict[str, Arm] = {"bare SELECT 1": partial(_ask, api, "/bare")}
    for asked in [*pages, *(f"search={quote(words)}" for words in searches)]:
        first = f"/api/v1/assets?limit=50&{asked}"
        name = "page " + ("project" if asked.startswith("project") else asked or "of all")
        name = name.replace("page search=", "search ").replace("%20", " ").replace("%22", '"')
        arms[f"{name}, first"] = partial(_ask, api, first)
        arms[f"{name}, deepest"] = partial(_ask, api, f"{first}&cursor={_deepest(user, asked)}")
    return arms


def _deepest(user: Any, asked: str) -> str:
    from accounts.pagination import _close
    from media.library import ORDER
    from media.models import Asset

    oldest = Asset.objects.filter(user=user).order_by("created_at", "id")[20_000]
    if not asked.startswith("tag="):
        return quote(_close(False, oldest, ORDER))
    oldest.asset_id = oldest.pk
    return quote(_close(False, oldest, ("-created_at", "-asset_id")))


def _listed(user: Any, rows: int) -> dict[str, Arm]:
    from urllib.parse import unquote

    deepest = unquote(_deepest(user, ""))
    return {"list only, first": partial(_list, user, None), "list only, deepest": partial(_list, user, deepest)}


def _twins(user: Any, rows: int) -> dict[str, Arm]:
    return {"twin, first": partial(_twin, user, 0), "twin, deepest": partial(_twin, user, rows - 20_000)}


def _timed(arms: dict[str, Arm], twins: dict[str, Arm]) -> dict[str, tuple[list[float], list[float]]]:
    from accounts import limits

    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in arms | twins}
    for round in range(ROUNDS):
        for name, arm in (arms | (twins if round < TWIN_ROUNDS else {})).items():
            limits.connection().flushdb()
            started, working = time.perf_counter(), time.thread_time()
            arm()
            taken[name][0].append((time.perf_counter() - started) * 1000)
            taken[name][1].append((time.thread_time() - working) * 1000)
    return taken


def _row(taken: list[float], computed: list[float]) -> dict[str, float]:
    p95 = statistics.quantiles(taken, n=20)[-1]
    found = {"median_ms": statistics.median(taken), "p95_ms": p95, "cpu_ms": statistics.median(computed)}
    return {name: round(value, 2) for name, value in found.items()}


def _verdicts(table: dict[str, dict[str, float]], queries: dict[str, int]) -> list[str]:
    page = max(row["p95_ms"] for name, row in table.items() if name.startswith("page"))
    search = max(row["p95_ms"] for name, row in table.items() if name.startswith("search"))
    times = {
        at: table[f"twin, {at}"]["median_ms"] / table[f"list only, {at}"]["median_ms"] for at in ("first", "deepest")
    }
    least = min(times.values())
    return [
        f"slowest page p95 {page:.1f} ms (goal {GOALS['page']:.0f}): {_met(page <= GOALS['page'])}",
        f"slowest search p95 {search:.1f} ms (goal {GOALS['search']:.0f}): {_met(search <= GOALS['search'])}",
        f"most queries {max(queries.values())} (goal 2): {_met(max(queries.values()) <= 2)}",
        f"twin takes {times['first']:.0f} × first, {times['deepest']:.0f} × deepest (goal 20): {_met(least >= 20)}",
    ]


def _met(met: bool) -> str:
    return "met" if met else "NOT MET"


def _queries(arm: Arm) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        arm()
    return len(queries)


def _ask(api: Any, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    assert answer.content


def _list(user: Any, cursor: str | None) -> None:
    import orjson

    from media.library import Wanted, wall

    orjson.dumps(wall(user, Wanted(limit=50, cursor=cursor)), default=str)


def _twin(user: Any, offset: int) -> None:
    """What the framework's tutorial would do."""
    from rest_framework.pagination import LimitOffsetPagination
    from rest_framework.renderers import JSONRenderer
    from rest_framework.request import Request
    from rest_framework.serializers import ModelSerializer
    from rest_framework.test import APIRequestFactory

    from media.models import Asset

    class Shown(ModelSerializer):
        class Meta:
            model = Asset
            exclude = ("search", "tags")

    pages = LimitOffsetPagination()
    request = Request(APIRequestFactory().get("/", {"limit": 50, "offset": offset}))
    rows = Asset.objects.filter(user=user, ready=True, taken_down_at=None, trashed_at=None)
    page = pages.paginate_queryset(rows.order_by("-created_at", "-id"), request)
    JSONRenderer().render(pages.get_paginated_response(Shown(page, many=True).data).data)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000])
