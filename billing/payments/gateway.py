"""Stripe itself. Nobody else in the house knows the package."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from billing.errors import PaymentRefused, PaymentsDown
from billing.payments.contract import Thing, Wish

VERSION = "2026-10-28.endive"
SECONDS = 10
log = logging.getLogger(__name__)


class Stripe:
    def __init__(self) -> None:
        self.live = settings.STRIPE_KEY.startswith(("sk_live_", "rk_live_"))
        self._v1 = stripe.StripeClient(
            settings.STRIPE_KEY,
            stripe_version=VERSION,
            base_addresses={"api": settings.STRIPE_API},
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=SECONDS),
        ).v1

    def customer(self, user: str, email: str) -> str:
        params: Any = {"email": email, "metadata": {"user": user}}
        with _told():
            return str(self._v1.customers.create(params, {"idempotency_key": f"customer-{user}"}).id)

    def checkout(self, wish: Wish, success_url: str, cancel_url: str) -> Thing:
        marks = {"order": wish.order}
        price = {"currency": wish.currency, "unit_amount": wish.amount, "product_data": {"name": wish.title}}
        params: dict[str, Any] = {
            "mode": "subscription" if wish.plan else "payment",
            "customer": wish.customer,
            "client_reference_id": wish.order,
            "metadata": marks,
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": success_url,
            "cancel_url": cancel_url,
            "automatic_tax": {"enabled": settings.STRIPE_TAX},
            "allow_promotion_codes": settings.STRIPE_PROMOTION_CODES,
        }
        if wish.plan:
            price["recurring"] = {"interval": "month"}
            params["subscription_data"] = {"metadata": marks}
        else:
            params["payment_intent_data"] = {"metadata": marks, "setup_future_usage": "off_session"}
            params["invoice_creation"] = {"enabled": True}
        if settings.STRIPE_TAX:
            params["customer_update"] = {"address": "auto"}
        asked: Any = params
        with _told():
            return self._v1.checkout.sessions.create(asked, {"idempotency_key": f"order-{wish.order}"}).to_dict()

    def expire(self, session: str) -> Thing:
        sessions = self._v1.checkout.sessions
        with _told():
            try:
                return sessions.expire(session).to_dict()
            except stripe.InvalidRequestError:
                return sessions.retrieve(session).to_dict()

    def portal(self, customer: str, return_url: str) -> str:
        with _told():
            return self._v1.billing_portal.sessions.create({"customer": customer, "return_url": return_url}).url

    def charge(self, wish: Wish) -> Thing:
        with _told():
            cards = self._v1.customers.payment_methods.list(wish.customer, {"type": "card", "limit": 1})
            if not cards.data:
                raise PaymentRefused(_("There is no saved card."), why="no_card")
            params: Any = {
                "amount": wish.amount,
                "currency": wish.currency,
                "customer": wish.customer,
                "payment_method": cards.data[0].id,
                "off_session": True,
                "confirm": True,
                "metadata": {"order": wish.order},
            }
            return self._v1.payment_intents.create(params, {"idempotency_key": f"order-{wish.order}"}).to_dict()

    def change(self, subscription: str, wish: Wish, *, now: bool) -> Thing:
        with _told():
            item = self._v1.subscriptions.retrieve(subscription).to_dict()["items"]["data"][0]["id"]
            price = {"currency": wish.currency, "unit_amount": wish.amount, "product": self._product(wish)}
            params: Any = {
                "items": [{"id": item, "price_data": price | {"recurring": {"interval": "month"}}}],
                "metadata": {"order": wish.order},
                "proration_behavior": "none",
                "cancel_at_period_end": False,
            }
            if now:
                params |= {"billing_cycle_anchor": "now", "payment_behavior": "error_if_incomplete"}
            key = {"idempotency_key": f"order-{wish.order}"}
            return self._v1.subscriptions.update(subscription, params, key).to_dict()  # type: ignore[arg-type]

    def end(self, subscription: str, *, ending: bool) -> Thing:
        params: Any = {"cancel_at_period_end": ending}
        with _told():
            if not ending:
                known = self._v1.subscriptions.retrieve(subscription).to_dict()
                # The portal names a day instead; that is taken back only by its own name.
                if known.get("cancel_at") and not known["cancel_at_period_end"]:
                    params = {"cancel_at": ""}
            return self._v1.subscriptions.update(subscription, params).to_dict()

    def refund(self, payment: str, amount: int, *, key: str) -> Thing:
        params: Any = {"payment_intent": payment, "amount": amount, "metadata": {"refund": key}}
        with _told():
            return self._v1.refunds.create(params, {"idempotency_key": f"refund-{key}"}).to_dict()

    def fetch(self, kind: str, name: str) -> Thing:
        v1 = self._v1
        with _told():
            if kind == "checkout.session":
                return v1.checkout.sessions.retrieve(name).to_dict()
            if kind == "payment_intent":
                return v1.payment_intents.retrieve(name, {"expand": ["latest_charge"]}).to_dict()
            if kind == "refund":
                return v1.refunds.retrieve(name).to_dict()
            if kind == "dispute":
                return v1.disputes.retrieve(name).to_dict()
            if kind == "subscription":
                return v1.subscriptions.retrieve(name).to_dict()
            if kind == "invoice":
                return v1.invoices.retrieve(name, {"expand": ["payments"]}).to_dict()
        raise ValueError(f"no such kind of thing: {kind}")

    def listing(self, kind: str, since: int = 0, **of: str) -> Iterator[Thing]:
        v1 = self._v1
        lists: dict[str, Any] = {
            "payment_intent": v1.payment_intents, "refund": v1.refunds, "dispute": v1.disputes, "invoice": v1.invoices,
        }  # fmt: skip
        params: Any = {"limit": 100, **of} | ({"created": {"gte": since}} if since else {})
        with _told():
            for thing in lists[kind].list(params).auto_paging_iter():
                yield thing.to_dict()

    def events(self, since: int, types: Collection[str]) -> Iterator[Thing]:
        params: Any = {"created": {"gte": since}, "limit": 100, "types": list(types)}
        with _told():
            for event in self._v1.events.list(params).auto_paging_iter():
                yield event.to_dict()

    def invoice_of(self, payment: str) -> str | None:
        params: Any = {"payment": {"type": "payment_intent", "payment_intent": payment}, "limit": 1}
        with _told():
            found = self._v1.invoice_payments.list(params).data
        return str(found[0].invoice) if found else None

    def _product(self, wish: Wish) -> str:
        name = f"klikyai-{wish.plan}"
        try:
            self._v1.products.create({"id": name, "name": wish.title})
        except stripe.InvalidRequestError as error:
            if error.code != "resource_already_exists":
                raise
        return name


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        message = error.user_message or _("The payment was refused.")
        raise PaymentRefused(message, why=error.code or "", log=f"stripe refused: {error}") from error
    except stripe.StripeError as error:
        log.warning("stripe did not do it", extra={"kind": type(error).__name__})
        raise PaymentsDown(_("The payment service cannot be reached. Try again shortly."), log=str(error)) from error
