from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from billing import credits
from generation.models import Event, Job, Model, Turn
from tests.generation.conftest import grant

pytestmark = pytest.mark.django_db
BOAT = {"tool": "text_to_image", "params": {"prompt": "a red boat"}}


def test_job_holds_what_was_quoted(rich: User, alice_api: APIClient, patient: Model) -> None:
    quoted = alice_api.post("/api/v1/quotes", BOAT, format="json").json()["data"]
    answer = alice_api.post("/api/v1/jobs", BOAT, format="json")
    job = answer.json()["data"]
    assert answer.status_code == 201
    assert quoted["credits"] == job["cost"]["held"] == job["cost"]["quoted"] == 4
    assert (credits.balance(rich).available, credits.balance(rich).held) == (996, 4)


def test_quote_stores_nothing(rich: User, alice_api: APIClient, patient: Model) -> None:
    alice_api.post("/api/v1/quotes", BOAT, format="json")
    assert not Job.objects.exists()
    assert credits.balance(rich).held == 0


def test_defaults_of_the_model_are_filled_in(rich: User, alice_api: APIClient, patient: Model) -> None:
    job = alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]
    assert {name: job["params"][name] for name in ("width", "height", "steps", "model")} == {
        "width": 64, "height": 64, "steps": 4, "model": "patient",
    }  # fmt: skip
    assert job["seed"] == job["params"]["seed"]


def test_who_begins_from_a_picture_has_defaults_that_keep_more_of_it(
    rich: User, alice_api: APIClient, patient: Model, drawn: str
) -> None:
    Model.objects.filter(pk=patient.pk).update(options=patient.options | {"editing": {"guidance": 1.25}})
    plain, edit = (
        alice_api.post("/api/v1/jobs", {"tool": tool, "params": {"prompt": "a boat"} | more}, format="json")
        for tool, more in (("text_to_image", {}), ("image_to_image", {"image": drawn}))
    )
    assert plain.json()["data"]["params"]["guidance"] == patient.defaults["guidance"] != 1.25
    assert edit.json()["data"]["params"]["guidance"] == 1.25
    shown = alice_api.get("/api/v1/tools/inpaint").json()["data"]["models"][0]["defaults"]
    assert shown == patient.defaults | {"guidance": 1.25}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "prompt"),
        ({"prompt": "  "}, "prompt"),
        ({"prompt": "x", "n": 9}, "n"),
        ({"prompt": "x", "n": "2"}, "n"),
        ({"prompt": "x", "n": True}, "n"),
        ({"prompt": "x", "steps": 101}, "steps"),
        ({"prompt": "x", "width": 65}, "width"),
        ({"prompt": "x", "height": 1024}, "height"),
        ({"prompt": "x", "seed": -1}, "seed"),
        ({"prompt": "x", "seed": 2**32}, "seed"),
        ({"prompt": "x", "style": "baroque"}, "style"),
        ({"prompt": "x", "model": "nobody"}, "model"),
        ({"prompt": "x", "price": 0}, "price"),
    ],
)
def test_wrong_params_are_named_and_hold_nothing(
    rich: User, alice_api: APIClient, patient: Model, params: dict[str, object], field: str
) -> None:
    answer = alice_api.post("/api/v1/jobs", {"tool": "text_to_image", "params": params}, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["error"]["details"]
    assert credits.balance(rich).held == 0
    assert not Turn.objects.filter(waiting__gt=0).exists()


@pytest.mark.parametrize("more", [{"user": 1}, {"status": "succeeded"}, {"webhook": "https://example.org"}])
def test_foreign_fields_are_refused(rich: User, alice_api: APIClient, patient: Model, more: dict[str, object]) -> None:
    answer = alice_api.post("/api/v1/jobs", BOAT | more, format="json")
    assert answer.status_code == 400
    assert next(iter(more)) in answer.json()["error"]["details"]


def test_without_credits_nothing_is_left_behind(bob: User, bob_api: APIClient, patient: Model) -> None:
    answer = bob_api.post("/api/v1/jobs", BOAT, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "insufficient_credits")
    assert not Job.objects.exists()
    assert not Event.objects.filter(user=bob, job__isnull=False).exists()
    assert not Turn.objects.filter(user=bob, waiting__gt=0).exists()


def test_full_queue_refuses_without_a_hold(rich: User, alice_api: APIClient, patient: Model, settings: Any) -> None:
    settings.QUEUE_ROOM = 2
    answers = [alice_api.post("/api/v1/jobs", BOAT, format="json") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["error"]["code"] == "queue_full"
    assert answers[2]["Retry-After"]
    assert credits.balance(rich).held == 8


def test_another_persons_job_is_absent(
    rich: User, alice_api: APIClient, charlie_api: APIClient, patient: Model
) -> None:
    at = alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]["urls"]["self"]
    assert charlie_api.get(at).status_code == 404
    assert charlie_api.post(f"{at}/cancellation").status_code == 404
    assert charlie_api.post(f"{at}/retry").status_code == 404
    assert charlie_api.get("/api/v1/jobs").json()["data"]["items"] == []


def test_another_persons_picture_is_no_source(
    rich: User, charlie: User, charlie_api: APIClient, alice_api: APIClient, patient: Model, drawn: str
) -> None:
    wanted = {"tool": "image_to_image", "params": {"prompt": "a boat", "image": drawn}}
    assert alice_api.post("/api/v1/quotes", wanted, format="json").status_code == 200
    answer = charlie_api.post("/api/v1/quotes", wanted, format="json")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["image"])


