"""What a person can make happen on the sandbox's pages. Each ends in signed events at the door that Stripe uses."""

import json
import time

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from billing.errors import PaymentRefused
from billing.models import SandboxThing
from billing.payments import sandbox, signature, webhook
from billing.payments.contract import Thing

MONTH = 30 * 24 * 3600


def tell(kind: str, thing: Thing) -> None:
    event = sandbox.keep("event", type=kind, data={"object": thing})
    body = json.dumps(event).encode()
    webhook.receive(body, signature.sign(body, settings.STRIPE_WEBHOOK_SECRETS[0]))


def pay(order: str, card: str) -> Thing:
    """`card` is ok, declined, 3ds (and then again 3ds-confirmed), or slow: a bank that decides later."""
    session = _open(order)
    if card == "declined":
        raise PaymentRefused(_("Your card was declined. Try another."), why="card_declined")
    sandbox.change(session["customer"], card="3ds" if card.startswith("3ds") else "ok")
    if session["mode"] == "subscription":
        return _begin(session)
    if card == "slow":
        done = sandbox.change(session["id"], status="complete")
        tell("checkout.session.completed", done)
        return done
    return _settle(session, "checkout.session.completed")


def decide(order: str) -> Thing:
    """The slow bank says yes."""
    session = _session(order)
    if session["status"] != "complete" or session["payment_status"] != "unpaid":
        raise Conflict(_("Nothing is waiting for a bank."))
    return _settle(session, "checkout.session.async_payment_succeeded")


def expire(order: str) -> None:
    tell("checkout.session.expired", sandbox.change(_open(order)["id"], status="expired"))


def refund(order: str, amount: int) -> None:
    tell("refund.created", sandbox.give_back(_payment(order), amount, {}))


def dispute(order: str) -> None:
    payment = sandbox.Sandbox().fetch("payment_intent", _payment(order))
    thing = sandbox.keep(
        "dispute", amount=payment["amount"], currency=payment["currency"], payment_intent=payment["id"],
        status="needs_response", metadata={"order": order},
    )  # fmt: skip
    tell("charge.dispute.created", thing)


def judge(order: str, verdict: str) -> None:
    """`verdict` is won or lost."""
    thing = sandbox.of_order("dispute", order)
    if thing is None or thing["status"] != "needs_response":
        raise Conflict(_("No dispute is open."))
    tell("charge.dispute.closed", sandbox.change(thing["id"], status=verdict))


def next_month(order: str) -> None:
    """Time passes: another invoice is paid."""
    subscription = _subscription(order)
    item = subscription["items"]["data"][0]
    item["current_period_end"] += MONTH
    changed = sandbox.change(subscription["id"], items={"data": [item]})
    tell("customer.subscription.updated", changed)
    _invoice(changed)


def cancel(order: str) -> None:
    subscription = sandbox.change(_subscription(order)["id"], status="canceled")
    tell("customer.subscription.deleted", subscription)


def plans_of(customer: str) -> list[Thing]:
    rows = SandboxThing.objects.filter(kind="subscription", body__customer=customer).order_by("-pk")
    return [dict(row.body) for row in rows]


def _settle(session: Thing, kind: str) -> Thing:
    order = session["metadata"]["order"]
    paid = sandbox.intent(order, session["amount_total"], session["currency"], session["customer"])
    done = sandbox.change(session["id"], status="complete", payment_status="paid", payment_intent=paid["id"])
    tell(kind, done)
    return done


def _begin(session: Thing) -> Thing:
    item = {"current_period_end": int(time.time()) + MONTH}
    subscription = sandbox.keep(
        "subscription", status="active", customer=session["customer"], cancel_at_period_end=False,
        items={"data": [item]}, metadata=session["metadata"], amount=session["amount_total"],
        currency=session["currency"], title=session["title"],
    )  # fmt: skip
    paid = {"status": "complete", "payment_status": "paid", "subscription": subscription["id"]}
    done = sandbox.change(session["id"], **paid)
    tell("checkout.session.completed", done)
    tell("customer.subscription.created", subscription)
    _invoice(subscription)
    return done


def _invoice(subscription: Thing) -> None:
    order, amount, currency = subscription["metadata"]["order"], subscription["amount"], subscription["currency"]
    paid = sandbox.intent(order, amount, currency, subscription["customer"])
    end = subscription["items"]["data"][0]["current_period_end"]
    invoice = sandbox.keep(
        "invoice", status="paid", subtotal=amount, total=amount, amount_paid=amount, currency=currency,
        parent={"subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]}},
        payments={"data": [{"payment": {"type": "payment_intent", "payment_intent": paid["id"]}}]},
        lines={"data": [{"period": {"end": end}}]}, hosted_invoice_url="",
    )  # fmt: skip
    tell("invoice.paid", invoice)


def _session(order: str) -> Thing:
    session = sandbox.of_order("checkout.session", order)
    if session is None:
        raise Conflict(_("There is no such checkout."))
    return session


def _open(order: str) -> Thing:
    session = _session(order)
    if session["status"] != "open":
        raise Conflict(_("This checkout is over."))
    return session


def _payment(order: str) -> str:
    payment = sandbox.of_order("payment_intent", order)
    if payment is None:
        raise Conflict(_("Nothing has been paid yet."))
    return str(payment["id"])


def _subscription(order: str) -> Thing:
    subscription = sandbox.of_order("subscription", order)
    if subscription is None or subscription["status"] == "canceled":
        raise Conflict(_("There is no running plan."))
    return subscription
