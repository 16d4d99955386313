"""The real scheduler on the real database, under a clock of its own: hours of work in seconds, the same every time."""

import heapq
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from generation import lifecycle, scheduling
from generation.errors import EngineFailed
from generation.models import Job, Model, Turn
from generation.scheduling import Head, Together
from tests.generation.asking import ask
from tests.generation.conftest import grant, roomy

ALONE = Together({})
LOADING = 10.0  # seconds that a model needs which is not warm
OVER = EngineFailed("over", retryable=False)


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    at: float
    place: int
    user: User = field(compare=False)
    model: str = field(compare=False, default="patient")
    n: int = field(compare=False, default=1)


@dataclass(slots=True)
class Start:
    arrival: Arrival
    at: float
    cold: bool


@dataclass(slots=True)
class Run:
    starts: list[Start] = field(default_factory=list)
    overtaken: list[Head] = field(default_factory=list)  # each time that somebody went first

    @property
    def loads(self) -> int:
        return sum(start.cold for start in self.starts)


class Simulation:
    """One model is warm in each slot; a job takes a second a picture, more or less."""

    def __init__(self, arrivals: Sequence[Arrival], slots: int, affinity: bool) -> None:
        self.dice, self.run, self.began = random.Random(1), Run(), timezone.now()
        self.coming = sorted(arrivals, reverse=True)
        self.waiting: dict[int, Arrival] = {}
        self.busy: list[tuple[float, int, Job]] = []
        self.warm = dict.fromkeys(range(slots), "")
        self.affinity = affinity
        self.now = 0.0

    def clock(self) -> datetime:
        return self.began + timedelta(seconds=self.now)

    def arrive(self) -> None:
        while self.coming and self.coming[-1].at <= self.now:
            arrival = self.coming.pop()
            job = ask(arrival.user, model=arrival.model, n=arrival.n)
            Job.objects.filter(pk=job.pk).update(created_at=self.began + timedelta(seconds=arrival.at))
            self.waiting[job.pk] = arrival

    def end(self) -> None:
        while self.busy and self.busy[0][0] <= self.now:
            _until, _slot, job = heapq.heappop(self.busy)
            lifecycle.fail(job, OVER, token=job.token)

    def start(self) -> None:
        for slot in sorted(self.warm.keys() - {slot for _until, slot, _job in self.busy}):
            warm = {self.warm[slot]} if self.affinity else set()
            for job in scheduling.claim("images", f"slot-{slot}", warm, ALONE):
                arrival = self.waiting.pop(job.pk)
                cold = self.warm[slot] != arrival.model
                self.run.starts.append(Start(arrival, self.now, cold))
                self.warm[slot] = arrival.model
                seconds = arrival.n * self.dice.uniform(0.5, 1.5) + LOADING * cold
                heapq.heappush(self.busy, (self.now + seconds, slot, job))

    def work(self) -> Run:
        while self.coming or self.busy:
            self.now = min([job[0] for job in self.busy[:1]] + [arrival.at for arrival in self.coming[-1:]])
            self.end()
            self.arrive()
            self.start()
        assert not self.waiting
        return self.run


def simulate(arrivals: Sequence[Arrival], slots: int, *, affinity: bool = True) -> Run:
    simulation = Simulation(arrivals, slots, affinity)
    with _clock(simulation.clock), _noted(simulation.run):
        return simulation.work()


def people(count: int) -> list[User]:
    """Who have had nothing yet."""
    roomy()
    Turn.objects.all().delete()
    made = [User.objects.create_user(f"crowd-{time.monotonic_ns()}@example.org") for _ in range(count)]
    for person in made:
        grant(person, 100_000)
    return made


def models(count: int) -> list[str]:
    """Beside the tests' own, others like it."""
    patient = Model.objects.get(slug="patient")
    for number in range(1, count):
        Model.objects.get_or_create(
            slug=f"patient-{number}",
            defaults={
                "title": f"Patient {number}", "engine": patient.engine, "family": patient.family, "enabled": True,
                "source": patient.source, "tools": patient.tools, "installed": True, "defaults": patient.defaults,
                "limits": patient.limits,
            },
        )  # fmt: skip
    return ["patient", *(f"patient-{number}" for number in range(1, count))]


def hog(jobs: int, newcomers: int, slots: int = 2) -> Run:
    """One person wants very much at once; others come one by one."""
    greedy, *others = people(newcomers + 1)
    dice = random.Random(7)
    crowd = [Arrival(0, place, greedy) for place in range(jobs)]
    moments = [LOADING + dice.uniform(0, jobs / slots * 0.7) for _ in others]
    came = [Arrival(at, jobs + n, person) for n, (at, person) in enumerate(zip(moments, others, strict=True))]
    return simulate(crowd + came, slots)


def turns_of_newcomers(run: Run, jobs: int) -> list[int]:
    """How often the hog was served between a newcomer's press and their start."""
    hogs = [start.at for start in run.starts if start.arrival.place < jobs]
    others = [start for start in run.starts if start.arrival.place >= jobs]
    return [sum(other.arrival.at <= at < other.at for at in hogs) for other in others]


def equals(jobs: int, slots: int = 3) -> Run:
    """Ten people with as many jobs each, of one to four pictures."""
    dice = random.Random(11)
    crowd = [(person, dice.randint(1, 4)) for person in people(10) for _ in range(jobs)]
    dice.shuffle(crowd)
    return simulate([Arrival(place / 1000, place, person, n=n) for place, (person, n) in enumerate(crowd)], slots)


def jain(run: Run) -> float:
    """Of the work that each was given while all of them still waited for more."""
    left = [start.arrival.user.pk for start in run.starts]
    until = min(max(place for place, user in enumerate(left) if user == one) for one in set(left))
    given = dict.fromkeys(left, 0)
    for start in run.starts[:until]:
        given[start.arrival.user.pk] += start.arrival.n
    return sum(given.values()) ** 2 / (len(given) * sum(value**2 for value in given.values()))


def mixed(jobs: int, *, affinity: bool, slots: int = 2) -> Run:
    """Ten people who like three models, coming as fast as they can be served."""
    dice, names = random.Random(5), models(3)
    crowd = [(person, dice.choice(names)) for person in people(10) for _ in range(jobs)]
    dice.shuffle(crowd)
    arrivals = [Arrival(place * 1.5, place, person, model) for place, (person, model) in enumerate(crowd)]
    return simulate(arrivals, slots, affinity=affinity)


@contextmanager
def _clock(now: Callable[[], datetime]) -> Iterator[None]:
    real, scheduling.timezone = scheduling.timezone, type("Clock", (), {"now": staticmethod(now)})
    try:
        yield
    finally:
        scheduling.timezone = real


@contextmanager
def _noted(run: Run) -> Iterator[None]:
    real = scheduling.choose

    def choose(heads: Sequence[Head], warm: object) -> Head:
        chosen = real(heads, warm)  # type: ignore[arg-type]
        if chosen is not heads[0]:
            run.overtaken.append(heads[0])
        return chosen

    scheduling.choose = choose
    try:
        yield
    finally:
        scheduling.choose = real