def test_list_filters_and_pages(rich: User, alice_api: APIClient, patient: Model) -> None:
    made = [alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]["id"] for _ in range(3)]
    alice_api.post(f"/api/v1/jobs/{made[0]}/cancellation")
    first = alice_api.get("/api/v1/jobs?limit=2").json()["data"]
    rest = alice_api.get(f"/api/v1/jobs?limit=2&cursor={first['pagination']['next']}").json()["data"]
    assert [job["id"] for job in first["items"] + rest["items"]] == made[::-1]
    canceled = alice_api.get("/api/v1/jobs?status=canceled").json()["data"]["items"]
    assert [job["id"] for job in canceled] == made[:1]


def test_place_in_the_queue_counts_turns(
    rich: User, bob: User, alice_api: APIClient, bob_api: APIClient, patient: Model
) -> None:
    grant(bob, 100)
    alices = [alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"] for _ in range(4)]
    bobs = bob_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]
    assert [job["queue_position"] for job in alices] == [0, 1, 2, 3]
    assert bobs["queue_position"] == 1
    assert bob_api.post("/api/v1/quotes", BOAT, format="json").json()["data"]["queue_position"] == 3


def test_asking_takes_few_queries(rich: User, alice_api: APIClient, patient: Model) -> None:
    alice_api.post("/api/v1/jobs", BOAT, format="json")
    with CaptureQueriesContext(connection) as whole:
        alice_api.post("/api/v1/jobs", BOAT, format="json")
    said = [query["sql"] for query in whole if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    # One for the model, five to place the job and tell of it, two for what is told of the wallet.
    assert sum("generation_" in sql for sql in said) <= 1 + 5 + 2
    assert len(said) <= 20, said


def test_the_answer_is_what_the_list_says(rich: User, alice_api: APIClient, patient: Model) -> None:
    for _ in range(2):
        answer = alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]
        assert answer == alice_api.get(answer["urls"]["self"]).json()["data"]


def test_a_mark_gathers_what_one_person_marked(
    rich: User, bob: User, alice_api: APIClient, bob_api: APIClient, patient: Model
) -> None:
    grant(bob, 100)
    mark = "6f0d7a7e-7f4c-4f0e-9a52-0f3a4f1d2b11"
    mine = [
        alice_api.post("/api/v1/jobs", BOAT | sheet, format="json").json()["data"]["id"]
        for sheet in ({"sheet": mark}, {"sheet": mark}, {})
    ]
    bobs = bob_api.post("/api/v1/jobs", BOAT | {"sheet": mark}, format="json").json()["data"]["id"]
    found = {api: api.get(f"/api/v1/jobs?sheet={mark}").json()["data"]["items"] for api in (alice_api, bob_api)}
    assert [[job["id"] for job in jobs] for jobs in found.values()] == [mine[1::-1], [bobs]]
    assert alice_api.get("/api/v1/jobs?sheet=everybody").status_code == 400
