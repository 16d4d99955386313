from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from generation import lifecycle, scheduling
from generation.errors import EngineFailed
from generation.models import Job, Model, Turn
from generation.scheduling import Head, Together, choose
from tests.generation.asking import again, ask
from tests.generation.conftest import grant

pytestmark = pytest.mark.django_db
ALONE = Together({})


def serve(worker: str = "w", warm: tuple[str, ...] = ()) -> Job | None:
    """Claim the next and end it."""
    jobs = scheduling.claim("images", worker, warm, ALONE)
    for job in jobs:
        lifecycle.fail(job, EngineFailed("over", retryable=False), token=job.token)
    return jobs[0] if jobs else None


@pytest.fixture
def people(patient: Model) -> list[User]:
    made = [User.objects.create_user(f"p{number}@example.org", "correct horse p") for number in range(10)]
    for person in made:
        grant(person, 10_000)
    return made


def test_weight_buys_more_turns(people: list[User]) -> None:
    for person in people[:2]:
        for _ in range(20):
            ask(person)
    Turn.objects.filter(user=people[0]).update(weight=3)
    served = [serve() for _ in range(16)]
    assert sum(job.user_id == people[0].pk for job in served if job) == 12


def test_work_counts_not_the_number_of_jobs(people: list[User]) -> None:
    for _ in range(20):
        ask(people[0], n=4)
        ask(people[1])
    served = [serve() for _ in range(10)]
    assert sum(job.user_id == people[0].pk for job in served if job) == 2


def test_absence_saves_nothing_up(people: list[User]) -> None:
    early, late = people[:2]
    ask(late)
    serve()
    for _ in range(30):
        ask(early)
    for _ in range(10):
        serve()
    for _ in range(10):
        ask(late)
    served = [serve() for _ in range(10)]
    assert 4 <= sum(job.user_id == late.pk for job in served if job) <= 6


def test_lanes_come_before_turns(people: list[User]) -> None:
    idle, batch = ask(people[0], lane="idle"), ask(people[1], lane="batch")
    now = ask(people[2])
    assert [serve() for _ in range(3)] == [now, batch, idle]


def test_nobody_runs_more_than_their_plan_allows(people: list[User]) -> None:
    for _ in range(3):
        ask(people[0])
    Turn.objects.update(cap=1)
    first = scheduling.claim("images", "a", (), ALONE)
    assert scheduling.claim("images", "b", (), ALONE) == []
    lifecycle.fail(first[0], EngineFailed("over", retryable=False), token=first[0].token)
    assert len(scheduling.claim("images", "b", (), ALONE)) == 1


def test_batch_holds_equals_of_several_people(people: list[User]) -> None:
    mine = [ask(person) for person in people[:3]]
    ask(people[3], width=128)
    taken = scheduling.claim("images", "w", (), Together({"patient": {"64x64": 4}}))
    assert {job.pk for job in taken} == {job.pk for job in mine}
    assert {again(job).status for job in mine} == {"running"}


def test_batch_stays_within_its_measured_size(people: list[User]) -> None:
    for person in people[:4]:
        ask(person, n=2)
    taken = scheduling.claim("images", "w", (), Together({"patient": {"64x64": 5}}))
    assert len(taken) == 2


def head(number: int, model: str, *, rank: int = 0, overtaken: int = 0, waits: float = 0) -> Head:
    return Head(number, number, model, rank, overtaken, timedelta(seconds=waits))


def test_warm_model_may_go_first() -> None:
    assert choose([head(1, "cold"), head(2, "warm")], {"warm"}).id == 2


@pytest.mark.parametrize("first", [head(1, "cold", overtaken=8), head(1, "cold", waits=31)])
def test_nobody_is_overtaken_for_ever(first: Head) -> None:
    assert choose([first, head(2, "warm")], {"warm"}).id == 1


def test_warm_model_does_not_jump_lanes() -> None:
    assert choose([head(1, "cold"), head(2, "warm", rank=1)], {"warm"}).id == 1


def test_overtaking_is_counted(people: list[User], patient: Model) -> None:
    Model.objects.create(
        slug="other", title="Other", engine="patient", family="tests", source=patient.source, tools=patient.tools,
        enabled=True, installed=True, defaults=patient.defaults, limits=patient.limits,
    )  # fmt: skip
    cold = ask(people[0], model="other")
    for person in people[1:]:
        ask(person)
        ask(person)
    for _ in range(8):
        assert serve(warm=("patient",)) != cold
    assert serve(warm=("patient",)) == cold


def test_two_workers_never_share_a_job(people: list[User]) -> None:
    for person in people:
        ask(person)
    taken = [scheduling.claim("images", f"w{number}", (), ALONE)[0].pk for number in range(10)]
    assert len(set(taken)) == 10
    assert scheduling.claim("images", "w", (), ALONE) == []


def test_lost_job_waits_again_and_after_three_crashes_is_put_aside(rich: User, patient: Model) -> None:
    job = ask(rich)
    for crash in range(3):
        claimed = scheduling.claim("images", "w", (), ALONE)
        assert [found.pk for found in claimed] == [job.pk]
        lifecycle.lose(claimed[0], crashed=True)
        assert again(job).crashes == crash + 1
    job = again(job)
    assert (job.status, job.error["code"], job.attempts) == ("failed", "quarantined", 3)
    assert (job.finished_at or timezone.now()) <= timezone.now()
