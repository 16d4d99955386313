import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys, idempotency
from accounts.models import Answered, ApiKey, Scope, User

KEYS = "/api/v1/keys"
BODY = {"name": "laptop"}

# One web process: it makes keys for a person, guarded or not, from 25 threads at once; or it stops in the middle.
WEB = """
import sys, threading, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import connection, transaction
from rest_framework.test import APIClient
from accounts import api_keys
from accounts.api import keys

secret, how, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
if how == "unguarded":
    keys.once = lambda request, respond: respond()
if how == "stuck":
    issue = api_keys.issue
    def stuck(*args, **kwargs):
        issue(*args, **kwargs)
        print("inside", flush=True)
        sys.stdin.readline()
    api_keys.issue = stuck

def call(number):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    try:
        response = client.post("/api/v1/keys", {"name": "laptop"}, format="json", headers={"Idempotency-Key": "same"})
        return [response.status_code, response.json().get("data")]
    finally:
        connection.close()

with ThreadPoolExecutor(calls) as pool:
    if how != "stuck":
        print("ready", flush=True)
        sys.stdin.readline()
    import json
    print(json.dumps(list(pool.map(call, range(calls)))))
"""


@pytest.fixture
def secret(transactional_db: None) -> str:
    alice = User.objects.create_user("alice@example.org")
    return api_keys.issue(alice, "hers", Scope.values)[1]


def web(secret: str, how: str, calls: int) -> "subprocess.Popen[str]":
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    environment = os.environ | {"DATABASE_URL": f"{url}/{database['NAME']}", "RATE_WRITE": "600/60"}
    command = [sys.executable, "-c", WEB, secret, how, str(calls)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, bufsize=1
    )


def fifty_at_once(secret: str, how: str) -> list[Any]:
    processes = [web(secret, how, 25) for _number in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
    return [answer for process in processes for answer in json.loads(process.communicate(timeout=60)[0])]


@pytest.fixture
def stuck(secret: str) -> Iterator["subprocess.Popen[str]"]:
    process = web(secret, "stuck", 1)
    assert process.stdout is not None
    assert process.stdout.readline() == "inside\n"
    yield process
    process.kill()
    process.wait()


def again(secret: str, key: str = "same", body: dict[str, Any] = BODY, path: str = KEYS) -> HttpResponse:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client.post(path, body, format="json", headers={"Idempotency-Key": key})


@pytest.mark.processes
def test_fifty_at_once_do_it_once_and_hear_the_same(secret: str) -> None:
    answers = fifty_at_once(secret, "guarded")
    assert [status for status, _data in answers] == [201] * 50
    assert len({json.dumps(data) for _status, data in answers}) == 1
    assert ApiKey.objects.filter(name="laptop").count() == 1


@pytest.mark.processes
def test_without_the_guard_it_would_be_done_often(secret: str) -> None:
    fifty_at_once(secret, "unguarded")
    assert ApiKey.objects.filter(name="laptop").count() > 1


@pytest.mark.processes
def test_while_the_first_still_runs_the_second_is_told_so(secret: str, stuck: "subprocess.Popen[str]") -> None:
    response = again(secret)
    assert response.status_code == 409
    assert response["Retry-After"] == "2"
    # Keys of one person are made one at a time: other things are not.
    assert again(secret, "other", {"name": "sea"}, "/api/v1/projects").status_code == 201


@pytest.mark.processes
def test_a_killed_process_leaves_nothing_and_the_next_call_does_it(secret: str, stuck: "subprocess.Popen[str]") -> None:
    stuck.kill()
    stuck.wait()
    response = again(secret)
    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response
    assert ApiKey.objects.filter(name="laptop").count() == 1


def post(client: APIClient, key: str | None, body: dict[str, Any] = BODY) -> HttpResponse:
    return client.post(KEYS, body, format="json", headers={"Idempotency-Key": key} if key else {})


def test_the_same_answer_comes_again(alice_api: APIClient) -> None:
    first, second = post(alice_api, "k"), post(alice_api, "k")
    assert (first.status_code, first.json()["data"]) == (second.status_code, second.json()["data"])
    assert first.json()["message"] == second.json()["message"]
    assert second["Idempotency-Replayed"] == "true"


def test_another_body_with_the_same_key_is_refused(alice_api: APIClient) -> None:
    post(alice_api, "k")
    response = post(alice_api, "k", {"name": "phone"})
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "idempotency_mismatch"


def test_the_order_of_fields_is_no_other_body(alice_api: APIClient) -> None:
    post(alice_api, "k", {"name": "a", "spending_cap": 5})
    assert post(alice_api, "k", {"spending_cap": 5, "name": "a"}).status_code == 201


def test_keys_of_two_people_do_not_meet(alice_api: APIClient, bob_api: APIClient) -> None:
    assert post(alice_api, "k").json()["data"]["id"] != post(bob_api, "k").json()["data"]["id"]


def test_without_a_key_each_call_counts(alice_api: APIClient) -> None:
    assert post(alice_api, None).json()["data"]["id"] != post(alice_api, None).json()["data"]["id"]


def test_a_refusal_is_not_remembered(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.api_keys.EACH", 0)
    assert post(alice_api, "k").status_code == 409
    monkeypatch.undo()
    assert post(alice_api, "k").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_a_key_that_is_none_is_refused(key: str, alice_api: APIClient) -> None:
    assert alice_api.post(KEYS, BODY, format="json", headers={"Idempotency-Key": key}).status_code == 400


def test_after_a_day_the_key_is_free_again(alice_api: APIClient) -> None:
    first = post(alice_api, "k").json()["data"]["id"]
    Answered.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert post(alice_api, "k").json()["data"]["id"] != first


def test_old_answers_are_forgotten(alice_api: APIClient) -> None:
    post(alice_api, "old")
    Answered.objects.update(created_at=timezone.now() - timedelta(hours=25))
    post(alice_api, "new")
    assert idempotency.forget_old() == 1
    assert Answered.objects.count() == 1


def test_a_stored_answer_cannot_be_read_in_a_dump(alice_api: APIClient) -> None:
    secret = post(alice_api, "k").json()["data"]["key"]
    stored = bytes(Answered.objects.get().answer)
    assert secret.encode() not in stored
    assert b"laptop" not in stored
