"""Forty people work and buy while web, worker, Redis and PostgreSQL are killed in turn: nothing promised is lost."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from klikyai.services.process import free_port
from tests.billing.chaos_people import Person, postman, send_to
from tests.billing.double import Post, Server, Store, World
from tests.billing.double.server import KEY
from tests.klikyai.test_outage import kill
from tests.klikyai.test_up import ROOT, House

pytestmark = [pytest.mark.processes, pytest.mark.nightly]
SECRET = "whsec_of_the_chaos"
PEOPLE = 40
SECONDS = int(os.environ.get("CHAOS_SECONDS", "300"))
PROGRAMS = {"web": "daphne", "worker": "--pool"}
QUIET = 120.0

MOVE_IN = """
import json, sys, django
django.setup()
from accounts import api_keys
from accounts.models import Scope, User
from billing import credits
from billing.models import Pack
from tests.generation.conftest import make_patient
make_patient()
Pack.objects.update_or_create(slug="credits-500", defaults={"title": "500", "credits": 500, "amount": 900})
keys = []
for number in range(int(sys.argv[1])):
    user = User.objects.create_user(f"person{number}@example.org", "correct horse person")
    credits.grant(user, 10_000, reference=f"first:{number}", kind="promotion")
    keys.append(api_keys.issue(user, "chaos", Scope.values)[1])
print("KEYS" + json.dumps(keys))
"""
TAKE_STOCK = """
import json, django
django.setup()
from django.db.models import Sum
from billing.invariants import broken
from billing.models import Event, Hold, Order, Payment, Transfer, Wallet
from generation.models import Job
print("STOCK" + json.dumps({
    "jobs": {str(one): status for one, status in Job.objects.values_list("public_id", "status")},
    "open": Hold.objects.filter(state="open").count(),
    "charged": Hold.objects.aggregate(all=Sum("captured"))["all"] or 0,
    "paid": [str(one) for one in Order.objects.filter(state="paid").values_list("public_id", flat=True)],
    "payments": Payment.objects.count(),
    "grants": Transfer.objects.filter(kind="purchase").count(),
    "have": Wallet.objects.filter(user__email__startswith="person").aggregate(all=Sum("available"))["all"],
    "unhandled": Event.objects.filter(handled_at=None).count(),
    "broken": broken(),
}))
"""


class Shot(House):
    def __init__(self, var: Path, port: int, stripe: str) -> None:
        super().__init__(var, port)
        self.stripe = stripe

    def environment(self, **more: str) -> dict[str, str]:
        ours = {
            "DJANGO_SETTINGS_MODULE": "tests.billing.chaos_settings", "STRIPE_KEY": KEY, "STRIPE_API": self.stripe,
            "STRIPE_WEBHOOK_SECRET": SECRET, "WORKER_WARMS_UP": "no", "PYTHONPATH": str(ROOT),
            "KLIKYAI_POSTGRES_OPTIONS": "",
        }  # fmt: skip
        return super().environment(**ours, **more)

    def ask(self, script: str, mark: str, *words: str) -> Any:
        services = {"DATABASE_URL": self.database_url()}
        done = subprocess.run(
            [sys.executable, "-c", script, *words], env=self.environment(**services), cwd=ROOT, text=True,
            capture_output=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.rpartition(mark)[2])

    def shoot(self, name: str, dice: random.Random) -> None:
        if name in ("postgres", "redis"):
            # One that is just going away by itself is not in need of a bullet.
            with suppress(psutil.NoSuchProcess):
                kill(self, name)
            return
        found = [one for one in self.everything() if PROGRAMS[name] in " ".join(_words(one))]
        if found:
            with suppress(psutil.NoSuchProcess):
                dice.choice(found).kill()


def _words(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return list(process.cmdline())
    return []


@pytest.fixture
def stripe() -> Iterator[Server]:
    store = Store()
    server = Server(store, World(store))
    yield server
    server.close()


@pytest.fixture
def house(tmp_path: Path, stripe: Server) -> Iterator[Shot]:
    house = Shot(tmp_path / "var", free_port(), stripe.url)
    try:
        house.start()
        yield house
    finally:
        house.kill_everything()


def test_nothing_that_was_promised_is_lost(house: Shot, stripe: Server) -> None:
    url = f"http://127.0.0.1:{house.port}"
    stop, quiet, dice = threading.Event(), threading.Event(), random.Random(7)
    keys = house.ask(MOVE_IN, "KEYS", str(PEOPLE))
    people = [Person(url, key, stripe.world, random.Random(key), stop) for key in keys]
    post = Post(stripe.store, SECRET, send_to(url))
    threads = [threading.Thread(target=person.live, daemon=True) for person in people]
    threads.append(threading.Thread(target=postman, args=(post, quiet), daemon=True))
    for thread in threads:
        thread.start()
    shots, began = Counter[str](), time.monotonic()
    targets = ["web", "worker", "redis", "postgres"]
    while time.monotonic() - began < SECONDS:
        time.sleep(dice.uniform(3, 8))
        name = targets[sum(shots.values()) % len(targets)]
        house.shoot(name, dice)
        shots[name] += 1
    stop.set()
    for thread in threads[:-1]:
        thread.join(60)
    stock, seconds = settled(house, post)
    quiet.set()
    report(people, stock, shots, seconds)
    jobs = {job for person in people for job in person.jobs}
    orders = {order for person in people for order in person.orders}
    assert [one for person in people for one in person.odd] == []
    assert jobs - stock["jobs"].keys() == set()
    assert {stock["jobs"][job] for job in jobs} <= {"succeeded", "failed", "canceled"}
    assert set(stock["paid"]) == orders
    assert stock["payments"] == stock["grants"] == len(orders)
    assert stock["have"] == PEOPLE * 10_000 + 500 * len(orders) - stock["charged"]
    assert (stock["open"], stock["broken"]) == (0, [])
    assert seconds <= QUIET
    assert len(jobs) > PEOPLE
    assert len(orders) > PEOPLE // 4


def settled(house: Shot, post: Post) -> tuple[dict[str, Any], float]:
    """Left alone, until nothing is under way, or for as long as it may take."""
    began = time.monotonic()
    while True:
        with suppress(AssertionError, subprocess.TimeoutExpired):
            stock = house.ask(TAKE_STOCK, "STOCK")
            seconds = time.monotonic() - began
            ended = set(stock["jobs"].values()) <= {"succeeded", "failed", "canceled"}
            if (ended and not stock["open"] and not stock["unhandled"] and not post.waiting()) or seconds > QUIET:
                return stock, seconds
        assert time.monotonic() - began < 3 * QUIET, house.log.read_text()[-3000:]
        time.sleep(1)


def report(people: list[Person], stock: dict[str, Any], shots: Counter[str], seconds: float) -> None:
    facts = {
        "shots": dict(shots), "jobs acknowledged": sum(len(person.jobs) for person in people),
        "jobs": dict(Counter(stock["jobs"].values())), "payments": sum(len(person.orders) for person in people),
        "granted": stock["grants"], "open holds": stock["open"], "quiet after": round(seconds, 1),
        "load": os.getloadavg(),
    }  # fmt: skip
    sys.stderr.write(f"\nchaos: {json.dumps(facts)}\n")
