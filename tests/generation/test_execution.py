import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from billing import credits
from generation import execution, lifecycle, watching
from generation.broadcast import described
from generation.contract import Outcome, Progress, Request, Result, Watch
from generation.errors import CannotCancel, CannotRetry, Stale
from generation.models import Job, Model, Turn
from generation.submission import retry
from media import storage
from media.models import Asset
from tests.generation.asking import again, ask, told
from tests.generation.patient import Patient
from tests.generation.processes import until

pytestmark = pytest.mark.django_db(transaction=True)


def balance(user: User) -> tuple[int, int]:
    found = credits.balance(user)
    return found.available, found.held


def test_picture_is_made_charged_and_in_the_library(rich: User, patient: Model) -> None:
    job = ask(rich, n=2, seed=7)
    execution.work_off("images")
    job = again(job)
    shown = described([job])[0]
    assert (job.status, job.charged, balance(rich)) == ("succeeded", 8, (992, 0))
    assert [output["recipe"]["seed"] for output in shown["outputs"]] == [7, 8]
    assert told(job) == ["queued", "running", "succeeded"]
    assert Turn.objects.get(user=rich).running == 0


def test_recipe_lies_in_the_file_too(rich: User, patient: Model) -> None:
    ask(rich, "a boat {0.__class__} <b>", seed=3)
    execution.work_off("images")
    asset = Asset.objects.of(rich).get()
    with Image.open(storage.open_at(asset.path)) as picture:
        recipe = json.loads(picture.text["recipe"])
    assert recipe["prompt"] == "a boat {0.__class__} <b>"
    assert recipe == asset.recipe


def test_a_person_may_keep_the_recipe_out_of_their_files(rich: User, patient: Model, alice_api: APIClient) -> None:
    answer = alice_api.patch("/api/v1/auth/me", {"recipe_in_files": False}, format="json")
    assert answer.json()["data"]["recipe_in_files"] is False
    ask(rich, "a secret plan", seed=3)
    execution.work_off("images")
    asset = Asset.objects.of(rich).get()
    assert b"secret plan" not in storage.open_at(asset.path).read()
    assert (asset.recipe["prompt"], asset.recipe["seed"]) == ("a secret plan", 3)


@pytest.mark.parametrize("prompt", ["fails", "breaks"])
def test_failure_is_told_and_costs_nothing(rich: User, patient: Model, prompt: str) -> None:
    job = ask(rich, prompt)
    execution.work_off("images")
    job = again(job)
    assert (job.status, balance(rich)) == ("failed", (1000, 0))
    assert job.error["message"]
    assert "middle" not in json.dumps(job.error)
    assert described([job])[0]["cost"] == {"quoted": 4, "held": 0, "charged": 0, "refunded": 4}


