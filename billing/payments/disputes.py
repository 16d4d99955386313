"""Somebody told their bank that they did not buy it. The credits are frozen until it is decided."""

from django.db import transaction

from billing import credits
from billing.models import Dispute, Payment
from billing.payments import tracing
from billing.payments.alarms import raise_alarm
from billing.payments.contract import Thing, gateway

# Questions of a bank: no money has moved.
HARMLESS = {"warning_needs_response", "warning_under_review", "warning_closed", "prevented"}
OVER = {"won", "lost"}


def changed(said: Thing) -> None:
    thing = gateway().fetch("dispute", said["id"])
    payment = tracing.payment_of(thing["payment_intent"], thing["id"])
    if payment is not None:
        _apply(payment, thing)


@transaction.atomic
def _apply(payment: Payment, thing: Thing) -> None:
    payment = Payment.objects.select_for_update(of=("self",)).select_related("user").get(pk=payment.pk)
    worth = min(thing["amount"] * payment.credits // payment.amount, payment.credits)
    dispute, _new = Dispute.objects.get_or_create(
        stripe_id=thing["id"],
        defaults={"payment": payment, "amount": thing["amount"], "credits": worth, "state": thing["status"]},
    )
    if dispute.state not in OVER:
        dispute.state = thing["status"]
        dispute.save(update_fields=["state", "updated_at"])
    if dispute.state in HARMLESS or not dispute.credits:
        return
    raise_alarm("disputed", dispute.stripe_id, payment=payment.stripe_id, credits=dispute.credits)
    credits.dispute_open(payment.user, dispute.credits, reference=dispute.reference, of=payment.reference)
    if dispute.state == "won":
        credits.dispute_won(dispute.reference)
    elif dispute.state == "lost":
        credits.dispute_lost(dispute.reference)
