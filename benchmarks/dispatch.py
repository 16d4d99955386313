"""From a press to "running" and to the finished picture, as a browser sees it, against a running installation.

manage.py newuser bench@example.org --credits 5000 --api-key bench
python -m benchmarks.dispatch --key klik_… --times 50
"""

import argparse
import asyncio
import json
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets

WISH = {"tool": "text_to_image", "params": {"prompt": "a red boat on the sea", "steps": 2, "seed": 1}}


async def one(client: httpx.AsyncClient, socket: Any) -> dict[str, float]:
    began = time.perf_counter()
    answer = await client.post("/api/v1/jobs", json=WISH)
    answer.raise_for_status()
    accepted = time.perf_counter()
    job, seen = answer.json()["data"]["id"], {"accepted": accepted - began}
    while "done" not in seen:
        message = json.loads(await socket.recv())
        if message["type"] != "job" or message["job"]["id"] != job:
            continue
        status = message["job"]["status"]
        if status == "running":
            seen.setdefault("accepted to running", max(0.0, time.perf_counter() - accepted))
        elif status not in {"queued", "running"}:
            seen["done"] = time.perf_counter() - began
    return seen


async def measure(url: str, key: str, times: int) -> dict[str, list[float]]:
    headers = {"Authorization": f"Bearer {key}"}
    place = f"ws://{urlsplit(url).netloc}/ws/"
    found: dict[str, list[float]] = {}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client,
        websockets.connect(place, origin=url, additional_headers=headers, max_size=None) as socket,
    ):
        for _ in range(times):
            for name, seconds in (await one(client, socket)).items():
                found.setdefault(name, []).append(seconds)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--key", required=True)
    parser.add_argument("--times", type=int, default=50)
    given = parser.parse_args()
    found = asyncio.run(measure(given.url, given.key, given.times))
    print(f"{'milliseconds':24}{'p50':>8}{'p95':>8}")
    for name, values in found.items():
        p95 = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
        print(f"{name:24}{statistics.median(values) * 1000:8.1f}{p95 * 1000:8.1f}")


if __name__ == "__main__":
    main()
