"""A larger picture, made by our own code, from the press to the library."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from billing.invariants import broken
from generation import execution, submission, tools, watching
from generation.contract import Request, Result, Weights
from generation.engines.builtin import enlarging
from generation.engines.builtin.engine import Builtin
from generation.models import Job, Model
from media.intake import accept_upload
from media.models import Asset
from media.outputs import content_of
from tests.generation.asking import again
from tests.generation.conftest import grant
from tests.generation.processes import until, worker

pytestmark = pytest.mark.django_db(transaction=True)


def photo(size: tuple[int, int] = (40, 30), mode: str = "RGB", format: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(content, format)
    return content.getvalue()


def owned(user: User, content: bytes) -> str:
    return str(accept_upload(user, io.BytesIO(content), "photo.png").public_id)


def upscale(user: User, **params: Any) -> Job:
    return submission.submit(user, submission.settle(user, "upscale", params))


def made(job: Job) -> Image.Image:
    return Image.open(io.BytesIO(content_of(Asset.objects.get(origin=job.reference, ready=True))))


@pytest.mark.processes
def test_a_picture_becomes_larger_by_a_real_worker(rich: User, alice_api: APIClient) -> None:
    image = owned(rich, photo())
    wish = {"tool": "upscale", "params": {"image": image, "factor": 4, "prompt": "a grey slope"}}
    assert alice_api.post("/api/v1/quotes", wish, format="json").json()["data"]["credits"] == 1
    shown = alice_api.post("/api/v1/jobs", wish, format="json").json()["data"]
    job = Job.objects.get(public_id=shown["id"])
    with worker():
        until(lambda: again(job).ended, "larger")
    job, asset = again(job), Asset.objects.get(origin=job.reference)
    assert (job.status, job.charged, broken()) == ("succeeded", 1, [])
    assert (asset.width, asset.height, asset.prompt, asset.recipe["factor"]) == (160, 120, "a grey slope", 4)
    assert "pillow" in asset.recipe["libraries"]


@pytest.mark.parametrize(("mode", "kept"), [("RGB", "RGB"), ("RGBA", "RGBA"), ("L", "L"), ("P", "RGB")])
def test_colours_and_holes_stay(rich: User, mode: str, kept: str) -> None:
    asked = Request(
        "job", "upscale", Weights("lanczos", "lanczos", Path()), {"factor": 2}, 5, {"image": photo(mode=mode)}
    )
    [result] = Builtin().generate([asked], watching.Watcher([]))
    with Image.open(io.BytesIO(result.files[0].content)) as larger:
        assert (larger.size, larger.mode, result.files[0].seed) == ((80, 60), kept, 5)


@pytest.mark.parametrize(("mode", "kept"), [("RGB", b"of these colours"), ("CMYK", None)])
def test_a_profile_stays_with_the_colours_it_speaks_of(mode: str, kept: bytes | None) -> None:
    content = io.BytesIO()
    Image.linear_gradient("L").resize((40, 30)).convert(mode).save(content, "JPEG", icc_profile=b"of these colours")
    weights = Weights("lanczos", "lanczos", Path())
    [made] = Builtin().generate(
        [Request("job", "upscale", weights, {"factor": 2}, 5, {"image": content.getvalue()})], watching.Watcher([])
    )
    assert isinstance(made, Result)
    with Image.open(io.BytesIO(made.files[0].content)) as larger:
        assert larger.info.get("icc_profile") == kept


def test_too_large_is_refused_before_anything_is_held(rich: User, alice_api: APIClient) -> None:
    wish = {"tool": "upscale", "params": {"image": owned(rich, photo((2056, 2056))), "factor": 2}}
    for door in ("jobs", "quotes"):
        answer = alice_api.post(f"/api/v1/{door}", wish, format="json")
        assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["factor"])
    assert not Job.objects.exists()


def test_the_largest_is_taken(rich: User) -> None:
    assert submission.settle(rich, "upscale", {"image": owned(rich, photo((2048, 2048))), "factor": 2}).price.credits


def test_an_engine_that_finds_it_too_large_charges_nothing(rich: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enlarging, "MOST_PIXELS", 100 * 100)
    job = upscale(rich, image=owned(rich, photo()), factor=4)
    execution.work_off("images")
    job = again(job)
    assert (job.status, job.charged, job.error["code"]) == ("failed", 0, "too_large")
    assert "larger than" in job.error["message"]
    assert broken() == []


@pytest.mark.parametrize(
    ("params", "field"),
    [({"factor": 3}, "factor"), ({"factor": "4"}, "factor"), ({"steps": 9}, "steps"), ({}, "image")],
)
def test_what_does_not_fit_is_named(rich: User, alice_api: APIClient, params: Any, field: str) -> None:
    image = {"image": owned(rich, photo())} if params else {}
    wish = {"tool": "upscale", "params": image | params}
    answer = alice_api.post("/api/v1/jobs", wish, format="json")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, [field])
    assert not Job.objects.exists()


def test_anothers_picture_is_not_there(rich: User, charlie: User, charlie_api: APIClient) -> None:
    grant(charlie, 10)
    wish = {"tool": "upscale", "params": {"image": owned(rich, photo())}}
    assert charlie_api.post("/api/v1/jobs", wish, format="json").status_code == 400


def test_what_failed_can_be_tried_again(rich: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = upscale(rich, image=owned(rich, photo()))
    with monkeypatch.context() as patch:
        patch.setattr(enlarging, "MOST_PIXELS", 1)
        execution.work_off("images")
    second = submission.retry(again(job))
    execution.work_off("images")
    assert (again(second).status, made(second).size) == ("succeeded", (80, 60))


def test_models_that_are_warm_stay_known(rich: User) -> None:
    watching.report("local", {"klikyai-sketch": 5})
    upscale(rich, image=owned(rich, photo()))
    execution.work_off("images")
    assert watching.warm()["klikyai-sketch"] == 5
    watching.report("local", {})


def test_only_what_it_fits_shows_it(rich: User, alice_api: APIClient) -> None:
    assert alice_api.get("/api/v1/tools/upscale").json()["data"]["models"][0]["name"] == "lanczos"
    assert "lanczos" not in [model["id"] for model in alice_api.get("/v1/models").json()["data"]]
    assert alice_api.get("/v1/models/lanczos").status_code == 404
    assert "upscale" not in [tool.name for tool in tools.composed()]
    client = Client()
    client.force_login(rich)
    assert client.get("/studio/upscale/?image=x")["Location"] == "/studio/image_to_image/?image=x&instead=upscale"
    assert "/studio/upscale/" not in client.get("/studio/text_to_image/").content.decode()


def test_there_is_nothing_to_fetch_check_or_remove(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("models", "check", "lanczos")
    assert "as it should be" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("models", "remove", "lanczos")
    assert Model.objects.get(slug="lanczos").enabled
