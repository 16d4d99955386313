"""A call waits as long as its client does, and then says so."""

from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from generation.api.openai import waiting
from generation.errors import StillRunning
from generation.models import Job, Status


class Noise:
    """A person whose other job never falls silent. Each word of it takes a second."""

    now = 0.0

    async def __aenter__(self) -> "Noise":
        return self

    async def __aexit__(self, *_error: object) -> None:
        pass

    async def next(self, patience: float) -> dict[str, Any]:
        self.now += min(1, patience)
        assert self.now <= waiting.LONGEST
        return {"type": "stream.event", "message": {"job": {"id": "another"}}}


async def same(job: Job) -> Job:
    return job


def test_waiting_ends_though_another_job_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = Noise()
    monkeypatch.setattr(waiting, "Ear", lambda _user: noise)
    monkeypatch.setattr(waiting, "aside", lambda _again: same)
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: noise.now))
    job = Job(user_id=1, status=Status.RUNNING)
    async_to_sync(waiting._until_end)(job)
    with pytest.raises(StillRunning):
        waiting.checked(job)
