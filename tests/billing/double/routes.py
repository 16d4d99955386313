"""The calls that this Stripe understands. A parameter that it does not know is refused, as there."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.billing.double import calendar
from tests.billing.double.form import number, yes
from tests.billing.double.store import Store, Thing, Wrong
from tests.billing.double.world import World, shown

Params = dict[str, Any]
Call = Callable[[World, Params, str], Thing]
ROUTES: list[tuple[str, re.Pattern[str], frozenset[str], Call]] = []


def route(method: str, path: str, *params: str) -> Callable[[Call], Call]:
    """`expand` is understood everywhere."""

    def add(call: Call) -> Call:
        pattern = re.compile("/v1/" + path.replace("{}", r"([^/]+)"))
        ROUTES.append((method, pattern, frozenset(params) | {"expand"}, call))
        return call

    return add


def answer(world: World, method: str, path: str, params: Params) -> Thing:
    for verb, pattern, known, call in ROUTES:
        found = pattern.fullmatch(path)
        if verb == method and found:
            for name in params.keys() - known:
                raise Wrong(400, f"Received unknown parameter: {name}", "parameter_unknown", param=name)
            with world.store.lock:
                return expanded(world.store, call(world, params, found[1] if found.groups() else ""), params)
    raise Wrong(404, f"Unrecognized request URL ({method}: {path}).")


def expanded(store: Store, thing: Thing, params: Params) -> Thing:
    copied = shown(thing)
    for name in params.get("expand", []):
        if isinstance(copied.get(name), str):
            copied[name] = shown(store.things[copied[name]])
    if copied["object"] == "invoice" and "payments" not in params.get("expand", []):
        del copied["payments"]
    return copied


def need(params: Params, *names: str) -> None:
    for name in names:
        if name not in params:
            raise Wrong(400, f"Missing required param: {name}.", "parameter_missing", param=name)


def page(found: Iterator[Thing], params: Params, url: str) -> Thing:
    limit, after = number(params.get("limit", 10)), params.get("starting_after")
    if not 1 <= limit <= 100:
        raise Wrong(400, "Limit can range between 1 and 100.", "parameter_invalid_integer", param="limit")
    since = number(params.get("created", {}).get("gte", 0))
    rows = [thing for thing in found if thing["created"] >= since]
    if after is not None:
        rows = rows[[row["id"] for row in rows].index(after) + 1 :]
    return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": [shown(row) for row in rows[:limit]]}


@route("POST", "customers", "email", "metadata")
def new_customer(world: World, params: Params, _name: str) -> Thing:
    return world.store.keep("customer", email=params.get("email"), metadata=params.get("metadata", {}))


@route("GET", "customers/{}/payment_methods", "type", "limit")
def cards(world: World, params: Params, name: str) -> Thing:
    world.store.get("customer", name)
    return page(world.store.of("payment_method", customer=name), params, f"/v1/customers/{name}/payment_methods")


@route(
    "POST", "checkout/sessions", "mode", "customer", "client_reference_id", "metadata", "line_items", "success_url",
    "cancel_url", "automatic_tax", "allow_promotion_codes", "subscription_data", "payment_intent_data",
    "invoice_creation", "customer_update",
)  # fmt: skip
def new_session(world: World, params: Params, _name: str) -> Thing:
    need(params, "mode", "line_items", "success_url")
    world.store.get("customer", params["customer"])
    price, monthly = params["line_items"][0]["price_data"], params["mode"] == "subscription"
    need(price, "currency", "unit_amount", "product_data")
    if monthly:
        need(price, "recurring")
    amount = number(price["unit_amount"]) * number(params["line_items"][0].get("quantity", 1))
    marks = params.get("subscription_data" if monthly else "payment_intent_data", {}).get("metadata", {})
    session = world.store.keep(
        "checkout.session", mode=params["mode"], status="open", payment_status="unpaid", amount_subtotal=amount,
        amount_total=amount, currency=price["currency"], customer=params["customer"], metadata=params["metadata"],
        client_reference_id=params.get("client_reference_id"), payment_intent=None, subscription=None,
        success_url=params["success_url"], cancel_url=params.get("cancel_url"), marks=marks,
        price={"object": "price", "unit_amount": amount, "currency": price["currency"]},
    )  # fmt: skip
    session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}"
    return session


@route("GET", "checkout/sessions/{}")
def one_session(world: World, _params: Params, name: str) -> Thing:
    return world.store.get("checkout.session", name)


@route("POST", "checkout/sessions/{}/expire")
def expire_session(world: World, _params: Params, name: str) -> Thing:
    session = world.store.get("checkout.session", name)
    if session["status"] != "open":
        said = f"Only Checkout Sessions with a status in open can be expired. This has a status of {session['status']}."
        raise Wrong(400, said)
    world.expire(session)
    return session


@route("POST", "billing_portal/sessions", "customer", "return_url")
def new_portal(world: World, params: Params, _name: str) -> Thing:
    world.store.get("customer", params["customer"])
    return world.store.keep("billing_portal.session", url="https://billing.stripe.com/p/session/x", **params)


@route(
    "POST", "payment_intents", "amount", "currency", "customer", "payment_method", "off_session", "confirm", "metadata"
)
def new_intent(world: World, params: Params, _name: str) -> Thing:
    need(params, "amount", "currency")
    card = world.store.get("payment_method", params["payment_method"])
    amount, customer = number(params["amount"]), params["customer"]
    intent = world.intent(amount, params["currency"], customer, params.get("metadata", {}))
    if card["behaves"] == "ok":
        world.succeed(intent)
        return intent
    code = "authentication_required" if card["behaves"] == "3ds" else "card_declined"
    said = shown(intent)
    raise Wrong(402, "Your card was declined.", code, "card_error", decline_code=code, payment_intent=said)


@route("GET", "payment_intents/{}")
def one_intent(world: World, _params: Params, name: str) -> Thing:
    return world.store.get("payment_intent", name)


@route("GET", "payment_intents", "customer", "created", "limit", "starting_after")
def intents(world: World, params: Params, _name: str) -> Thing:
    who = {"customer": params["customer"]} if "customer" in params else {}
    return page(world.store.of("payment_intent", **who), params, "/v1/payment_intents")


@route("POST", "refunds", "payment_intent", "amount", "metadata", "reason")
def new_refund(world: World, params: Params, _name: str) -> Thing:
    need(params, "payment_intent")
    return world.refund(params["payment_intent"], number(params["amount"]), params.get("metadata"))


@route("GET", "refunds/{}")
def one_refund(world: World, _params: Params, name: str) -> Thing:
    return world.store.get("refund", name)


@route("GET", "refunds", "payment_intent", "created", "limit", "starting_after")
def refunds(world: World, params: Params, _name: str) -> Thing:
    of = {"payment_intent": params["payment_intent"]} if "payment_intent" in params else {}
    return page(world.store.of("refund", **of), params, "/v1/refunds")


@route("GET", "disputes/{}")
def one_dispute(world: World, _params: Params, name: str) -> Thing:
    return world.store.get("dispute", name)


@route("GET", "disputes", "payment_intent", "created", "limit", "starting_after")
def disputes(world: World, params: Params, _name: str) -> Thing:
    return page(world.store.of("dispute"), params, "/v1/disputes")


@route("POST", "products", "id", "name", "metadata")
def new_product(world: World, params: Params, _name: str) -> Thing:
    need(params, "name")
    if params.get("id") in world.store.things:
        raise Wrong(400, "Product already exists.", "resource_already_exists")
    return world.store.keep("product", **params)


@route("GET", "subscriptions/{}")
def one_subscription(world: World, _params: Params, name: str) -> Thing:
    return world.store.get("subscription", name)


@route(
    "POST", "subscriptions/{}", "items", "metadata", "cancel_at_period_end", "proration_behavior",
    "billing_cycle_anchor", "payment_behavior", "cancel_at",
)  # fmt: skip
def change_subscription(world: World, params: Params, name: str) -> Thing:
    subscription = world.store.get("subscription", name)
    if subscription["status"] == "canceled":
        raise Wrong(400, "A canceled subscription can only update its metadata.")
    now = params.get("billing_cycle_anchor") == "now"
    if "items" in params:
        card = world.store.get("payment_method", subscription["default_payment_method"])
        if now and card["behaves"] != "ok":
            raise Wrong(402, "Your card was declined.", "card_declined", "card_error")
        _change_price(world, subscription, params["items"][0], now)
    subscription["metadata"] = subscription["metadata"] | params.get("metadata", {})
    _end_or_not(subscription, params)
    world.store.tell("customer.subscription.updated", subscription)
    if now:
        world.invoice(subscription)
    return subscription


def _end_or_not(subscription: Thing, params: Params) -> None:
    """A dated end is another than that of the month, though both show a date."""
    if "cancel_at" in params:
        subscription["cancel_at"] = number(params["cancel_at"]) if params["cancel_at"] else None
    ending = yes(params.get("cancel_at_period_end", subscription["cancel_at_period_end"]))
    if ending != subscription["cancel_at_period_end"]:
        end = subscription["items"]["data"][0]["current_period_end"]
        subscription |= {"cancel_at_period_end": ending, "cancel_at": end if ending else None}


def _change_price(world: World, subscription: Thing, wanted: Params, now: bool) -> None:
    item, price = subscription["items"]["data"][0], wanted["price_data"]
    if wanted.get("id") != item["id"]:
        raise Wrong(400, "A second item on one subscription: its id is missing.", "parameter_missing", param="items")
    need(price, "currency", "product", "recurring", "unit_amount")
    world.store.get("product", price["product"])
    item["price"] = {
        "object": "price", "unit_amount": number(price["unit_amount"]), "currency": price["currency"],
        "product": price["product"],
    }  # fmt: skip
    if now:
        start = world.store.now()
        item |= {"current_period_start": start, "current_period_end": calendar.after(start)}
        subscription["billing_cycle_anchor"] = start


@route("DELETE", "subscriptions/{}")
def end_subscription(world: World, _params: Params, name: str) -> Thing:
    subscription = world.store.get("subscription", name)
    world.end(subscription)
    return subscription


@route("GET", "invoices/{}")
def one_invoice(world: World, _params: Params, name: str) -> Thing:
    return world.store.get("invoice", name)


@route("GET", "invoices", "status", "created", "limit", "starting_after")
def invoices(world: World, params: Params, _name: str) -> Thing:
    state = {"status": params["status"]} if "status" in params else {}
    return page(world.store.of("invoice", **state), params, "/v1/invoices")


@route("GET", "invoice_payments", "payment", "limit")
def invoice_payments(world: World, params: Params, _name: str) -> Thing:
    name = params["payment"]["payment_intent"]
    found = (
        {"object": "invoice_payment", "id": f"inpay_{name}", "created": invoice["created"], "invoice": invoice["id"]}
        for invoice in world.store.of("invoice")
        if any(one["payment"]["payment_intent"] == name for one in invoice["payments"]["data"])
    )
    return page(found, params, "/v1/invoice_payments")


@route("GET", "events", "created", "limit", "starting_after", "types", "type", "delivery_success")
def events(world: World, params: Params, _name: str) -> Thing:
    wanted = params.get("types")
    if wanted is not None and len(wanted) > 20:
        raise Wrong(400, "At most 20 types.")
    found = (event for event in world.store.of("event") if wanted is None or event["type"] in wanted)
    return page(found, params, "/v1/events")
