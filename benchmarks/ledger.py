"""Holds and captures a second, alone and over 32 connections, beside a twin that saves what it read, without a lock.

    python -m benchmarks.ledger [calls]

Real connections to the embedded PostgreSQL, real commits (synchronous_commit is on), four processes as in a house with
several web processes; they share the machine with the database. Ours and the twin take turns, so that what else the
machine does meets both. `broken` counts what a recount finds, `refused` what the database's constraints stopped.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROUNDS = 4
HOW = ("ours", "twin")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.test")
os.environ.setdefault("VAR_DIR", "var/bench")

CALLERS = """
import sys, time, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import IntegrityError, connection
from accounts.models import User
from benchmarks import ledger_twin
from billing import credits

mark, process, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
def some(how):
    return list(User.objects.filter(email__startswith=f"bench-{mark}-{how}-").order_by("pk"))

people = {how: some(how) for how in ("ours", "twin")}
verbs = {"ours": credits, "twin": ledger_twin}

def call(how, verb, place):
    name = f"bench:{mark}:{how}:{process}:{place}"
    try:
        if verb == "hold":
            verbs[how].hold(people[how][place % len(people[how])], 2, reference=name)
        else:
            verbs[how].capture(name, 1)
    except IntegrityError:
        return 1
    return 0

pool = ThreadPoolExecutor(threads)
list(pool.map(lambda _: (connection.ensure_connection(), time.sleep(0.05)), range(threads * 4)))
print("ready", flush=True)
for line in sys.stdin:
    how, verb, first, last = line.split()
    print(sum(pool.map(lambda place: call(how, verb, place), range(int(first), int(last)))), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Case:
    title: str
    processes: int = 4
    threads: int = 8
    people: int = 64
    lots: int = 1


CASES = (
    Case("alone", processes=1, threads=1),
    Case("32 connections, a wallet each"),
    Case("32 connections, one wallet", people=1),
    Case("32 connections, 30 lots each", lots=30),
)


def main(calls: int) -> None:
    import django

    from klikyai.services.embedded import Embedded

    embedded = Embedded(Path(os.environ["VAR_DIR"]).resolve())
    os.environ.update(embedded.start())
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        results = [_measure(case, calls) for case in CASES]
    finally:
        embedded.stop()
    written = {"cores": os.cpu_count(), "results": results}
    Path("benchmarks/ledger.json").write_text(json.dumps(written, indent=1) + "\n")


def _measure(case: Case, calls: int) -> dict[str, object]:
    mark, slice_ = f"{time.time_ns()}", calls // ROUNDS // (4 if case.processes == 1 else case.processes)
    for how in HOW:
        _fill(f"{mark}-{how}", case, calls)
    running = _start(case, mark)
    speeds: dict[tuple[str, str], list[float]] = {(how, verb): [] for how in HOW for verb in ("hold", "capture")}
    refused = dict.fromkeys(HOW, 0)
    for number in range(ROUNDS):
        for how, verb in speeds:
            seconds, stopped = _phase(running, f"{how} {verb} {number * slice_} {(number + 1) * slice_}")
            speeds[how, verb].append(slice_ * case.processes / seconds)
            refused[how] += stopped
    for process in running:
        process.stdin.close()
        assert process.wait(60) == 0
    return _shown(case, mark, speeds, refused)


def _shown(
    case: Case, mark: str, speeds: dict[tuple[str, str], list[float]], refused: dict[str, int]
) -> dict[str, object]:
    result: dict[str, object] = asdict(case) | {"load": round(os.getloadavg()[0], 1)}
    for how in HOW:
        holds, captures = (round(statistics.median(speeds[how, verb])) for verb in ("hold", "capture"))
        broken = _recount(f"{mark}-{how}")
        result[how] = {"holds_per_s": holds, "captures_per_s": captures, "broken": broken, "refused": refused[how]}
        print(
            f"{case.title:31} {how}: {holds:5} holds/s {captures:5} captures/s"
            f"   broken {broken:4}   refused {refused[how]:4}   load {result['load']}",
            flush=True,
        )
    return result


def _start(case: Case, mark: str) -> list[subprocess.Popen]:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CALLERS, mark, str(number), str(case.threads)],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for number in range(case.processes)
    ]  # fmt: skip
    for process in running:
        assert process.stdout.readline() == "ready\n"
    return running


def _phase(running: list[subprocess.Popen], order: str) -> tuple[float, int]:
    began = time.perf_counter()
    for process in running:
        process.stdin.write(order + "\n")
        process.stdin.flush()
    refused = sum(int(process.stdout.readline()) for process in running)
    return time.perf_counter() - began, refused


def _fill(mark: str, case: Case, calls: int) -> None:
    from accounts.models import User
    from billing import credits

    amount = 4 * calls // (case.people * case.lots) + 4
    for number in range(case.people):
        user = User.objects.create(email=f"bench-{mark}-{number}@example.org")
        for lot in range(case.lots):
            credits.grant(user, amount, reference=f"bench:{mark}:{number}:{lot}", kind="purchase")


def _recount(mark: str) -> int:
    """How many wallets of these are not what their postings or their open holds say."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM billing_wallet w JOIN accounts_user u ON u.id = w.user_id AND u.email LIKE %s
            WHERE w.available <> (SELECT sum(amount) FROM billing_posting p WHERE p.user_id = u.id
                                  AND account = 'available')
            OR w.held <> (SELECT COALESCE(sum(amount), 0) FROM billing_hold h WHERE h.user_id = u.id
                          AND state = 'open')
            """,
            [f"bench-{mark}-%"],
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
