"""Many processes at one wallet, each saying everything twice."""

import json
import os
import subprocess
import sys
import time

import pytest
from django.db import connection

from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Hold, Wallet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

CALLERS = """
import json, sys, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import OperationalError, connection
from accounts.errors import Refused
from accounts.models import User
from billing import credits
from billing.models import Wallet

calls, threads, how, users = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4].split(",")
people = list(User.objects.filter(pk__in=users).order_by("pk"))

def naive(person, reference):
    wallet = Wallet.objects.get(user=person)
    if wallet.available >= 3:
        wallet.available -= 3
        wallet.save()
        return "held"
    return "refused"

def patiently(act):
    # What the door answers with 503 and Retry-After: nothing has happened, or it has and asking again changes nothing.
    while True:
        try:
            return act()
        except OperationalError:
            connection.close()

def guarded(person, reference, place):
    try:
        patiently(lambda: credits.hold(person, 3, reference=reference))
    except Refused as refused:
        return refused.code
    if place % 2:
        patiently(lambda: credits.capture(reference, place % 4))
    else:
        patiently(lambda: credits.release(reference))
    return "held"

def call(place):
    person = people[place % len(people)]
    reference = f"job:{place}"
    try:
        return naive(person, reference) if how == "naive" else guarded(person, reference, place)
    finally:
        if place % 50 == 0:
            connection.close()

connection.close()
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(threads) as pool:
    print(json.dumps(list(pool.map(call, range(calls)))))
"""


def at_once(
    people: list[User], calls: int, how: str, processes: int = 2, threads: int = 16
) -> tuple[list[list[str]], float]:
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    users = ",".join(str(person.pk) for person in people)
    command = [sys.executable, "-c", CALLERS]
    running = [
        subprocess.Popen(
            [*command, str(calls), str(threads), how, users], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"DATABASE_URL": url},
        )
        for _number in range(processes)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.monotonic()
    answers = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        answers.append(json.loads(process.communicate(timeout=900)[0]))
    return answers, time.monotonic() - began


@pytest.fixture
def people(alice: User, bob: User, charlie: User, dana: User) -> list[User]:
    return [alice, bob, charlie, dana]


def settled_once(people: list[User], calls: int) -> float:
    for person in people:
        credits.grant(person, 100_000, reference=f"first:{person.pk}", kind="purchase")
    answers, seconds = at_once(people, calls, "guarded")
    assert answers[0] == answers[1] == ["held"] * calls
    assert broken() == []
    assert Hold.objects.count() == calls
    assert not Hold.objects.filter(state="open").exists()
    charged = sum(place % 4 for place in range(calls) if place % 2)
    assert sum(Wallet.objects.values_list("available", flat=True)) == 400_000 - charged
    return seconds


def test_everything_said_twice_by_two_processes_happens_once(people: list[User]) -> None:
    settled_once(people, 400)


@pytest.mark.nightly
def test_ten_thousand_holds_over_32_connections(people: list[User]) -> None:
    assert settled_once(people, 10_000) <= 120


def test_no_more_is_held_than_there_is(alice: User) -> None:
    credits.grant(alice, 30, reference="first", kind="purchase")

    answers, _seconds = at_once([alice], 60, "guarded")
    assert broken() == []
    assert credits.balance(alice).available >= 0
    assert {word for answer in answers for word in answer} <= {"held", "insufficient_credits"}


def test_without_the_lock_credits_are_spent_twice(alice: User) -> None:
    credits.grant(alice, 3000, reference="first", kind="purchase")
    answers, _seconds = at_once([alice], 400, "naive")
    spent = 3 * sum(answer.count("held") for answer in answers)
    assert spent != 3000 - credits.balance(alice).available
