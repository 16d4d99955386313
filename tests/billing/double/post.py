"""How events reach the house: signed, and as unreliably as wanted."""

import itertools
import json
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from billing.payments import signature
from tests.billing.double.store import Store, Thing

Send = Callable[[bytes, str], int]  # body and signature in, the status that was answered out


class Post:
    def __init__(self, store: Store, secret: str, send: Send):
        self.store, self.secret, self.send = store, secret, send
        self.delivered: set[str] = set()
        self.dropped: set[str] = set()
        self.answers: list[int] = []
        self.lock = threading.Lock()

    def waiting(self) -> list[Thing]:
        """Oldest first."""
        events = reversed(list(self.store.of("event")))
        return [event for event in events if event["id"] not in self.delivered | self.dropped]

    def drop(self) -> int:
        """Lost for good, as after days of a closed door."""
        lost = {event["id"] for event in self.waiting()}
        self.dropped |= lost
        return len(lost)

    def one(self, event: Thing) -> int:
        body = json.dumps(event).encode()
        status = self.send(body, signature.sign(body, self.secret))
        with self.lock:
            self.answers.append(status)
            if 200 <= status < 300:
                self.delivered.add(event["id"])
        return status

    def deliver(self, events: Sequence[Thing] | None = None, *, copies: int = 1, at_once: int = 1) -> list[int]:
        """What was not answered well stays to be delivered by a later call, as Stripe tries again for three days."""
        chosen = self.waiting() if events is None else list(events)
        rounds = list(itertools.chain.from_iterable([event] * copies for event in chosen))
        if at_once == 1:
            return [self.one(event) for event in rounds]
        with ThreadPoolExecutor(at_once) as pool:
            walks = [pool.submit(lambda: [self.one(event) for event in rounds]) for _walker in range(at_once)]
            return [status for walk in walks for status in walk.result()]

    def shuffled(self, seed: int, *, copies: int = 1, at_once: int = 1) -> list[int]:
        """Out of order; what is late is late behind everything else."""
        events = self.waiting()
        random.Random(seed).shuffle(events)
        return self.deliver(events, copies=copies, at_once=at_once)
