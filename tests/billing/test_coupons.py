"""A code gives exactly as often as it says, once to each."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import closure
from accounts.errors import InvalidRequest, RateLimited
from accounts.models import User
from billing import coupons, credits
from billing.errors import UsedUp
from billing.invariants import broken
from billing.models import Coupon, Lot, Transfer, Wallet

REDEEMERS = """
import sys, threading, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from accounts.errors import Refused
from accounts.models import User
from billing import coupons, credits
from billing.models import Coupon
from django.db import connection

together = threading.Barrier(10)
people = list(User.objects.filter(email__startswith="many").order_by("pk"))

def naive(person):
    coupon = Coupon.objects.get()
    together.wait(60)
    if coupon.used < coupon.uses:
        coupon.used += 1
        coupon.save()
        credits.grant(person, coupon.credits, reference=f"naive:{person.pk}", kind="coupon")

def call(person):
    try:
        return naive(person) if sys.argv[1] == "naive" else coupons.redeem(person, "FEW")
    except Refused:
        return 0
    finally:
        connection.close()

connection.close()
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(10) as pool:
    list(pool.map(call, people))
"""


@pytest.mark.django_db
def test_a_code_gives_once_to_each(alice: User, bob: User) -> None:
    Coupon.objects.create(code="FEW", credits=10, uses=2)
    assert coupons.redeem(alice, " few ") == 10
    with pytest.raises(UsedUp):
        coupons.redeem(alice, "FEW")
    coupons.redeem(bob, "FEW")
    assert Coupon.objects.get().used == 2
    assert broken() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second"), [("a@example.org", "a+1@example.org"), ("ab@gmail.com", "a.b+x@googlemail.com")]
)
def test_one_mailbox_is_one_person(first: str, second: str) -> None:
    Coupon.objects.create(code="FEW", credits=10, uses=9)
    coupons.redeem(User.objects.create_user(first), "FEW")
    again = User.objects.create_user(second)
    with pytest.raises(UsedUp):
        coupons.redeem(again, "FEW")
    assert (Coupon.objects.get().used, credits.balance(again).available) == (1, 0)


@pytest.mark.django_db
def test_leaving_and_coming_back_is_the_same_person(settings: Any) -> None:
    Coupon.objects.create(code="FEW", credits=10, uses=9)
    user = User.objects.create_user("new@example.org")
    coupons.redeem(user, "FEW")
    closure.close(user)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    with pytest.raises(UsedUp):
        coupons.redeem(User.objects.create_user("new@example.org"), "FEW")
    assert "new@" not in Transfer.objects.get().reference


@pytest.mark.django_db
def test_another_address_or_an_older_name_in_the_books_is_still_the_same_account(alice: User) -> None:
    for code in ("FEW", "OLD"):
        Coupon.objects.create(code=code, credits=10, uses=9)
    coupons.redeem(alice, "FEW")
    credits.grant(alice, 10, reference=f"coupon:{Coupon.objects.get(code='OLD').pk}:{alice.public_id}", kind="coupon")
    User.objects.update(email="alice@example.com")
    alice.refresh_from_db()
    for code in ("FEW", "OLD"):
        with pytest.raises(UsedUp):
            coupons.redeem(alice, code)


@pytest.mark.django_db
def test_a_code_that_is_used_up_gives_nothing(alice: User, bob: User) -> None:
    Coupon.objects.create(code="FEW", credits=10)
    coupons.redeem(alice, "FEW")
    with pytest.raises(UsedUp):
        coupons.redeem(bob, "FEW")
    assert credits.balance(bob).available == 0


@pytest.mark.django_db
def test_a_code_that_is_over_or_unknown_is_not_valid(alice: User) -> None:
    Coupon.objects.create(code="OVER", credits=10, until=timezone.now() - timedelta(seconds=1))
    for code in ("OVER", "NEVER"):
        with pytest.raises(InvalidRequest):
            coupons.redeem(alice, code)


@pytest.mark.django_db
def test_credits_of_a_code_expire_when_it_says_so(alice: User) -> None:
    Coupon.objects.create(code="WEEK", credits=10, days=7)
    coupons.redeem(alice, "WEEK")
    expires_at = Lot.objects.get().expires_at
    assert expires_at is not None
    assert timedelta(days=6) < expires_at - timezone.now() <= timedelta(days=7)


@pytest.mark.django_db
def test_codes_cannot_be_guessed_quickly(alice: User) -> None:
    for number in range(coupons.TRIES[0]):
        with pytest.raises(InvalidRequest):
            coupons.redeem(alice, f"GUESS-{number}")
    with pytest.raises(RateLimited):
        coupons.redeem(alice, "GUESS-MORE")


def rush(how: str) -> None:
    """Forty people at once in two processes, and a code for seven."""
    for number in range(40):
        User.objects.create(email=f"many{number}@example.org")
    Coupon.objects.create(code="FEW", credits=10, uses=7)
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", REDEEMERS, how], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | {"DATABASE_URL": url},
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=120)
        assert process.returncode == 0


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_seven_uses_are_seven_however_many_come_at_once(db: None) -> None:
    rush("guarded")
    assert list(Wallet.objects.filter(available__gt=0).values_list("available", flat=True)) == [10] * 7
    assert Coupon.objects.get().used == 7
    assert broken() == []


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_code_gives_more_often(db: None) -> None:
    rush("naive")
    assert Wallet.objects.filter(available__gt=0).count() > 7
