"""What is asked of whoever takes the money. Answers are objects as Stripe writes them, as plain dictionaries."""

from collections.abc import Collection, Iterator
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
    plan: str = ""


class Gateway(Protocol):
    live: bool

    def customer(self, user: str, email: str) -> str: ...

    def checkout(self, wish: Wish, success_url: str, cancel_url: str) -> Thing: ...

    def expire(self, session: str) -> Thing:
        """Nobody can pay there any more. The checkout as it is then: one that was paid before stays complete."""

    def portal(self, customer: str, return_url: str) -> str: ...

    def charge(self, wish: Wish) -> Thing:
        """With the saved card, while nobody is there."""

    def change(self, subscription: str, wish: Wish, *, now: bool) -> Thing:
        """Another plan: paid at once for a month that begins now, or from the next month on."""

    def end(self, subscription: str, *, ending: bool) -> Thing:
        """With the month that is paid; or not, after all."""

    def refund(self, payment: str, amount: int, *, key: str) -> Thing: ...

    def fetch(self, kind: str, name: str) -> Thing:
        """The object as it is now: events arrive late, twice and in any order."""

    def listing(self, kind: str, since: int = 0, **of: str) -> Iterator[Thing]:
        """Everything of a kind, newest first."""

    def events(self, since: int, types: Collection[str]) -> Iterator[Thing]: ...

    def invoice_of(self, payment: str) -> str | None: ...


def gateway() -> Gateway:
    return _made(settings.PAYMENTS_GATEWAY)


@cache
def _made(path: str) -> Gateway:
    return cast(Gateway, import_string(path)())
