"""Something to begin with: once a person, however they spell themselves, and no more a day than can be borne."""

from typing import Any

import pytest

from accounts import closure, signals
from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Hold, Transfer

pytestmark = pytest.mark.django_db


def verified(email: str) -> User:
    user = User.objects.create_user(email)
    signals.verified.send(User, user=user)
    return user


def has(user: User) -> int:
    return credits.balance(user).available


def test_whoever_proves_their_address_gets_something_that_expires(settings: Any) -> None:
    user = verified("new@example.org")
    signals.verified.send(User, user=user)
    assert has(user) == settings.WELCOME_CREDITS > 0
    assert "new@" not in Transfer.objects.get().reference


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a@example.org", "a+1@example.org"),
        ("a+x@example.org", "a+y@example.org"),
        ("ab@gmail.com", "a.b+poster@googlemail.com"),
    ],
)
def test_one_mailbox_is_one_person(settings: Any, first: str, second: str) -> None:
    assert has(verified(first)) == settings.WELCOME_CREDITS
    assert has(verified(second)) == 0


def test_two_mailboxes_are_two_people() -> None:
    assert has(verified("a@example.org")) == has(verified("b@example.org")) > 0
    assert has(verified("a@example.com")) > 0


def test_leaving_and_coming_back_earns_nothing() -> None:
    closure.close(verified("new@example.org"))
    assert has(verified("new@example.org")) == 0


def test_a_new_secret_welcomes_nobody_again(settings: Any) -> None:
    closure.close(verified("new@example.org"))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert has(verified("new@example.org")) == 0


def test_a_day_has_only_so_many_welcomes(settings: Any) -> None:
    settings.WELCOMES_A_DAY = 2
    got = [has(verified(f"new{number}@example.org")) for number in range(4)]
    assert got == [settings.WELCOME_CREDITS] * 2 + [0, 0]


def test_asking_again_uses_up_nobody_elses_welcome(settings: Any) -> None:
    settings.WELCOMES_A_DAY = 2
    user = verified("new@example.org")
    for _ in range(5):
        signals.verified.send(User, user=user)
    assert has(verified("other@example.org")) == settings.WELCOME_CREDITS


def test_the_books_of_somebody_who_left_stay_and_the_person_is_gone(alice: User, dana: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    for name in ("done", "open"):
        credits.hold(alice, 30, reference=name, title="Image · “my garden at home”")
    credits.capture("done", 20)
    closure.close(alice)
    alice.refresh_from_db()
    credits.release("open")
    assert credits.balance(alice).available == 80
    assert Transfer.objects.filter(user=alice).count() == 5
    assert set(Hold.objects.values_list("title", "api_key")) == {("", None)}
    assert "alice" not in str([*Transfer.objects.values(), *Hold.objects.values(), alice.email, alice.name]).lower()
    assert broken() == []
