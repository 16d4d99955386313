"""OpenAI's own client, unmodified, against a real server and a real worker."""

import base64
import io
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from django.db import connection
from PIL import Image

from accounts import api_keys
from accounts.models import Scope, User
from billing import credits
from generation.models import Job
from tests.generation.conftest import grant
from tests.generation.live.server import served, storage
from tests.generation.processes import until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(scope="module")
def house(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with storage(tmp_path_factory.mktemp("var")), worker(), served() as port:
        yield port


@pytest.fixture
def port(house: int, patient: Any) -> int:
    return house


@pytest.fixture
def rich(alice: User) -> User:
    grant(alice, 1000)
    return alice


def client(port: int, user: User, **more: Any) -> openai.OpenAI:
    secret = api_keys.issue(user, "openai", Scope.values)[1]
    return openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=secret, timeout=30, **more)


def opened(content: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(content)))


def png(colour: Any, mode: str = "RGB") -> tuple[str, bytes, str]:
    out = io.BytesIO()
    Image.new(mode, (64, 64), colour).save(out, "PNG")
    return ("picture.png", out.getvalue(), "image/png")


def test_their_client_makes_edits_and_streams_pictures(rich: User, port: int) -> None:
    ours = client(port, rich)
    made = ours.images.generate(prompt="a red boat", n=2, size="64x64", model="gpt-image-1", extra_body={"seed": 7})
    assert [opened(image.b64_json or "").size for image in made.data or []] == [(64, 64)] * 2
    first = (made.data or [])[0]
    fetched = httpx.get(str(first.url), headers={"Authorization": f"Bearer {ours.api_key}"})
    assert fetched.content == base64.b64decode(first.b64_json or "")
    assert httpx.get(str(first.url)).status_code == 401
    jpeg = ours.images.generate(prompt="a boat", output_format="jpeg", response_format="b64_json")
    assert opened((jpeg.data or [])[0].b64_json or "").format == "JPEG"
    assert (jpeg.data or [])[0].url is None
    streamed(ours)
    edited(ours)
    tools = list(Job.objects.order_by("pk").values_list("tool", flat=True))
    assert tools == ["text_to_image", "text_to_image", "text_to_image", "image_to_image", "inpaint", "inpaint"]
    assert Job.objects.order_by("pk").first().seed == 7  # type: ignore[union-attr]
    assert credits.balance(rich).held == 0


def streamed(ours: openai.OpenAI) -> None:
    events = list(ours.images.generate(prompt="a boat takes 2", stream=True, partial_images=2, output_format="webp"))
    kinds = [event.type for event in events]
    assert kinds == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    assert [opened(event.b64_json).format for event in events] == ["WEBP"] * 3
    assert [event.partial_image_index for event in events[:2]] == [0, 1]  # type: ignore[union-attr]


def edited(ours: openai.OpenAI) -> None:
    plain = ours.images.edit(image=png("red"), prompt="a blue boat", size="64x64")
    assert opened((plain.data or [])[0].b64_json or "").size == (64, 64)
    hole = png((0, 0, 0, 0), "RGBA")
    assert ours.images.edit(image=png("red"), mask=hole, prompt="a blue boat").data
    events = list(ours.images.edit(image=[png("red")], mask=hole, prompt="a boat", stream=True))
    assert [event.type for event in events] == ["image_edit.completed"]
    with pytest.raises(openai.BadRequestError) as refused:
        ours.images.edit(image=png("red"), mask=png("white"), prompt="a boat")
    assert refused.value.param == "mask"


def test_their_client_reads_our_refusals(rich: User, bob: User, port: int) -> None:
    ours, poor = client(port, rich, max_retries=0), client(port, bob, max_retries=0)
    for said, param in (({"n": 99}, "n"), ({"size": "big"}, "size"), ({"model": "nonsense"}, "model"),
                        ({"extra_body": {"more": 1}}, "more"), ({"prompt": ""}, "prompt")):  # fmt: skip
        with pytest.raises(openai.BadRequestError) as refused:
            ours.images.generate(**({"prompt": "a boat"} | said))  # type: ignore[arg-type]
        assert (refused.value.param, refused.value.code) == (param, "invalid_request")
        assert refused.value.request_id
    with pytest.raises(openai.APIStatusError) as refused_credit:
        poor.images.generate(prompt="a boat")
    assert (refused_credit.value.status_code, refused_credit.value.code) == (402, "insufficient_credits")
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="klik_no").images.generate(prompt="a boat")
    with pytest.raises(openai.NotFoundError):
        ours.models.retrieve("nonsense")
    assert "patient" in [model.id for model in ours.models.list()]
    assert ours.models.retrieve("patient").owned_by == "patient"
    at, headers = f"http://127.0.0.1:{port}/v1", {"Authorization": f"Bearer {ours.api_key}"}
    for answer, status in ((httpx.get(f"{at}/images/generations", headers=headers), 405),
                           (httpx.get(f"{at}/nothing", headers=headers), 404),
                           (httpx.post(f"{at}/images/generations", content=b"x" * (3 << 20), headers=headers), 413),
                           (httpx.post(f"{at}/images/generations", content=b"{", headers=headers), 415)):  # fmt: skip
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
        assert answer.headers["x-request-id"]


def test_a_failure_is_told_and_costs_nothing(rich: User, port: int) -> None:
    ours = client(port, rich, max_retries=0)
    with pytest.raises(openai.BadRequestError, match="cannot be made"):
        ours.images.generate(prompt="a boat that fails")
    with pytest.raises(openai.InternalServerError):
        ours.images.generate(prompt="a boat that breaks")
    with pytest.raises(openai.APIError, match="cannot be made"):
        list(ours.images.generate(prompt="a boat that fails", stream=True))
    assert credits.balance(rich).available == 1000


def test_a_client_that_gives_up_and_tries_again_pays_once(rich: User, port: int) -> None:
    ours = client(port, rich, max_retries=2).with_options(timeout=1.5)
    assert ours.with_options(timeout=30).images.generate(prompt="first, so that the worker is there").data
    assert ours.images.generate(prompt="a boat takes 3", size="64x64").data
    assert Job.objects.count() == 2
    assert credits.balance(rich).available == 992


def test_two_equal_calls_that_are_no_retries_are_two(rich: User, port: int) -> None:
    at = f"http://127.0.0.1:{port}/v1/images/generations"
    headers = {"Authorization": f"Bearer {client(port, rich).api_key}"}
    threads = [threading.Thread(target=_call, args=(at, headers | more))
               for more in ({}, {}, {"x-stainless-retry-count": "1"}, {"x-stainless-retry-count": "1"})]  # fmt: skip
    for thread in threads[:2]:
        thread.start()
    until(lambda: Job.objects.count() == 2, "two jobs")
    for thread in threads[2:]:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Job.objects.count() == 2


def test_an_idempotency_key_joins_too(rich: User, port: int) -> None:
    at = f"http://127.0.0.1:{port}/v1/images/generations"
    headers = {"Authorization": f"Bearer {client(port, rich).api_key}", "Idempotency-Key": "one"}
    first, second = (httpx.post(at, json={"prompt": "a boat"}, headers=headers, timeout=30) for _each in range(2))
    assert first.json()["data"] == second.json()["data"]
    assert httpx.post(at, json={"prompt": "another"}, headers=headers, timeout=30).status_code == 422
    assert Job.objects.count() == 1


def _call(at: str, headers: dict[str, str]) -> None:
    httpx.post(at, json={"prompt": "a boat takes 2"}, headers=headers, timeout=60)
    connection.close()
