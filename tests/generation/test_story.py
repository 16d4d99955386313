"""The whole story as its person lives it: over HTTP and a socket, with a real server and a real worker."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from accounts import api_keys
from accounts.models import Scope, User
from billing.invariants import broken
from generation.models import Model
from tests.generation.checkpoints import make_checkpoint
from tests.generation.live.server import served, storage
from tests.generation.processes import children, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
Message = dict[str, Any]


class Life:
    """One person at a browser."""

    def __init__(self, client: httpx.Client, socket: ClientConnection, model: str) -> None:
        self.client, self.socket, self.model = client, socket, model
        self.previews: list[Message] = []
        self.wallet = self.hear()["wallet"]

    def hear(self) -> Message:
        message: Message = json.loads(self.socket.recv(60))
        return message

    def press(self, **params: Any) -> Message:
        wish = {"tool": "text_to_image", "params": {"prompt": "a red boat", "model": self.model, **params}}
        quoted = self.client.post("/api/v1/quotes", json=wish).json()["data"]["credits"]
        answer = self.client.post("/api/v1/jobs", json=wish)
        assert answer.status_code == 201, answer.text
        job: Message = answer.json()["data"]
        assert job["cost"]["quoted"] == quoted
        return job

    def follow(self, job: Message) -> Iterator[Message]:
        """What the socket says of it, until it has ended."""
        while True:
            message = self.hear()
            if message["type"] == "preview" and message["job"] == job["id"]:
                self.previews.append(message)
            elif message["type"] == "wallet":
                self.wallet = message["wallet"]
            elif message["type"] == "job" and message["job"]["id"] == job["id"]:
                yield message["job"]
                if message["job"]["finished_at"]:
                    return


@contextmanager
def living(user: User, model: str) -> Iterator[tuple[Life, Any]]:
    headers = {"Authorization": f"Bearer {api_keys.issue(user, 'story', Scope.values)[1]}"}
    with served() as port, worker(WORKER_RESTS="0") as watchdog:
        here = f"http://127.0.0.1:{port}"
        with (
            httpx.Client(base_url=here, headers=headers, timeout=30) as client,
            connect(f"ws://127.0.0.1:{port}/ws/", origin=here, additional_headers=headers) as socket,  # type: ignore[arg-type]
        ):
            yield Life(client, socket, model), watchdog


def makes_a_picture(life: Life, before: int, **params: Any) -> int:
    job = life.press(**params)
    told = list(life.follow(job))
    assert list(dict.fromkeys(found["status"] for found in told)) == ["queued", "running", "succeeded"]
    assert life.previews
    assert all(preview["image"].startswith("data:image/webp;base64,") for preview in life.previews)
    done, cost = told[-1], job["cost"]["quoted"]
    assert (done["cost"]["charged"], done["cost"]["held"]) == (cost, 0)
    picture = done["outputs"][0]
    assert picture["recipe"]["prompt"] == job["params"]["prompt"]
    assert life.client.get(picture["urls"]["content"]).content.startswith(b"\x89PNG")
    assert [asset["id"] for asset in life.client.get("/api/v1/assets").json()["data"]["items"]] == [picture["id"]]
    return before - cost


def cancels_another(life: Life, before: int, **params: Any) -> int:
    job, asked = life.press(**params), False
    for found in life.follow(job):
        if found["step"] and not asked:
            asked = life.client.post(job["urls"]["cancel"]).status_code == 200
    assert asked
    quoted = job["cost"]["quoted"]
    assert found["status"] == "canceled"
    assert found["cost"]["charged"] == quoted * found["step"] // found["steps"] < quoted
    assert found["cost"]["refunded"] == quoted - found["cost"]["charged"]
    return before - int(found["cost"]["charged"])


def survives_a_kill(life: Life, before: int, watchdog: Any, **params: Any) -> int:
    job, killed = life.press(**params), False
    for found in life.follow(job):
        if found["status"] == "running" and not killed:
            killed = True
            os.kill(children(watchdog)[0], signal.SIGKILL)
    assert (found["status"], found["attempts"], found["cost"]["charged"]) == ("succeeded", 2, job["cost"]["quoted"])
    return before - int(job["cost"]["quoted"])


def lived(user: User, model: str, short: dict[str, Any], long: dict[str, Any]) -> None:
    with living(user, model) as (life, watchdog):
        left = makes_a_picture(life, 1000, **short)
        left = cancels_another(life, left, **long)
        left = survives_a_kill(life, left, watchdog, **short)
        wallet = life.client.get("/api/v1/wallet").json()["data"]
    assert (wallet["available"], wallet["held"]) == (left, 0)
    assert broken() == []


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    with storage(tmp_path):
        yield tmp_path


def test_the_story_is_lived(rich: User, patient: Model, place: Path) -> None:
    lived(rich, "patient", {"prompt": "takes 0.6", "steps": 28}, {"prompt": "takes 9", "steps": 28})


@pytest.mark.nightly
def test_the_story_is_lived_with_a_real_model(rich: User, patient: Model, place: Path) -> None:
    make_checkpoint("sd15", place / "models" / "tiny")
    Model.objects.create(
        slug="tiny", title="Tiny", engine="local", family="sd15", source="nowhere/tiny", tools=patient.tools,
        defaults={"width": 64, "height": 64, "steps": 28, "guidance": 4}, limits=patient.limits, credits=4,
        enabled=True, installed=True,
    )  # fmt: skip
    lived(rich, "tiny", {"steps": 28, "seed": 7}, {"steps": 100, "n": 8})
