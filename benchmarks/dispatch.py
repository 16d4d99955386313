"""From a press to "running" and to the finished picture, as a browser sees it; and what others need to start a job.

    python -m benchmarks.dispatch                               a house of its own, an engine that takes no time
    python -m benchmarks.dispatch --url http://… --key klik_…   a running installation, with its own model

Arms take turns, so that other work on the machine falls on all of them alike. Of the others only the start is counted:
from enqueue() or LPUSH to the first line of the job, without a database, credits or a word to anybody.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets
from redis import Redis

from benchmarks.house import house, people, report, started, until, web

WISH = {"tool": "text_to_image", "params": {"prompt": "a red boat on the sea", "steps": 2, "seed": 1}}
QUEUES = {"RQ SimpleWorker": "bench-simple", "RQ Worker": "bench-forking"}
# Named by the queue, so that the answers of the arms do not mix.
ANSWER = "answer:{}"
BLPOP = """
import sys, time
from redis import Redis
redis = Redis.from_url(sys.argv[1], socket_timeout=None)
while True:
    redis.blpop("bench-raw")
    redis.rpush("answer:raw", repr(time.time()))
"""


def noted(redis: str, queue: str) -> None:
    """The job of RQ's own workers."""
    with Redis.from_url(redis) as found:
        found.rpush(ANSWER.format(queue), repr(time.time()))


async def one(client: httpx.AsyncClient, socket: Any) -> dict[str, float]:
    began = time.perf_counter()
    answer = await client.post("/api/v1/jobs", json=WISH)
    answer.raise_for_status()
    job, seen = answer.json()["data"]["id"], {"accepted": time.perf_counter() - began}
    while "done" not in seen:
        message = json.loads(await socket.recv())
        if message["type"] != "job" or message["job"]["id"] != job:
            continue
        status = message["job"]["status"]
        if status == "running":
            seen.setdefault("running", time.perf_counter() - began)
        elif status not in {"queued", "running"}:
            seen["done"] = time.perf_counter() - began
    return seen


async def pressed(url: str, key: str, times: int, between: Callable[[], None] = lambda: None) -> dict[str, list[float]]:
    headers = {"Authorization": f"Bearer {key}"}
    found: dict[str, list[float]] = {}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client,
        websockets.connect(
            f"ws://{urlsplit(url).netloc}/ws/", origin=url, additional_headers=headers, max_size=None
        ) as socket,
    ):
        await one(client, socket)
        for _ in range(times):
            for name, seconds in (await one(client, socket)).items():
                found.setdefault(f"POST to {name}", []).append(seconds)
            between()
            await asyncio.sleep(0.05)
    return found


@contextmanager
def others(redis: str) -> Iterator[dict[str, Callable[[], float]]]:
    from rq import Queue

    connection = Redis.from_url(redis, socket_timeout=None)
    rq = ["-m", "rq.cli", "worker", "--url", redis, "--quiet"]
    with (
        started(["-c", BLPOP, redis]),
        started([*rq, "--worker-class", "rq.SimpleWorker", QUEUES["RQ SimpleWorker"]]),
        started([*rq, QUEUES["RQ Worker"]]),
    ):

        def raw() -> float:
            began = time.time()
            connection.lpush("bench-raw", "x")
            return _answered(connection, "raw") - began

        def queued(name: str) -> float:
            began = time.time()
            Queue(name, connection=connection).enqueue("benchmarks.dispatch.noted", redis, name, result_ttl=0)
            return _answered(connection, name) - began

        yield {"raw BLPOP": raw} | {name: lambda queue=queue: queued(queue) for name, queue in QUEUES.items()}


def _answered(connection: "Redis[bytes]", name: str) -> float:
    return float(connection.blpop(ANSWER.format(name), 30)[1])


def compared(times: int) -> dict[str, Any]:
    with house():
        from django.conf import settings

        from generation.models import Worker
        from tests.generation.conftest import make_patient

        make_patient()
        _user, key = people(1, credits=100_000)[0]
        with (
            others(settings.REDIS_URL) as arms,
            started(["manage.py", "worker"], WORKER_WARMS_UP="no"),
            web() as (port, _pid),
        ):
            until(Worker.objects.exists)
            found: dict[str, list[float]] = {name: [] for name in arms}
            for arm in arms.values():
                arm()

            def between() -> None:
                for name, arm in arms.items():
                    found[name].append(arm())

            ours = asyncio.run(pressed(f"http://127.0.0.1:{port}", key, times, between))
    return shown(ours | found)


def shown(found: dict[str, list[float]]) -> dict[str, Any]:
    rows = {}
    for name, values in found.items():
        p95 = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
        rows[f"{name}, ms p50 p95"] = [round(value * 1000, 1) for value in (statistics.median(values), p95)]
    if "POST to running" in found:
        ours = statistics.median(found["POST to running"])
        ratios = {name: statistics.median(found[name]) / ours for name in ("raw BLPOP", *QUEUES) if name in found}
        rows |= {f"{name} over POST to running": round(ratio, 2) for name, ratio in ratios.items()}
        rows["goal of POST to running"] = "p50 <= 25 ms, p95 <= 60 ms on an idle worker"
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--key")
    parser.add_argument("--times", type=int, default=50)
    given = parser.parse_args()
    if given.key:
        report("dispatch_there", shown(asyncio.run(pressed(given.url, given.key, given.times))))
    else:
        report("dispatch", compared(given.times))


if __name__ == "__main__":
    main()
