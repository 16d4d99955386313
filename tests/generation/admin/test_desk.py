from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from billing import credits
from generation import lifecycle, scheduling
from generation.models import Job, Model, Worker
from tests.generation.asking import again, ask

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def desk(role: str) -> Client:
    user, _made = User.objects.get_or_create(email=f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, BACKEND)
    return client


def act(client: Client, job: Job, verb: str, reason: str = "it hangs") -> int:
    return client.post(f"/admin/generation/job/{job.pk}/{verb}/", {"reason": reason}).status_code


def running(user: User) -> Job:
    job = ask(user)
    scheduling.claim("images", "tests", (), scheduling.Together({}))
    return again(job)


def done(user: User) -> Job:
    job = running(user)
    lifecycle.succeed(job, lifecycle.token_of(job), {})
    return again(job)


@pytest.mark.parametrize("state", [ask, running, done])
def test_cancel_and_refund_gives_everything_back_once(rich: User, patient: Model, state: Any) -> None:
    job = state(rich)
    before = again(job).status
    for _each in range(2):
        act(desk("operator"), job, "cancel")
    wallet = credits.balance(rich)
    assert (wallet.available, wallet.held) == (1000, 0)
    assert again(job).status == ("succeeded" if before == "succeeded" else "canceled")
    assert AuditEntry.objects.filter(action="job canceled and refunded").count() == 1
    assert AuditEntry.objects.get(action="job canceled and refunded").facts["reason"] == "it hangs"


def test_a_worker_that_still_has_it_can_finish_nothing(rich: User, patient: Model) -> None:
    job = running(rich)
    act(desk("operator"), job, "cancel")
    with pytest.raises(lifecycle.Stale):
        lifecycle.succeed(job, lifecycle.token_of(job), {})


@pytest.mark.parametrize("state", [ask, running])
def test_quarantine_ends_it_and_charges_nothing(rich: User, patient: Model, state: Any) -> None:
    job = state(rich)
    act(desk("operator"), job, "quarantine")
    assert again(job).status == "failed"
    assert again(job).error["code"] == "quarantined"
    assert credits.balance(rich).available == 1000
    assert AuditEntry.objects.get().action == "job quarantined"


def test_retry_makes_a_job_of_its_own(rich: User, patient: Model) -> None:
    job = ask(rich)
    act(desk("operator"), job, "retry")
    assert not Job.objects.filter(retry_of=job).exists()
    lifecycle.cancel(job)
    act(desk("operator"), job, "retry")
    assert Job.objects.get(retry_of=job).status == "queued"
    assert AuditEntry.objects.get().action == "job retried"


def test_a_verb_needs_a_reason_the_right_and_a_form(rich: User, patient: Model) -> None:
    job = ask(rich)
    operator, supporter = desk("operator"), desk("support")
    for verb in ("cancel", "retry", "quarantine"):
        assert operator.get(f"/admin/generation/job/{job.pk}/{verb}/").status_code == 200
        assert act(operator, job, verb, " ") == 200
        assert act(supporter, job, verb) == 403
    assert again(job).status == "queued"
    assert not AuditEntry.objects.exists()


def test_jobs_are_found_by_state_age_engine_and_person(rich: User, bob: User, patient: Model) -> None:
    job = ask(rich, "a secret wish")
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=20))
    support, at = desk("support"), reverse("admin:generation_job_changelist")
    asked = {
        "status__exact=queued": True, "status__exact=failed": False, "alive=10": True, "alive=60": False,
        "engine=patient": True, "engine=local": False, f"q={rich.email}": True, f"q={bob.email}": False,
    }  # fmt: skip
    for query, found in asked.items():
        page = support.get(f"{at}?{query}")
        assert page.status_code == 200
        assert (str(job.public_id)[:8] in page.content.decode()) is found, query
    shown = support.get(reverse("admin:generation_job_change", args=[job.pk])).content.decode()
    assert "patient" in shown
    assert "a secret wish" not in shown


def test_models_are_switched_with_a_trace_and_priced_elsewhere(patient: Model) -> None:
    at = reverse("admin:generation_model_change", args=[patient.pk])
    operator, before = desk("operator"), patient.credits
    assert operator.get(at).status_code == 200
    said = {"title": "Patient", "note": "", "credits": "9", "rank": "7", "defaults": '{"width": 64}', "limits": "{}",
            "batches": "{}"}  # fmt: skip
    assert operator.post(at, said).status_code == 302
    patient.refresh_from_db()
    assert (patient.credits, patient.rank, patient.enabled) == (before, 7, False)
    assert AuditEntry.objects.get().facts["rank"] == 7
    assert desk("support").post(at, said).status_code == 403


def test_what_is_not_installed_cannot_be_enabled(patient: Model) -> None:
    Model.objects.filter(pk=patient.pk).update(installed=False, enabled=False)
    at = reverse("admin:generation_model_change", args=[patient.pk])
    said = {"title": "Patient", "note": "", "credits": "9", "rank": "1", "defaults": '{"width": 64}', "limits": "{}",
            "batches": "{}", "enabled": "on"}  # fmt: skip
    assert desk("operator").post(at, said).status_code == 302
    patient.refresh_from_db()
    assert not patient.enabled


def test_workers_and_waiting_are_seen(rich: User, patient: Model) -> None:
    now = timezone.now()
    Worker.objects.create(name="here", pool="images", warm={"patient": 2 << 20}, started_at=now, seen_at=now)
    Worker.objects.create(name="away", pool="images", started_at=now, seen_at=now - timedelta(minutes=5))
    ask(rich)
    page = desk("support").get(reverse("admin:generation_worker_changelist")).content.decode()
    assert "1 waiting, 0 running" in page
    assert "patient (2.0" in page
    assert "alive" in page
    assert "gone" in page
