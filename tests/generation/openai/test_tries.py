"""Which call a retry belongs to: without a key only its count and its words tell."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from billing import credits
from billing.models import Plan
from billing.plans import FREE
from generation.api.openai import answers, calls, waiting
from generation.models import Call, Job, Model, Status
from tests.generation.conftest import grant


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch, patient: Model) -> None:
    """A call is answered with the name of its job."""
    monkeypatch.setattr(waiting, "ended", lambda job: job)
    monkeypatch.setattr(answers, "whole", lambda _request, _wanted, job: {"job": str(job.public_id)})


def call(api: APIClient, tries: int = 0, status: int = 200) -> str:
    headers = {"x-stainless-retry-count": str(tries)}
    answer = api.post("/v1/images/generations", {"prompt": "a boat", "seed": 7}, format="json", headers=headers)
    assert answer.status_code == status, answer.content
    return str(answer.json().get("job"))


def room(jobs: int) -> None:
    Plan.objects.update_or_create(slug=FREE, defaults={"queued": jobs})


def age(minutes: float) -> None:
    Call.objects.update(at=F("at") - timedelta(minutes=minutes))


def test_the_retry_of_a_full_queue_gets_a_picture_of_its_own(rich: User, alice_api: APIClient) -> None:
    room(1)
    first = call(alice_api)
    call(alice_api, status=429)
    call(alice_api, tries=1, status=429)
    room(10)
    second = call(alice_api, tries=2)
    assert second != first
    assert {call(alice_api, tries=1), call(alice_api, tries=3)} == {first, second}
    assert Job.objects.count() == 2


def test_a_flood_of_refusals_is_not_written_down(
    rich: User, alice_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MOST", 2)
    room(1)
    call(alice_api)
    for _another in range(5):
        call(alice_api, status=429)
    assert Call.objects.filter(job=None).count() == 2


def test_the_retry_of_what_came_too_often_gets_a_picture_of_its_own(
    rich: User, alice_api: APIClient, settings: Settings
) -> None:
    often = settings.RATES
    settings.RATES = often | {"generate": (1, 60)}
    first = call(alice_api)
    call(alice_api, status=429)
    settings.RATES = often
    assert call(alice_api, tries=1) != first
    assert call(alice_api, tries=1) == first


def test_the_retry_of_what_could_not_be_paid_is_no_other_call(alice: User, alice_api: APIClient) -> None:
    grant(alice, 5)
    first = call(alice_api)
    call(alice_api, status=402)
    grant(alice, 100)
    assert call(alice_api, tries=1) != first
    assert call(alice_api, tries=1) == first


def test_the_retry_of_a_job_that_broke_is_no_other_call(rich: User, alice_api: APIClient) -> None:
    first, broken = call(alice_api), call(alice_api)
    error = {"message": "The engine broke.", "code": "engine_failed", "retryable": True}
    Job.objects.filter(public_id=broken).update(status=Status.FAILED, finished_at=timezone.now(), error=error)
    assert call(alice_api, tries=1) not in (first, broken)
    assert call(alice_api, tries=1) == first


def test_a_refusal_after_which_nobody_tried_again_is_forgotten(rich: User, alice_api: APIClient) -> None:
    room(1)
    first = call(alice_api)
    call(alice_api, status=429)
    age(2)
    room(10)
    assert call(alice_api, tries=1) == first


def test_whoever_waits_again_and_again_pays_once(rich: User, alice_api: APIClient) -> None:
    first = call(alice_api)
    for tries in (1, 2):
        age(19)
        assert call(alice_api, tries) == first
    assert credits.balance(rich).held == 4
