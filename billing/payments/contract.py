"""What is asked of whoever takes the money. Answers are objects as Stripe writes them, as plain dictionaries."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

Thing = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing at one price, named after our order: that name is also what makes asking twice asking once."""

    order: str
    title: str
    amount: int
    currency: str
    customer: str
    monthly: bool = False


class Gateway(Protocol):
    live: bool

    def customer(self, user: str, email: str) -> str: ...

    def checkout(self, wish: Wish, success_url: str, cancel_url: str) -> Thing: ...

    def portal(self, customer: str, return_url: str) -> str: ...

    def charge(self, wish: Wish) -> Thing:
        """With the saved card, while nobody is there."""

    def refund(self, payment: str, amount: int, *, key: str) -> Thing: ...

    def fetch(self, kind: str, name: str) -> Thing:
        """The object as it is now: events arrive late, twice and in any order."""

    def events(self, since: int) -> Iterator[Thing]: ...


def gateway() -> Gateway:
    return _made(settings.PAYMENTS_GATEWAY)


@cache
def _made(path: str) -> Gateway:
    return cast(Gateway, import_string(path)())
