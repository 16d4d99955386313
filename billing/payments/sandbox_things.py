"""What the sandbox keeps, and how it tells of it: signed events at the door that Stripe uses."""

import json
import time
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from billing.errors import PaymentRefused
from billing.models import SandboxThing
from billing.payments import signature, webhook
from billing.payments.contract import Thing

MONTH = 30 * 24 * 3600
MARKS = {"customer": "cus", "checkout.session": "cs", "payment_intent": "pi", "refund": "re", "dispute": "dp",
         "subscription": "sub", "invoice": "in", "event": "evt"}  # fmt: skip


def tell(kind: str, thing: Thing) -> None:
    event = keep("event", type=kind, data={"object": thing})
    body = json.dumps(event).encode()
    webhook.receive(body, signature.sign(body, settings.STRIPE_WEBHOOK_SECRETS[0]))


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


def invoice(subscription: Thing, *, paid: bool = True) -> None:
    amount, currency = subscription["amount"], subscription["currency"]
    payments = []
    if paid:
        money = intent(subscription["metadata"]["order"], amount, currency, subscription["customer"])
        payments.append({"payment": {"type": "payment_intent", "payment_intent": money["id"]}})
    end = subscription["items"]["data"][0]["current_period_end"]
    made = keep(
        "invoice", status="paid" if paid else "open", subtotal=amount, total=amount,
        amount_paid=amount if paid else 0, currency=currency, payments={"data": payments},
        parent={"subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]}},
        lines={"data": [{"period": {"end": end}}]}, hosted_invoice_url="",
    )  # fmt: skip
    tell("invoice.paid" if paid else "invoice.payment_failed", made)
