"""What this Stripe remembers: objects by their names, and every event in the order in which it happened."""

import copy
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

Thing = dict[str, Any]
MARKS = {
    "customer": "cus", "payment_method": "pm", "checkout.session": "cs_test", "billing_portal.session": "bps",
    "payment_intent": "pi", "charge": "ch", "refund": "re", "dispute": "dp", "subscription": "sub",
    "subscription_item": "si", "invoice": "in", "product": "prod", "price": "price", "event": "evt",
}  # fmt: skip


class Wrong(Exception):
    """What Stripe answers with when it does not do a thing."""

    def __init__(self, status: int, message: str, code: str = "", kind: str = "invalid_request_error", **more: Any):
        super().__init__(message)
        self.status, self.body = status, {"error": {"type": kind, "message": message, "code": code or None} | more}


class Store:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.things: dict[str, Thing] = {}
        self.clock = 0  # seconds by which this Stripe is ahead: months pass in tests

    def now(self) -> int:
        return int(time.time()) + self.clock

    def keep(self, kind: str, **fields: Any) -> Thing:
        name = f"{MARKS[kind]}_{uuid.uuid4().hex[:24]}"
        thing = {"id": name, "object": kind, "created": self.now(), "livemode": False, **fields}
        with self.lock:
            self.things[thing["id"]] = thing
        return thing

    def get(self, kind: str, name: str) -> Thing:
        thing = self.things.get(name)
        if thing is None or thing["object"] != kind:
            raise Wrong(404, f"No such {kind.replace('.', ' ')}: '{name}'", "resource_missing", param="id")
        return thing

    def of(self, kind: str, **fields: Any) -> Iterator[Thing]:
        """Newest first, as Stripe lists."""
        with self.lock:
            found = [thing for thing in self.things.values() if thing["object"] == kind]
        for thing in reversed(found):
            if all(thing.get(name) == wanted for name, wanted in fields.items()):
                yield thing

    def tell(self, kind: str, thing: Thing) -> Thing:
        """The object as it is at this moment: later changes do not reach an event."""
        return self.keep(
            "event", api_version="2026-10-28.endive", type=kind, pending_webhooks=1,
            request={"id": None, "idempotency_key": None}, data={"object": copy.deepcopy(thing)},
        )  # fmt: skip
