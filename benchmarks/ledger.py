"""Holds and captures a second, and whether the books are right afterwards.

    python -m benchmarks.ledger [calls]

Real connections to the embedded PostgreSQL, real commits (synchronous_commit is on), several processes as in a house
with several web processes. Three cases: everybody has a wallet of their own; one wallet for all; credits in 30 lots.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

PROCESSES, THREADS = 4, 4
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.test")
os.environ.setdefault("VAR_DIR", "var/bench")

CALLERS = """
import sys, time, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from accounts.models import User
from billing import credits

mark, process, calls, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
people = list(User.objects.filter(email__startswith=f"bench-{mark}-").order_by("pk"))
who = lambda place: people[(process * calls + place) % len(people)]
name = lambda place: f"bench:{mark}:{process}:{place}"
pool = ThreadPoolExecutor(threads)
list(pool.map(lambda _: (connection.ensure_connection(), time.sleep(0.05)), range(threads * 4)))
for verb in (lambda place: credits.hold(who(place), 2, reference=name(place)),
             lambda place: credits.capture(name(place), 1)):
    print("ready", flush=True)
    sys.stdin.readline()
    list(pool.map(verb, range(calls)))
    print("done", flush=True)
"""


def main(calls: int) -> None:
    import django

    from klikyai.services.embedded import Embedded

    embedded = Embedded(Path(os.environ["VAR_DIR"]).resolve())
    os.environ.update(embedded.start())
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        cases = [("a wallet each", 64, 1), ("one wallet for all", 1, 1), ("30 lots each", 64, 30)]
        results = [_case(title, people, lots, calls) for title, people, lots in cases]
    finally:
        embedded.stop()
    machine = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
    Path("benchmarks/ledger.json").write_text(json.dumps({"machine": machine, "results": results}, indent=1) + "\n")


def _case(title: str, people: int, lots: int, calls: int) -> dict[str, object]:
    mark = f"{time.time_ns()}"
    _fill(mark, people, lots, calls)
    each = calls // PROCESSES
    command = [sys.executable, "-c", CALLERS, mark]
    running = [
        subprocess.Popen(
            [*command, str(number), str(each), str(THREADS)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for number in range(PROCESSES)
    ]
    holds, captures = _phase(running, each), _phase(running, each)
    for process in running:
        assert process.wait(60) == 0
    drift = _recount()
    print(f"{title:20} {holds:8.0f} holds/s {captures:8.0f} captures/s   drift: {drift or 'none'}")
    return {
        "case": title,
        "calls": calls,
        "holds_per_s": round(holds),
        "captures_per_s": round(captures),
        "drift": drift,
    }


def _phase(running: list[subprocess.Popen], each: int) -> float:
    for process in running:
        assert process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        assert process.stdout.readline() == "done\n"
    return each * len(running) / (time.perf_counter() - began)


def _fill(mark: str, people: int, lots: int, calls: int) -> None:
    from accounts.models import User
    from billing import credits

    for number in range(people):
        user = User.objects.create(email=f"bench-{mark}-{number}@example.org")
        for lot in range(lots):
            amount = 4 * calls // (people * lots) + 4
            credits.grant(user, amount, reference=f"bench:{mark}:{number}:{lot}", kind="purchase")


def _recount() -> list[str]:
    from billing.invariants import broken

    return broken()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
