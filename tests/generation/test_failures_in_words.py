"""Why something did not work is said in the language of whoever reads it."""

from typing import Any

import pytest
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import User
from generation import broadcast, execution, interventions
from generation.models import Event, Job, Model
from tests.generation.asking import again, ask

pytestmark = pytest.mark.django_db(transaction=True)
ENGLISH = "The engine broke. Nothing was charged."


@pytest.fixture
def broken(rich: User, patient: Model) -> Job:
    User.objects.filter(pk=rich.pk).update(language="de")
    job = ask(User.objects.get(pk=rich.pk), "breaks")
    execution.work_off("images")
    return again(job)


def german(message: str) -> str:
    with translation.override("de"):
        return translation.gettext(message)


def test_the_row_keeps_the_key(broken: Job) -> None:
    assert broken.error["message"] == ENGLISH
    assert german(ENGLISH) != ENGLISH


def test_the_stream_speaks_as_the_account_does(broken: Job) -> None:
    last: Any = Event.objects.filter(job=broken).latest("seq").message
    assert last["job"]["error"]["message"] == german(ENGLISH)
    assert broadcast.snapshot(broken.user)["jobs"][0]["error"]["message"] == german(ENGLISH)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_api_speaks_as_it_is_asked(broken: Job, alice_api: APIClient, language: str) -> None:
    answer = alice_api.get(f"/api/v1/jobs/{broken.public_id}", headers={"Accept-Language": language})
    said = answer.json()["data"]["error"]
    assert said["message"] == (german(ENGLISH) if language == "de" else ENGLISH)
    assert said["code"] == "engine_failed"


def test_what_staff_put_aside_is_told_in_its_persons_language(rich: User, patient: Model, dana: User) -> None:
    job = ask(rich)
    with translation.override("de"):
        interventions.quarantine(job, actor=dana, reason="looks wrong")
    assert again(job).error["message"] == "We have put this aside. Nothing was charged."
    with translation.override("en"):
        assert broadcast.described([again(job)])[0]["error"]["message"].startswith("We have")
