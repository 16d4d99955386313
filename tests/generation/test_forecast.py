"""A forecast says on what it rests, and is held against what came of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from generation import forecast
from generation.admin.promises import promises
from generation.models import Job, Model, Worker
from tests.generation.asking import again, ask

pytestmark = pytest.mark.django_db
BOAT = {"tool": "text_to_image", "params": {"prompt": "a red boat"}}


def took(user: User, seconds: float, waited: float = 0, promised: float = 10) -> Job:
    """One that ended well a moment ago."""
    job, now = ask(user), timezone.now()
    Job.objects.filter(pk=job.pk).update(
        status="succeeded", started_at=now - timedelta(seconds=seconds), finished_at=now, promised=promised,
        created_at=now - timedelta(seconds=seconds + waited), promised_at_most=promised * 2,
    )  # fmt: skip
    return again(job)


def quoted(api: APIClient) -> dict[str, float]:
    forecast.forget()
    eta: dict[str, float] = api.post("/api/v1/quotes", BOAT, format="json").json()["data"]["eta"]
    return eta


def test_without_a_past_it_is_wide_and_a_guess(rich: User, alice_api: APIClient, patient: Model) -> None:
    eta = quoted(alice_api)
    assert eta["measured"] == 0
    assert eta["p90"] >= 5 * eta["p50"]


def test_with_a_past_it_is_what_such_jobs_took(rich: User, alice_api: APIClient, patient: Model) -> None:
    for seconds in (3, 4, 5, 6, 20):
        took(rich, seconds, waited=100)
    forecast.forget()
    eta = forecast.eta("text_to_image", "patient", 1, 0, "images")
    assert (eta["p50"], eta["measured"]) == (pytest.approx(5, abs=0.1), 5)
    assert eta["p90"] > 6


def test_who_is_ahead_counts_and_so_does_every_worker(rich: User, patient: Model) -> None:
    for _ in range(3):
        took(rich, 5)
    forecast.forget()
    alone = forecast.eta("text_to_image", "patient", 1, 4, "images")
    for name in ("a", "b"):
        Worker.objects.create(name=name, pool="images", started_at=timezone.now(), seen_at=timezone.now())
    forecast.forget()
    assert alone["p50"] == pytest.approx(25, abs=0.5)
    assert forecast.eta("text_to_image", "patient", 1, 4, "images")["p50"] == pytest.approx(15, abs=0.5)


def test_what_was_promised_is_kept_with_the_job(rich: User, alice_api: APIClient, patient: Model) -> None:
    eta = alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]["eta"]
    job = Job.objects.get()
    assert (job.promised, job.promised_at_most) == (eta["p50"], eta["p90"])


def test_staff_see_how_far_off_forecasts_were(rich: User, dana: User, patient: Model) -> None:
    for seconds in (10, 15, 30):
        took(rich, seconds)
    assert promises() == [
        {"tool": "text_to_image", "model": "patient", "jobs": 3, "promised": 10.0, "took": pytest.approx(15, abs=0.1),
         "error": 50, "within": 67},
    ]  # fmt: skip
    client = Client()
    client.force_login(dana, "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/admin/generation/worker/").content.decode()
    assert "<td>50 %</td>" in page
