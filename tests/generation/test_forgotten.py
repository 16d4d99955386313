"""An ended job whose hold is still open should never be. Should it be, it is settled however much else is under way."""

import uuid

import pytest
from django.utils import timezone

from accounts.models import User
from billing import credits
from billing.models import Hold
from generation import upkeep
from generation.models import Job, Model
from tests.generation.asking import ask

pytestmark = pytest.mark.django_db
UNDER_WAY = 1001


def forgotten(user: User, status: str, charged: int) -> Hold:
    """Ended behind the back of the one who writes it."""
    job = ask(user)
    Job.objects.filter(pk=job.pk).update(status=status, finished_at=timezone.now(), charged=charged)
    return Hold.objects.get(reference=job.reference)


def open_holds(user: User, count: int) -> None:
    Hold.objects.bulk_create(Hold(user=user, reference=f"job:{uuid.uuid4()}", amount=1) for _ in range(count))


def test_a_forgotten_hold_is_settled_behind_a_thousand_others(
    rich: User, bob: User, patient: Model, caplog: pytest.LogCaptureFixture
) -> None:
    open_holds(bob, UNDER_WAY)
    made, failed = forgotten(rich, "succeeded", 4), forgotten(rich, "failed", 0)
    upkeep.settle_forgotten()
    made.refresh_from_db()
    failed.refresh_from_db()
    assert [(made.state, made.captured), (failed.state, failed.captured)] == [("captured", 4), ("released", 0)]
    assert (credits.balance(rich).available, credits.balance(rich).held) == (996, 0)
    assert Hold.objects.filter(user=bob, state="open").count() == UNDER_WAY
    assert caplog.text.count("an ended job had an open hold") == 2


def test_more_than_fit_into_one_look_are_settled_by_the_next(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    for _ in range(3):
        forgotten(rich, "failed", 0)
    for left in (1, 0):
        upkeep.settle_forgotten()
        assert Hold.objects.filter(state="open").count() == left


def test_what_is_under_way_keeps_its_hold(rich: User, patient: Model) -> None:
    job = ask(rich)
    upkeep.settle_forgotten()
    assert Hold.objects.get(reference=job.reference).state == "open"
