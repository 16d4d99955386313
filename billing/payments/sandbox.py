"""Development's own gateway: objects as Stripe writes them, kept in a table, with a pay page of ours.

Production refuses to start with it: who pays here is whoever says so.
"""

import time
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from billing.errors import PaymentRefused
from billing.models import SandboxThing
from billing.payments.contract import Thing, Wish
from billing.payments.sandbox_things import MONTH, change, give_back, intent, invoice, keep, of_order, tell


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
                mode="subscription" if wish.plan else "payment",
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

    def expire(self, session: str) -> Thing:
        with transaction.atomic():
            row = SandboxThing.objects.select_for_update().filter(kind="checkout.session", name=session).first()
            if row is not None and row.body["status"] == "open":
                row.body["status"] = "expired"
                row.save(update_fields=["body"])
        return self.fetch("checkout.session", session)

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

    def change(self, subscription: str, wish: Wish, *, now: bool) -> Thing:
        fields = {"amount": wish.amount, "currency": wish.currency, "title": wish.title}
        more: Thing = {"metadata": {"order": wish.order}, "cancel_at_period_end": False}
        if now:
            # Months pass here at the press of a button: one that begins now ends no earlier than that before it.
            end = self.fetch("subscription", subscription)["items"]["data"][0]["current_period_end"]
            more["items"] = {"data": [{"current_period_end": max(int(time.time()) + MONTH, end)}]}
        changed = change(subscription, **fields, **more)
        tell("customer.subscription.updated", changed)
        if now:
            invoice(changed)
        return changed

    def end(self, subscription: str, *, ending: bool) -> Thing:
        changed = change(subscription, cancel_at_period_end=ending)
        tell("customer.subscription.updated", changed)
        return changed

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

    def listing(self, kind: str, since: int = 0, **of: str) -> Iterator[Thing]:
        found = SandboxThing.objects.filter(kind=kind, body__created__gte=since)
        for row in found.filter(**{f"body__{name}": value for name, value in of.items()}).order_by("-pk"):
            yield dict(row.body)

    def events(self, since: int, types: Collection[str]) -> Iterator[Thing]:
        for event in self.listing("event", since):
            if event["type"] in types:
                yield event

    def invoice_of(self, payment: str) -> str | None:
        part = {"data": [{"payment": {"payment_intent": payment}}]}
        row = SandboxThing.objects.filter(kind="invoice", body__payments__contains=part).first()
        return row.name if row is not None else None
