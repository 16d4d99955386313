"""A wallet kept by hand: what the books must say, reckoned without a database and without their code."""

from dataclasses import dataclass, field

NEVER = 10**6


@dataclass
class Bucket:
    day: int
    left: int
    name: str = ""


Taken = list[tuple[Bucket, int]]


@dataclass
class Held:
    amount: int
    taken: Taken
    day: int
    by_key: bool
    state: str = "open"
    charged: int = 0
    refunded: int = 0

    @property
    def spent(self) -> int:
        return self.amount if self.state == "open" else self.charged - self.refunded


@dataclass
class Pencil:
    buckets: list[Bucket] = field(default_factory=list)
    holds: dict[str, Held] = field(default_factory=dict)
    disputes: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    debt: int = 0

    @property
    def available(self) -> int:
        return sum(bucket.left for bucket in self.buckets)

    @property
    def held(self) -> int:
        return sum(held.amount for held in self.holds.values() if held.state == "open")

    @property
    def frozen(self) -> int:
        return sum(amount for name, amount in self.disputes.items() if name not in self.ended)

    def come(self, amount: int, day: int = NEVER, name: str = "") -> None:
        paid = min(self.debt, amount)
        self.debt -= paid
        if amount > paid:
            self.buckets.append(Bucket(day, amount - paid, name))

    def go(self, amount: int, of: str = "") -> None:
        there = min(self.available, amount)
        self.take(there, of)
        self.debt += amount - there

    def take(self, amount: int, of: str = "") -> Taken:
        """What was granted under that name, then what lasts as long, then what expires first."""
        own = next((bucket for bucket in self.buckets if of and bucket.name == of), None)
        lasting = own is not None and own.day >= NEVER
        taken = []
        for bucket in sorted(self.buckets, key=lambda one: (one is not own, lasting and one.day < NEVER, one.day)):
            part = min(bucket.left, amount)
            if part:
                bucket.left -= part
                amount -= part
                taken.append((bucket, part))
        return taken

    def end(self, name: str, charged: int, state: str) -> None:
        held = self.holds[name]
        held.state, held.charged, back = state, charged, held.amount - charged
        paid = min(self.debt, back)
        self.debt, back = self.debt - paid, back - paid
        for bucket, part in reversed(held.taken):
            bucket.left += min(part, back)
            back -= min(part, back)

    def expire(self, today: int) -> None:
        for bucket in self.buckets:
            if bucket.day <= today:
                bucket.left = 0
