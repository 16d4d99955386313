"""What people and banks do at this Stripe: they pay, refuse, dispute, and months go by."""

from typing import Any

from tests.billing.double import calendar
from tests.billing.double.store import Store, Thing, Wrong


class World:
    def __init__(self, store: Store) -> None:
        self.store = store

    def card(self, customer: str, behaves: str = "ok") -> Thing:
        """`behaves`: ok, declined, or 3ds (wants its owner whenever it is charged)."""
        last = {"ok": "4242", "declined": "0341", "3ds": "3155"}[behaves]
        card = {"brand": "visa", "last4": last}
        return self.store.keep("payment_method", type="card", customer=customer, card=card, behaves=behaves)

    def pay(self, session: Thing, *, card: str = "ok", slow: bool = False, received: int | None = None) -> Thing:
        """`slow` is a bank transfer: the checkout is complete and the money is not there."""
        if session["status"] != "open":
            raise Wrong(400, "This checkout is over.")
        saved = self.card(session["customer"], card)
        session["status"] = "complete"
        if session["mode"] == "subscription":
            return self._begin(session, saved)
        intent = self.intent(session["amount_total"], session["currency"], session["customer"], session["marks"])
        session["payment_intent"] = intent["id"]
        if slow:
            intent["status"] = "processing"
        else:
            self._receive(session, intent, received)
        self.store.tell("checkout.session.completed", session)
        return session

    def arrive(self, session: Thing) -> Thing:
        """The slow bank said yes."""
        self._receive(session, self.store.get("payment_intent", session["payment_intent"]), None)
        return self.store.tell("checkout.session.async_payment_succeeded", session)

    def bounce(self, session: Thing) -> Thing:
        """The slow bank said no."""
        self.store.get("payment_intent", session["payment_intent"])["status"] = "requires_payment_method"
        return self.store.tell("checkout.session.async_payment_failed", session)

    def expire(self, session: Thing) -> Thing:
        session["status"] = "expired"
        return self.store.tell("checkout.session.expired", session)

    def intent(self, amount: int, currency: str, customer: str, marks: Thing) -> Thing:
        return self.store.keep(
            "payment_intent", amount=amount, amount_received=0, currency=currency, customer=customer,
            metadata=dict(marks), status="requires_payment_method", latest_charge=None,
        )  # fmt: skip

    def succeed(self, intent: Thing, received: int | None = None) -> Thing:
        """One `payment_intent.succeeded` for every intent, a checkout's or not."""
        amount = intent["amount"] if received is None else received
        charge = self.store.keep(
            "charge", amount=amount, currency=intent["currency"], payment_intent=intent["id"], paid=True,
            receipt_url=f"https://pay.stripe.example/receipts/{intent['id']}",
        )  # fmt: skip
        intent |= {"status": "succeeded", "amount_received": amount, "latest_charge": charge["id"]}
        return self.store.tell("payment_intent.succeeded", intent)

    def refund(self, intent: str, amount: int, marks: Thing | None = None, status: str = "succeeded") -> Thing:
        paid = self.store.get("payment_intent", intent)
        back = [one["amount"] for one in self.store.of("refund", payment_intent=intent) if one["status"] != "failed"]
        if amount > paid["amount_received"] - sum(back):
            raise Wrong(400, "Refund amount is greater than unrefunded amount on charge", "amount_too_large")
        made = self.store.keep(
            "refund", amount=amount, currency=paid["currency"], payment_intent=intent, charge=paid["latest_charge"],
            metadata=dict(marks or {}), status=status, reason=None,
        )  # fmt: skip
        self.store.tell("refund.created", made)
        return made

    def refund_ends(self, refund: Thing, status: str) -> Thing:
        refund["status"] = status
        return self.store.tell("refund.failed" if status == "failed" else "refund.updated", refund)

    def dispute(self, intent: str, amount: int | None = None, status: str = "needs_response") -> Thing:
        paid = self.store.get("payment_intent", intent)
        made = self.store.keep(
            "dispute", amount=paid["amount_received"] if amount is None else amount, currency=paid["currency"],
            payment_intent=intent, charge=paid["latest_charge"], status=status, reason="fraudulent", metadata={},
        )  # fmt: skip
        self.store.tell("charge.dispute.created", made)
        return made

    def judge(self, dispute: Thing, verdict: str) -> Thing:
        dispute["status"] = verdict
        return self.store.tell("charge.dispute.closed", dispute)

    def next_month(self, subscription: Thing, *, paid: bool = True) -> Thing:
        return self.finalize(self.renew(subscription), paid=paid)

    def renew(self, subscription: Thing) -> Thing:
        """The period rolls over first, as at Stripe, and its invoice stays a draft for about an hour."""
        item = subscription["items"]["data"][0]
        item |= {"current_period_start": item["current_period_end"]}
        item["current_period_end"] = calendar.following(
            subscription["billing_cycle_anchor"], item["current_period_start"]
        )
        self.store.tell("customer.subscription.updated", subscription)
        return self._draft(subscription)

    def invoice(self, subscription: Thing) -> Thing:
        return self.finalize(self._draft(subscription))

    def _draft(self, subscription: Thing) -> Thing:
        item, price = subscription["items"]["data"][0], subscription["items"]["data"][0]["price"]
        amount, customer = price["unit_amount"], subscription["customer"]
        return self.store.keep(
            "invoice", status="draft", customer=customer, currency=price["currency"], subtotal=amount, total=amount,
            amount_due=amount, amount_paid=0, hosted_invoice_url=None,
            parent={
                "type": "subscription_details",
                "subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]},
            },
            payments={"object": "list", "data": [], "has_more": False, "url": "/v1/invoice_payments"},
            lines={"object": "list", "has_more": False, "url": "/v1/invoices/lines", "data": [
                {"object": "line_item", "amount": amount, "period": {
                    "start": item["current_period_start"], "end": item["current_period_end"]}}]},
        )  # fmt: skip

    def finalize(self, invoice: Thing, *, paid: bool = True) -> Thing:
        """The marks of its subscription at this moment are what it keeps; then the money comes or does not."""
        told = invoice["parent"]["subscription_details"]
        subscription = self.store.get("subscription", told["subscription"])
        told["metadata"] = dict(subscription["metadata"])
        invoice |= {"status": "open", "hosted_invoice_url": "https://invoice.stripe.example/pay"}
        if paid:
            self.settle(invoice)
        else:
            subscription["status"] = "past_due"
            self.store.tell("invoice.payment_failed", invoice)
            self.store.tell("customer.subscription.updated", subscription)
        return invoice

    def settle(self, invoice: Thing) -> Thing:
        intent = self.intent(invoice["total"], invoice["currency"], invoice["customer"], {})
        self.succeed(intent)
        payment = {"type": "payment_intent", "payment_intent": intent["id"]}
        invoice["payments"]["data"] = [{"object": "invoice_payment", "status": "paid", "payment": payment}]
        invoice |= {"status": "paid", "amount_paid": invoice["total"]}
        name = invoice["parent"]["subscription_details"]["subscription"]
        subscription = self.store.get("subscription", name)
        if subscription["status"] in ("past_due", "incomplete"):
            subscription["status"] = "active"
            self.store.tell("customer.subscription.updated", subscription)
        return self.store.tell("invoice.paid", invoice)

    def end(self, subscription: Thing) -> Thing:
        subscription["status"] = "canceled"
        return self.store.tell("customer.subscription.deleted", subscription)

    def _begin(self, session: Thing, card: Thing) -> Thing:
        item = self.item(session["price"])
        subscription = self.store.keep(
            "subscription", status="active", customer=session["customer"], cancel_at_period_end=False,
            billing_cycle_anchor=item["current_period_start"],
            metadata=dict(session["marks"]), default_payment_method=card["id"],
            items={"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
        )  # fmt: skip
        session |= {"payment_status": "paid", "subscription": subscription["id"]}
        self.store.tell("customer.subscription.created", subscription)
        self.store.tell("checkout.session.completed", session)
        self.invoice(subscription)
        return session

    def item(self, price: Thing) -> Thing:
        now = self.store.now()
        return {
            "id": self.store.keep("subscription_item")["id"], "object": "subscription_item", "price": price,
            "current_period_start": now, "current_period_end": calendar.after(now), "quantity": 1,
        }  # fmt: skip

    def _receive(self, session: Thing, intent: Thing, received: int | None) -> None:
        self.succeed(intent, received)
        session["payment_status"] = "paid"


def shown(thing: Thing) -> Any:
    """Without what only this double knows."""
    return {name: value for name, value in thing.items() if name not in ("marks", "price", "behaves")}
