"""From a commit to the sockets of browsers; and what a thousand sockets cost that have nothing to hear.

    python -m benchmarks.live

A real daphne, the embedded PostgreSQL and Redis, clients in this process on the same cores. Events are numbered ones:
row, commit, publish, delivery. Times are from just before the transaction to the client's loop; the bare arm is Redis
alone, publish to one subscriber, in the same rounds.
"""

import asyncio
import json
import statistics
import time
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.house import house, people, report, web

EVENTS = 100
PAUSE = 0.05


def main() -> None:
    with house(), web(SOCKETS_EACH="2000") as (port, pid):
        everybody = people(100)
        report("live", asyncio.run(_measure(port, everybody, psutil.Process(pid))))


async def _measure(port: int, everybody: list[tuple[Any, str]], server: psutil.Process) -> dict[str, Any]:
    found: dict[str, Any] = {"bare publish, ms p50 p95": await _bare()}
    one = await _open(port, [everybody[0]] * 100)
    found["one person, 100 sockets, ms p50 p95"] = await _latency(everybody[:1], one)
    await _close(one)
    hundred = await _open(port, everybody)
    found["100 people, a socket each, ms p50 p95"] = await _latency(everybody, hundred)
    before, began = server.memory_info().rss, time.monotonic()
    more = await _open(port, [everybody[number % 100] for number in range(900)])
    found["opening 900 more, sockets a second"] = round(900 / (time.monotonic() - began))
    found["memory of a socket, KiB"] = round((server.memory_info().rss - before) / 900 / 1024, 1)
    await asyncio.sleep(3)
    server.cpu_percent()
    await asyncio.sleep(10)
    found["1,000 silent sockets, % of a core"] = server.cpu_percent()
    found["threads of the server"] = server.num_threads()
    found["1,000 sockets, ms p50 p95"] = await _latency(everybody, hundred)
    await _close(hundred + more)
    return found


async def _bare() -> list[float]:
    from django.conf import settings
    from redis.asyncio import Redis

    redis = Redis.from_url(settings.REDIS_URL)
    took = []
    async with redis.pubsub() as ear:
        await ear.subscribe("bench")
        await ear.get_message(timeout=5)
        for _round in range(EVENTS):
            began = time.perf_counter()
            await redis.publish("bench", "x" * 200)
            await ear.get_message(timeout=5)
            took.append(time.perf_counter() - began)
    await redis.aclose()
    return _both(took)


async def _latency(speakers: list[tuple[Any, str]], sockets: list[ClientConnection]) -> list[float]:
    took: list[float] = []
    hearing = [asyncio.create_task(_hear(socket, took)) for socket in sockets]
    for _round in range(EVENTS // len(speakers)):
        for user, _key in speakers:
            await asyncio.to_thread(_tell, user)
            await asyncio.sleep(PAUSE)
    wanted, until = EVENTS * len(sockets) // len(speakers), time.monotonic() + 30
    while len(took) < wanted and time.monotonic() < until:
        await asyncio.sleep(0.1)
    for task in hearing:
        task.cancel()
    assert len(took) == wanted, f"{len(took)} of {wanted} came"
    return _both(took)


def _both(took: list[float]) -> list[float]:
    return [round(value * 1000, 1) for value in (statistics.median(took), statistics.quantiles(took, n=20)[-1])]


def _tell(user: Any) -> None:
    from generation import broadcast

    broadcast.tell(user, {"type": "note", "at": time.time()})


async def _hear(socket: ClientConnection, took: list[float]) -> None:
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "note":
            took.append(time.time() - message["at"])


async def _open(port: int, everybody: list[tuple[Any, str]]) -> list[ClientConnection]:
    found = []
    for start in range(0, len(everybody), 50):
        found += await asyncio.gather(*(_dial(port, key) for _user, key in everybody[start : start + 50]))
    return found


async def _dial(port: int, key: str) -> ClientConnection:
    here, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}
    socket = await connect(
        f"ws://127.0.0.1:{port}/ws/", origin=here, additional_headers=headers, compression=None, open_timeout=60
    )  # type: ignore[arg-type]
    assert json.loads(await socket.recv())["type"] == "snapshot"
    return socket


async def _close(sockets: list[ClientConnection]) -> None:
    await asyncio.gather(*(socket.close() for socket in sockets))


if __name__ == "__main__":
    main()
