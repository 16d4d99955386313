"""A wallet kept by hand: what the books must say, reckoned without a database and without their code."""

from dataclasses import dataclass, field

NEVER = 10**6


@dataclass
class Bucket:
    day: int
    left: int
    name: str = ""
    expired: int = 0


Taken = list[tuple[Bucket, int]]
Gone = tuple[Taken, int]  # and what was owed of it


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
    gone: dict[str, Gone] = field(default_factory=dict)
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

    def go(self, amount: int, of: str = "", name: str = "") -> None:
        """What has expired of that grant went before: nobody pays for it twice."""
        own = self.own(of)
        before = min(own.expired, amount) if own is not None else 0
        there = min(self.available, amount - before)
        taken = self.take(there, of)
        if own is not None and before:
            own.expired -= before
            taken.insert(0, (own, before))
        self.debt += amount - before - there
        self.gone[name] = taken, amount - before - there

    def back(self, amount: int, name: str, today: int) -> None:
        """Credit by credit, the last that went first; what is owed is paid by those that would be gone soonest."""
        taken, owed = self.gone[name]
        units: list[Bucket | None] = [bucket for bucket, part in taken for _credit in range(part)] + [None] * owed
        units = units[-amount:]
        units += [None] * (amount - len(units))
        dead = [unit for unit in units if unit is not None and unit.day <= today]
        for unit in dead:
            unit.expired += 1
        fresh = [unit for unit in units if unit is None]
        living = [unit for unit in units if unit is not None and unit.day > today]
        pays = min(self.debt, len(fresh) + len(living))
        self.debt -= pays
        self.buckets.append(Bucket(NEVER, max(len(fresh) - pays, 0)))
        for unit in living[max(pays - len(fresh), 0) :]:
            unit.left += 1

    def own(self, of: str) -> Bucket | None:
        return next((bucket for bucket in self.buckets if of and bucket.name == of), None)

    def take(self, amount: int, of: str = "") -> Taken:
        """What was granted under that name, then what lasts as long, then what expires first."""
        own = self.own(of)
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

    def refund(self, name: str, part: int) -> None:
        """Of what was charged the last, to where it came from."""
        held = self.holds[name]
        units = [bucket for bucket, taken in held.taken for _credit in range(taken)][: held.charged - held.refunded]
        held.refunded += part
        paid = min(self.debt, part)
        self.debt -= paid
        for unit in units[len(units) - part + paid :]:
            unit.left += 1

    def expire(self, today: int) -> None:
        for bucket in self.buckets:
            if bucket.day <= today:
                bucket.expired, bucket.left = bucket.expired + bucket.left, 0