@pytest.mark.parametrize("where", ["keep_output", "_request"])
def test_what_nobody_foresaw_fails_the_job_at_once(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def breaks(*_all: Any, **_more: Any) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(execution, where, breaks)
    job = ask(rich)
    execution.work_off("images")
    job = again(job)
    assert (job.status, job.error["code"], job.charged, balance(rich)) == ("failed", "engine_failed", 0, (1000, 0))
    assert "middle" not in json.dumps(job.error)


@pytest.mark.parametrize("step", [-1, "half"])
def test_numbers_that_no_database_keeps_leave_the_job_alone(rich: User, patient: Model, step: Any) -> None:
    job = ask(rich)
    [claimed] = _claimed()
    with watching.Watcher([claimed]) as watch:
        watch._written[str(job.public_id)] = 0.0
        watch.progress(str(job.public_id), Progress(step, 100, "x" * 50))
        lifecycle.cancel(again(job))
        until(lambda: watch.stopped(str(job.public_id)), "told to stop", 5)


@pytest.mark.parametrize("made", [0, 1])
def test_fewer_pictures_than_were_quoted_cost_nothing(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch, made: int
) -> None:
    engine = Patient._one

    def short(self: Patient, request: Request, watch: Watch) -> Outcome:
        whole = engine(self, request, watch)
        return replace(whole, files=whole.files[:made]) if isinstance(whole, Result) else whole

    monkeypatch.setattr(Patient, "_one", short)
    job = ask(rich, n=2)
    execution.work_off("images")
    job = again(job)
    assert (job.status, job.error["code"], job.charged, balance(rich)) == ("failed", "engine_failed", 0, (1000, 0))
    assert not Asset.objects.filter(user=rich).exists()


def test_one_that_fails_does_not_take_others_along(rich: User, patient: Model) -> None:
    Model.objects.update(batches={"64x64": 4})
    jobs = [ask(rich, prompt) for prompt in ("one", "fails", "three")]
    execution.work_off("images")
    assert [again(job).status for job in jobs] == ["succeeded", "failed", "succeeded"]


def test_stale_attempt_leaves_no_file_and_charges_nothing(rich: User, patient: Model, settings: Any) -> None:
    job = ask(rich)
    seen: list[Job] = []

    def robbed(self: Any, requests: Any, watch: Any) -> Any:
        mine = again(job)
        seen.append(mine)
        lifecycle.lose(mine, crashed=True)
        return original(self, requests, watch)

    original, Patient.generate = Patient.generate, robbed  # type: ignore[method-assign]
    try:
        execution.run(_claimed())
    finally:
        Patient.generate = original  # type: ignore[method-assign]
    assert again(job).status == "queued"
    assert not Asset.objects.filter(user=rich).exists()
    assert balance(rich) == (996, 4)
    with pytest.raises(Stale):
        lifecycle.succeed(seen[0], seen[0].token, {})


def test_waiting_job_is_canceled_at_once(rich: User, patient: Model) -> None:
    job = ask(rich)
    assert lifecycle.cancel(job).status == "canceled"
    assert lifecycle.cancel(job).status == "canceled"
    execution.work_off("images")
    assert (again(job).status, balance(rich)) == ("canceled", (1000, 0))
    assert Turn.objects.get(user=rich).waiting == 0


def test_running_job_stops_and_gives_the_unused_part_back(rich: User, patient: Model, monkeypatch: Any) -> None:
    job = ask(rich, "takes 1", n=7, steps=28)
    quoted = job.quoted
    monkeypatch.setattr(
        watching.Watcher,
        "stopped",
        lambda self, name: again(job).step >= 0 and self._latest_step() >= 11,
        raising=False,
    )
    monkeypatch.setattr(
        watching.Watcher,
        "_latest_step",
        lambda self: max((p.step for p in self._latest.values()), default=0),
        raising=False,
    )
    monkeypatch.setattr(watching.Watcher, "_keep_telling", lambda self: None)
    execution.work_off("images")
    job = again(job)
    assert (job.status, job.step, job.charged) == ("canceled", 11, quoted * 11 // 28)
    assert balance(rich) == (1000 - quoted * 11 // 28, 0)


def test_cancel_is_seen_while_it_runs(rich: User, patient: Model, settings: Any) -> None:
    job = ask(rich, "takes 20", steps=100)
    claimed = _claimed()
    lifecycle.cancel(again(job))
    execution.run(claimed)
    job = again(job)
    assert job.status == "canceled"
    assert job.step < 50


def test_ended_job_cannot_be_canceled(rich: User, patient: Model) -> None:
    job = ask(rich)
    execution.work_off("images")
    with pytest.raises(CannotCancel):
        lifecycle.cancel(again(job))


def test_deadline_stops_and_pays_back(rich: User, patient: Model, settings: Any) -> None:
    settings.JOB_SECONDS = 0
    job = ask(rich, "takes 20", steps=100)
    execution.work_off("images")
    job = again(job)
    assert (job.status, job.error["code"], balance(rich)) == ("failed", "timed_out", (1000, 0))


def test_retry_is_a_job_of_its_own_and_only_one(rich: User, patient: Model) -> None:
    job = ask(rich, "fails", seed=5)
    execution.work_off("images")
    once, twice = retry(again(job)), retry(again(job))
    assert once.pk == twice.pk != job.pk
    assert (once.status, once.seed, balance(rich)) == ("queued", 5, (996, 4))


def test_what_succeeded_is_not_retried(rich: User, patient: Model) -> None:
    job = ask(rich)
    execution.work_off("images")
    with pytest.raises(CannotRetry):
        retry(again(job))


def test_source_that_is_gone_fails_only_its_job(rich: User, patient: Model, drawn: str) -> None:
    job = ask(rich, tool="image_to_image", image=drawn)
    Asset.objects.filter(public_id=drawn).update(ready=False)
    execution.work_off("images")
    assert (again(job).status, again(job).error["code"], balance(rich)) == ("failed", "source_gone", (1000, 0))


def _claimed() -> list[Job]:
    from generation import scheduling

    return scheduling.claim("images", "tests", (), scheduling.Together({}))
