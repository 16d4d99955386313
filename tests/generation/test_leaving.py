"""What somebody begins in the moment in which they close their account is ended by it, or refused: nothing stays."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import closure
from accounts.errors import Unauthenticated
from accounts.models import User
from billing.invariants import broken
from billing.models import Hold
from generation import lifecycle, scheduling
from generation.models import LIVE, Job, Model, Turn
from media import leaving
from media.intake import accept_upload, keep_output
from media.models import Asset
from tests.generation.asking import again, ask
from tests.generation.processes import somebody_waits, until
from tests.media.samples import encoded

pytestmark = pytest.mark.django_db(transaction=True)


def overlapping(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    """The second begins before the first has committed."""
    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            first()
            late = beside.submit(_alone, second)
            until(lambda: late.done() or somebody_waits(), "it waits", 10)
        late.result(15)


def _alone(act: Callable[[], Any]) -> None:
    try:
        act()
    finally:
        connection.close()


def upload(user: User) -> Asset:
    return accept_upload(user, io.BytesIO(encoded("PNG")), "holiday.png")


def nothing_left(user: User) -> bool:
    assert not Hold.objects.filter(user=user).exclude(title="").exists()
    assert not Hold.objects.filter(user=user, state="open").exists()
    assert not Turn.objects.filter(user=user).exclude(waiting=0, running=0).exists()
    assert broken() == []
    return not Job.objects.filter(user=user).exists() and not Asset.objects.filter(user=user).exists()


def test_closing_ends_what_is_just_asked_for(rich: User, patient: Model) -> None:
    before = ask(rich, "a secret plan")
    overlapping(lambda: ask(rich, "another secret"), lambda: closure.close(rich))
    assert nothing_left(rich)
    assert Hold.objects.get(reference=before.reference).state == "released"


def test_what_is_asked_for_while_it_closes_is_refused(rich: User, patient: Model) -> None:
    ask(rich, "a secret plan")

    def late() -> None:
        with pytest.raises(Unauthenticated):
            ask(rich, "another secret")

    overlapping(lambda: closure.close(rich), late)
    assert nothing_left(rich)


def test_without_looking_behind_the_lock_it_would_stay(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closure, "staying", lambda user, *_beside: user)
    overlapping(lambda: ask(rich, "another secret"), lambda: closure.close(rich))
    assert Job.objects.filter(user=rich, status="queued").exists()


def test_closing_takes_what_is_just_arriving(rich: User) -> None:
    overlapping(lambda: upload(rich), lambda: closure.close(rich))
    assert nothing_left(rich)


def test_what_arrives_while_it_closes_is_refused(rich: User) -> None:
    def late() -> None:
        with pytest.raises(Unauthenticated):
            upload(rich)

    overlapping(lambda: closure.close(rich), late)
    assert nothing_left(rich)


def test_a_picture_that_is_just_done_goes_too(rich: User, patient: Model) -> None:
    jobs = [ask(rich, f"secret {number}") for number in range(2)]
    [claimed] = scheduling.claim("images", "w", (), scheduling.Together({}))

    def finish() -> None:
        token = lifecycle.token_of(claimed)
        keep_output(rich, claimed.reference, encoded("PNG"), mime="image/png", recipe={}, attempt_token=str(token))
        lifecycle.succeed(claimed, token, {})

    overlapping(finish, lambda: closure.close(rich))
    assert nothing_left(rich)
    ends = Hold.objects.filter(reference__in=[job.reference for job in jobs]).values_list("state", flat=True)
    assert sorted(ends) == ["captured", "released"]


def test_nothing_is_under_way_any_more_when_files_are_taken(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, live = ask(rich), []
    discard = leaving.discard

    def look(assets: Any) -> int:
        live.extend(Job.objects.filter(user=rich, status__in=LIVE))
        assert again(job).ended
        return discard(assets)

    monkeypatch.setattr(leaving, "discard", look)
    closure.close(rich)
    assert live == []
    assert nothing_left(rich)
