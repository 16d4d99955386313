import random
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts import audit
from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db
Tampering = Callable[[random.Random, int], str]


def change(column: str, value: str) -> Tampering:
    return lambda dice, count: (
        f"UPDATE accounts_auditentry SET {column} = {value} WHERE number = {dice.randint(1, count)}"
    )


def swap(dice: random.Random, count: int) -> str:
    one, other = dice.sample(range(1, count + 1), 2)
    pairs = f"(({one}, {other}), ({other}, {one}))"
    return (
        "UPDATE accounts_auditentry a SET subject = b.subject, at = b.at, facts = b.facts, seal = b.seal "
        f"FROM accounts_auditentry b WHERE (a.number, b.number) IN {pairs}"
    )


TAMPERINGS: list[Tampering] = [
    change("actor", "actor || 'x'"),
    change("action", "'nothing happened'"),
    change("subject", "subject || ' '"),
    change("at", "at + interval '1 microsecond'"),
    change("facts", "facts || '{\"amount\": -1}'"),
    change("seal", "md5(seal) || md5(seal)"),
    change("number", "number + 100000"),
    swap,
    lambda dice, count: "DELETE FROM accounts_auditentry WHERE number = " + str(dice.randint(1, count)),
    lambda dice, count: "DELETE FROM accounts_auditentry WHERE number > " + str(dice.randint(0, count - 1)),
    lambda dice, count: "UPDATE accounts_audithead SET number = number - 1",
    lambda dice, count: "DELETE FROM accounts_audithead",
]


def fill(actor: User, count: int) -> None:
    for number in range(count):
        audit.record(actor, "credits given", f"person {number}", amount=number, reason="ünï ☂", share=0.5)


def test_a_healthy_chain_passes(dana: User) -> None:
    fill(dana, 5)
    said = StringIO()
    call_command("checkaudit", stdout=said)
    assert "5 entries, none touched" in said.getvalue()


@pytest.mark.parametrize("rounds", [60, pytest.param(1000, marks=pytest.mark.nightly)])
def test_every_single_tampering_is_found(dana: User, rounds: int) -> None:
    fill(dana, 12)
    dice = random.Random(4)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE accounts_audithead DISABLE TRIGGER USER")
        missed = []
        for round_ in range(rounds):
            point = transaction.savepoint()
            tampering = TAMPERINGS[round_ % len(TAMPERINGS)](dice, 12)
            cursor.execute(tampering)
            if not list(audit.faults()):
                missed.append(tampering)
            transaction.savepoint_rollback(point)
    assert missed == []


def test_a_cut_end_with_a_matching_head_is_found(dana: User) -> None:
    fill(dana, 4)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_auditentry WHERE number = 4")
        cursor.execute(
            "UPDATE accounts_audithead SET number = 3, seal = (SELECT seal FROM accounts_auditentry WHERE number = 3)"
        )
    assert list(audit.faults()) == ["the head of the chain was rewritten"]


@pytest.mark.parametrize("verb", ["UPDATE accounts_auditentry SET action = 'x'", "DELETE FROM accounts_auditentry"])
def test_the_database_refuses_to_change_the_past(dana: User, verb: str) -> None:
    fill(dana, 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert AuditEntry.objects.count() == 1


def test_the_command_fails_when_something_was_touched(dana: User) -> None:
    fill(dana, 2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_auditentry SET actor = 'somebody else' WHERE number = 1")
    with pytest.raises(CommandError, match="entry 1 was changed"):
        call_command("checkaudit")


def test_nothing_is_noted_of_what_did_not_happen(dana: User) -> None:
    with transaction.atomic():
        audit.record(dana, "tried", "something")
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == 0
    assert list(audit.faults()) == []


def test_a_log_wiped_whole_is_found(dana: User) -> None:
    fill(dana, 3)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_auditentry")
        cursor.execute("UPDATE accounts_audithead SET number = 0, seal = '', stamp = ''")
    assert list(audit.faults())


@pytest.mark.parametrize("fact", [1e30, "nul \x00", "lone \ud800"], ids=["float", "nul", "lone"])
def test_odd_facts_are_no_false_alarm(dana: User, fact: object) -> None:
    audit.record(dana, "odd", "thing", fact=fact)
    assert list(audit.faults()) == []
