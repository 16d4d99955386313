"""People who work and buy while the house is shot at. Each remembers what was promised to them."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.billing.double import Post, World

ANSWERS = {200, 201, 400, 401, 402, 403, 404, 422}
PAUSE = 0.3


@dataclass
class Person:
    """Asks with the same key until there is an answer; what was answered is acknowledged."""

    url: str
    key: str
    world: World
    dice: random.Random
    stop: threading.Event
    jobs: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    odd: list[Any] = field(default_factory=list)

    def live(self) -> None:
        while not self.stop.is_set():
            if self.dice.random() < 0.2:
                self.buy()
            else:
                self.make()
            self.stop.wait(self.dice.uniform(0.2, 1.5))

    def make(self) -> None:
        params = {"prompt": "takes 0.05", "width": 64, "height": 64, "steps": 2, "model": "patient"}
        status, said = self.insist("/api/v1/jobs", {"tool": "text_to_image", "params": params})
        if status != 201:
            return
        job = said["data"]["id"]
        self.jobs.add(job)
        if self.dice.random() < 0.1:
            self.ask(f"/api/v1/jobs/{job}/cancellation", {})
        while not self.stop.wait(1.0):
            status, said = self.ask(f"/api/v1/jobs/{job}")
            if status == 200 and said["data"]["status"] in ("succeeded", "failed", "canceled"):
                return

    def buy(self) -> None:
        status, said = self.insist("/api/v1/wallet/checkout", {"pack": "credits-500"})
        if status != 201:
            return
        order = said["data"]["order"]
        session = next(self.world.store.of("checkout.session", client_reference_id=order))
        self.world.pay(session)
        self.orders.add(order)

    def insist(self, path: str, body: Any) -> tuple[int, Any]:
        name = uuid.uuid4().hex
        while True:
            status, said = self.ask(path, body, name)
            if status in ANSWERS:
                if status != 201:
                    self.odd.append((status, said))
                return status, said
            if self.stop.wait(PAUSE):
                return 0, None

    def ask(self, path: str, body: Any = None, name: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if name:
            headers["Idempotency-Key"] = name
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers), timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _read(error)
        except (OSError, ValueError):
            return 0, None


def _read(error: urllib.error.HTTPError) -> Any:
    try:
        return json.loads(error.read())
    except (OSError, ValueError):
        return None


def send_to(url: str) -> Any:
    def send(body: bytes, signature: str) -> int:
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"{url}/webhooks/stripe/", body, headers), timeout=20
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    return send


def postman(post: Post, stop: threading.Event) -> None:
    """Tries again what was not taken, as Stripe does, only sooner."""
    while not stop.is_set():
        post.deliver()
        time.sleep(0.5)
