"""What an open stream of events takes from everybody else: no connection, and one seat of its person's."""

import gc
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from generation import lifecycle
from generation.models import Call, Job
from tests.conftest import with_key
from tests.generation.asking import ask
from tests.generation.conftest import grant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("patient")]
DRAW = {"prompt": "a boat", "stream": True}


@pytest.fixture
def rich(alice: User) -> User:
    grant(alice, 1000)
    return alice


def events(api: Client, job: Job) -> Any:
    return api.get(f"/api/v1/jobs/{job.public_id}/events")


def test_an_open_stream_holds_no_connection(rich: User, alice_api: APIClient, client: Client) -> None:
    job = ask(rich)
    client.force_login(rich)
    drawing = alice_api.post("/v1/images/generations", DRAW, format="json")
    for opened in (drawing, events(alice_api, job), events(client, job)):
        assert (opened.status_code, opened["Content-Type"]) == (200, "text/event-stream")
        assert connection.connection is None
        connection.ensure_connection()
        opened.close()


def test_one_person_has_so_many_streams_and_no_more(rich: User, bob: User, settings: Settings) -> None:
    settings.STREAMS_EACH = 2
    job, api = ask(rich), with_key(rich)
    first, second = events(api, job), api.post("/v1/images/generations", DRAW, format="json")
    assert (first.status_code, second.status_code) == (200, 200)
    refused = events(api, job)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert int(refused["Retry-After"]) > 0
    grant(bob, 100)
    assert events(with_key(bob), ask(bob)).status_code == 200
    first.close()
    assert events(api, job).status_code == 200


def test_a_picture_for_which_no_stream_is_left_is_neither_made_nor_paid(rich: User, settings: Settings) -> None:
    settings.STREAMS_EACH = 0
    answer = with_key(rich).post("/v1/images/generations", DRAW, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
    assert not Job.objects.exists()
    # Its next try is a call of its own, and joins nobody's.
    assert Call.objects.get().job is None


@pytest.mark.parametrize("end", ["told to its end", "closed", "forgotten", "refused later"])
def test_a_stream_leaves_its_seat_however_it_ends(rich: User, bob: User, settings: Settings, end: str) -> None:
    settings.STREAMS_EACH = 1
    job, api = ask(rich), with_key(rich)
    if end == "refused later":
        job, api = ask(rich), with_key(bob)
        assert api.post("/v1/images/generations", DRAW, format="json").status_code == 402
        grant(bob, 100)
        job = ask(bob)
    else:
        opened = events(api, job)
        lifecycle.cancel(job)
        if end == "told to its end":
            assert b'"canceled"' in async_to_sync(told)(opened)
        elif end == "closed":
            opened.close()
        else:
            del opened
            gc.collect()
    assert events(api, job).status_code == 200


async def told(response: Any) -> bytes:
    """As a server does it that keeps what it sent and never closes it."""
    response._resource_closers, response.kept = [], response._resource_closers
    return b"".join([piece async for piece in response.streaming_content])
