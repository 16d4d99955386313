"""Which payment a refund or a dispute is about. Its own event may still be on the way: then it is fulfilled now."""

from billing.models import Payment
from billing.payments import fulfilment, subscriptions
from billing.payments.contract import gateway


def payment_of(name: str | None, subject: str) -> Payment | None:
    known = Payment.objects.filter(stripe_id=name).first()
    if known is not None or name is None:
        return known
    fulfil(name, subject)
    return Payment.objects.filter(stripe_id=name).first()


def fulfil(name: str, subject: str) -> None:
    """A plan's payments are known by their invoice, a pack's by their checkout, a top-up's by themselves."""
    invoice = gateway().invoice_of(name)
    if invoice is not None and subscriptions.invoice_paid({"id": invoice}):
        return
    intent = gateway().fetch("payment_intent", name)
    order = fulfilment.order_of(intent, subject)
    if order is not None and order.session:
        fulfilment.session_changed({"id": order.session})
    elif order is not None:
        fulfilment.intent_succeeded(intent)
