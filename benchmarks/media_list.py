"""The wall at 100,000 and 1,000,000 rows, first and deepest page, against ModelSerializer + OFFSET + COUNT.

    python -m benchmarks.media_list [rows ...]

Server time of one request inside Django's test client, arms interleaved, 40 rounds; the embedded PostgreSQL. "bare" is
a view that asks SELECT 1 behind the same door (key, rule, limit), so that a busy machine can be read off. "cpu" is what
this process computed, without waiting for its turn, PostgreSQL or Redis.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

ROUNDS = 40
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.test")
os.environ.setdefault("VAR_DIR", "var/bench")
os.environ.setdefault("LOG_LEVEL", "ERROR")


def main(sizes: list[int]) -> None:
    import django

    from klikyai.services.embedded import Embedded

    embedded = Embedded(Path(os.environ["VAR_DIR"]).resolve())
    os.environ.update(embedded.start())
    try:
        django.setup()
        from django.test import override_settings

        with override_settings(ROOT_URLCONF="benchmarks.bare"):
            results = [_measure(size) for size in sizes]
    finally:
        embedded.stop()
    Path("benchmarks/media_list.json").write_text(json.dumps(results, indent=1) + "\n")


def _measure(rows: int) -> dict[str, object]:
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts import limits

    call_command("migrate", verbosity=0)
    limits.connection().flushdb()
    user, api = _fill(rows)
    deep = _deep_cursor(user, rows)
    arms: dict[str, Callable[[], object]] = {
        "bare SELECT 1": lambda: _ask(api, "/bare"),
        "ours, first": lambda: _ask(api, "/api/v1/assets?limit=50"),
        "ours, deepest": lambda: _ask(api, f"/api/v1/assets?limit=50&cursor={deep}"),
        "ours, search rare": lambda: _ask(api, "/api/v1/assets?limit=50&search=word77"),
        "ours, search common": lambda: _ask(api, "/api/v1/assets?limit=50&search=fox"),
        "ours, search two": lambda: _ask(api, "/api/v1/assets?limit=50&search=fox+word20"),
    }
    arms |= {
        "ours, first, list only": lambda: _list(user, None),
        "ours, deepest, list only": lambda: _list(user, unquote(deep)),
    }
    twins: dict[str, Callable[[], object]] = {
        "twin, first, list only": lambda: _twin(user, 0),
        "twin, deepest, list only": lambda: _twin(user, rows - 50),
    }
    times: dict[str, list[float]] = {name: [] for name in arms | twins}
    computed: dict[str, list[float]] = {name: [] for name in arms | twins}
    for round in range(ROUNDS):
        for name, arm in (arms | twins).items():
            if name in twins and round % 4:
                continue
            limits.connection().flushdb()
            started, working = time.perf_counter(), time.thread_time()
            arm()
            times[name].append((time.perf_counter() - started) * 1000)
            computed[name].append((time.thread_time() - working) * 1000)
    with CaptureQueriesContext(connection) as queries:
        arms["ours, deepest"]()
    print(f"\n{rows:,} rows, {len(queries)} queries a page (one of them finds the key)")
    table = {}
    for name, taken in times.items():
        p95 = sorted(taken)[int(len(taken) * 0.95) - 1] if len(taken) > 20 else max(taken)
        median, cpu = statistics.median(taken), statistics.median(computed[name])
        table[name] = {"median_ms": round_(median), "p95_ms": round_(p95), "cpu_ms": round_(cpu)}
        print(f"{name:26} median {median:9.2f} ms   p95 {p95:9.2f} ms   cpu {cpu:7.2f} ms")
    return {"rows": rows, "queries": len(queries), "load": os.getloadavg()[0], "times": table}


def round_(value: float) -> float:
    return round(value, 2)


def _fill(rows: int):
    from django.db import connection
    from rest_framework.test import APIClient

    from accounts import api_keys
    from accounts.models import Scope, User

    user = User.objects.create_user(f"bench-{rows}-{time.time()}@example.org", "correct horse bench")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, [user.pk, rows])
        cursor.execute("VACUUM ANALYZE media_asset")
    _key, secret = api_keys.issue(user, "bench", Scope.values)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return user, api


FILL = """
INSERT INTO media_asset (public_id, user_id, kind, mime, name, prompt, path, bytes, width, height, sha256, colour,
  origin, attempt, recipe, starred, ready, created_at)
SELECT gen_random_uuid(), %s, 'image', 'image/png', 'picture ' || n,
  (CASE WHEN n %% 10 = 0 THEN 'a red fox ' ELSE 'a blue boat ' END) || 'word' || (n %% 5000) || ' in soft light',
  'outputs/bench/' || gen_random_uuid(), 1000000, 1024, 1024, md5(n::text) || md5(n::text), '#808080',
  'job:' || n, '', jsonb_build_object('prompt', 'a red fox', 'seed', n, 'steps', 28), n %% 20 = 0, true,
  now() - n * interval '1 second'
FROM generate_series(1, %s) AS n
"""


def _deep_cursor(user, rows: int) -> str:
    from accounts.pagination import _close
    from media.library import ORDER
    from media.models import Asset

    oldest = Asset.objects.filter(user=user).order_by("created_at", "id")[50]
    return quote(_close(False, oldest, ORDER))


def _ask(api, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]


def _list(user, cursor: str | None) -> None:
    """As far as the twin goes: from the person to the bytes, without the door."""
    import orjson

    from media.library import Wanted, wall

    orjson.dumps(wall(user, Wanted(limit=50, cursor=cursor)), default=str)


def _twin(user, offset: int) -> None:
    """What DRF's tutorial would do."""
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
