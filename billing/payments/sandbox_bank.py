"""What a person can make happen on the sandbox's pages. Each ends in signed events at the door that Stripe uses."""

import time

from django.utils.translation import gettext as _

from accounts.errors import Conflict
from billing.errors import PaymentRefused
from billing.models import SandboxThing
from billing.payments import sandbox, sandbox_things
from billing.payments.contract import Thing


def pay(order: str, card: str) -> Thing:
    """`card` is ok, declined, 3ds (and then again 3ds-confirmed), or slow: a bank that decides later."""
    session = _open(order)
    if card == "declined":
        raise PaymentRefused(_("Your card was declined. Try another."), why="card_declined")
    sandbox_things.change(session["customer"], card="3ds" if card.startswith("3ds") else "ok")
    if session["mode"] == "subscription":
        return _begin(session)
    if card == "slow":
        done = sandbox_things.change(session["id"], status="complete")
        sandbox_things.tell("checkout.session.completed", done)
        return done
    return _settle(session, "checkout.session.completed")


def decide(order: str) -> Thing:
    """The slow bank says yes."""
    session = _session(order)
    if session["status"] != "complete" or session["payment_status"] != "unpaid":
        raise Conflict(_("Nothing is waiting for a bank."))
    return _settle(session, "checkout.session.async_payment_succeeded")


def expire(order: str) -> None:
    sandbox_things.tell("checkout.session.expired", sandbox_things.change(_open(order)["id"], status="expired"))


def refund(order: str, amount: int) -> None:
    sandbox_things.tell("refund.created", sandbox_things.give_back(_payment(order), amount, {}))


def dispute(order: str) -> None:
    payment = sandbox.Sandbox().fetch("payment_intent", _payment(order))
    thing = sandbox_things.keep(
        "dispute", amount=payment["amount"], currency=payment["currency"], payment_intent=payment["id"],
        status="needs_response", metadata={"order": order},
    )  # fmt: skip
    sandbox_things.tell("charge.dispute.created", thing)


def judge(order: str, verdict: str) -> None:
    """`verdict` is won or lost."""
    thing = sandbox_things.of_order("dispute", order)
    if thing is None or thing["status"] != "needs_response":
        raise Conflict(_("No dispute is open."))
    sandbox_things.tell("charge.dispute.closed", sandbox_things.change(thing["id"], status=verdict))


def next_month(order: str, *, paid: bool = True) -> None:
    """Time passes: another invoice is paid, or the card fails. A plan that was to end ends instead."""
    subscription = _subscription(order)
    if subscription["cancel_at_period_end"]:
        cancel(order)
        return
    item = subscription["items"]["data"][0]
    item["current_period_end"] += sandbox_things.MONTH
    changed = sandbox_things.change(subscription["id"], items={"data": [item]})
    sandbox_things.tell("customer.subscription.updated", changed)
    sandbox_things.invoice(changed, paid=paid)
    if not paid:
        sandbox_things.tell("customer.subscription.updated", sandbox_things.change(changed["id"], status="past_due"))


def cancel(order: str) -> None:
    subscription = sandbox_things.change(_subscription(order)["id"], status="canceled")
    sandbox_things.tell("customer.subscription.deleted", subscription)


def plans_of(customer: str) -> list[Thing]:
    rows = SandboxThing.objects.filter(kind="subscription", body__customer=customer).order_by("-pk")
    return [dict(row.body) for row in rows]


def _settle(session: Thing, kind: str) -> Thing:
    order = session["metadata"]["order"]
    paid = sandbox_things.intent(order, session["amount_total"], session["currency"], session["customer"])
    done = sandbox_things.change(session["id"], status="complete", payment_status="paid", payment_intent=paid["id"])
    sandbox_things.tell(kind, done)
    return done


def _begin(session: Thing) -> Thing:
    item = {"current_period_end": int(time.time()) + sandbox_things.MONTH}
    subscription = sandbox_things.keep(
        "subscription", status="active", customer=session["customer"], cancel_at_period_end=False,
        items={"data": [item]}, metadata=session["metadata"], amount=session["amount_total"],
        currency=session["currency"], title=session["title"],
    )  # fmt: skip
    paid = {"status": "complete", "payment_status": "paid", "subscription": subscription["id"]}
    done = sandbox_things.change(session["id"], **paid)
    sandbox_things.tell("checkout.session.completed", done)
    sandbox_things.tell("customer.subscription.created", subscription)
    sandbox_things.invoice(subscription)
    return done


def _session(order: str) -> Thing:
    session = sandbox_things.of_order("checkout.session", order)
    if session is None:
        raise Conflict(_("There is no such checkout."))
    return session


def _open(order: str) -> Thing:
    session = _session(order)
    if session["status"] != "open":
        raise Conflict(_("This checkout is over."))
    return session


def _payment(order: str) -> str:
    payment = sandbox_things.of_order("payment_intent", order)
    if payment is None:
        raise Conflict(_("Nothing has been paid yet."))
    return str(payment["id"])


def _subscription(order: str) -> Thing:
    subscription = sandbox_things.of_order("subscription", order)
    if subscription is None or subscription["status"] == "canceled":
        raise Conflict(_("There is no running plan."))
    return subscription
