"""Development's own gateway: objects as Stripe writes them, kept in a table, with a pay page of ours.

Production refuses to start with it: who pays here is whoever says so.
"""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from billing.errors import PaymentRefused
from billing.models import SandboxThing
from billing.payments.contract import Thing, Wish

MARKS = {"customer": "cus", "checkout.session": "cs", "payment_intent": "pi", "refund": "re", "dispute": "dp",
         "subscription": "sub", "invoice": "in", "event": "evt"}  # fmt: skip


class Sandbox:
    live = False

    def customer(self, user: str, email: str) -> str:
        return str(keep("customer", metadata={"user": user}, email=email)["id"])

    def checkout(self, wish: Wish, success_url: str, cancel_url: str) -> Thing:
        address = urlsplit(success_url)
        with transaction.atomic():
            known = of_order("checkout.session", wish.order)
            return known or keep(
                "checkout.session",
                mode="subscription" if wish.monthly else "payment",
                status="open",
                payment_status="unpaid",
                amount_subtotal=wish.amount,
                amount_total=wish.amount,
                currency=wish.currency,
                customer=wish.customer,
                client_reference_id=wish.order,
                metadata={"order": wish.order},
                payment_intent=None,
                subscription=None,
                success_url=success_url,
                cancel_url=cancel_url,
                title=wish.title,
                url=f"{address.scheme}://{address.netloc}/sandbox/{wish.order}/",
            )

    def portal(self, customer: str, return_url: str) -> str:
        address = urlsplit(return_url)
        return f"{address.scheme}://{address.netloc}/sandbox/portal/"

    def charge(self, wish: Wish) -> Thing:
        card = SandboxThing.objects.filter(kind="customer", name=wish.customer).first()
        if card is None or "card" not in card.body:
            raise PaymentRefused(_("There is no saved card."), why="no_card")
        if card.body["card"] == "3ds":
            raise PaymentRefused(_("Your bank wants to hear from you."), why="authentication_required")
        return of_order("payment_intent", wish.order) or intent(wish.order, wish.amount, wish.currency, wish.customer)

    def refund(self, payment: str, amount: int, *, key: str) -> Thing:
        made = SandboxThing.objects.filter(kind="refund", body__metadata__refund=key).first()
        if made is not None:
            return dict(made.body)
        return give_back(payment, amount, {"refund": key})

    def fetch(self, kind: str, name: str) -> Thing:
        row = SandboxThing.objects.filter(kind=kind, name=name).first()
        if row is None:
            raise PaymentRefused(_("There is no such thing."), why="resource_missing", log=f"sandbox has no {name}")
        return dict(row.body)

    def events(self, since: int) -> Iterator[Thing]:
        for row in SandboxThing.objects.filter(kind="event", body__created__gte=since).order_by("pk").iterator():
            yield dict(row.body)


def keep(kind: str, **body: object) -> Thing:
    name = f"{MARKS[kind]}_sandbox_{uuid4().hex}"
    whole = {"id": name, "object": kind, "livemode": False, "created": int(time.time()), **body}
    SandboxThing.objects.create(name=name, kind=kind, body=whole)
    return whole


def change(name: str, **fields: object) -> Thing:
    with transaction.atomic():
        row = SandboxThing.objects.select_for_update().get(name=name)
        row.body |= fields
        row.save(update_fields=["body"])
    return dict(row.body)


def of_order(kind: str, order: str) -> Thing | None:
    row = SandboxThing.objects.filter(kind=kind, body__metadata__order=order).order_by("pk").first()
    return dict(row.body) if row is not None else None


def intent(order: str, amount: int, currency: str, customer: str) -> Thing:
    return keep(
        "payment_intent", status="succeeded", amount=amount, amount_received=amount, currency=currency,
        customer=customer, metadata={"order": order}, latest_charge=None,
    )  # fmt: skip


def give_back(payment: str, amount: int, metadata: dict[str, str]) -> Thing:
    with transaction.atomic():
        paid = SandboxThing.objects.select_for_update().get(name=payment).body
        gone = sum(
            row.body["amount"] for row in SandboxThing.objects.filter(kind="refund", body__payment_intent=payment)
        )
        if amount > paid["amount_received"] - gone:
            raise PaymentRefused(_("That is more than was paid."), why="amount_too_large")
        return keep(
            "refund", amount=amount, currency=paid["currency"], payment_intent=payment, status="succeeded",
            metadata=metadata,
        )  # fmt: skip
