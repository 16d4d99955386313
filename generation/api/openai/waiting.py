"""Until a job has ended, told by the same channel as browsers are: nobody asks the database again and again."""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connection
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, Refused
from generation.aside import aside
from generation.ears import Ear
from generation.errors import JobCanceled, JobFailed, StillRunning, in_words
from generation.models import Job, Status

LONGEST = 570.0  # the client itself waits 600 seconds
QUIET = 5.0  # seconds without news after which the database is asked, should a message have been lost


def ended(job: Job) -> Job:
    """The job as it ended well; raises where it did not."""
    # Nobody else's turn is held up while this one waits.
    connection.close()
    async_to_sync(_until_end)(job)
    return checked(again(job))


def checked(job: Job) -> Job:
    if job.status == Status.SUCCEEDED:
        return job
    if not job.ended:
        raise StillRunning(_("It is still being made. Ask again with the same call."))
    if job.status == Status.CANCELED:
        raise JobCanceled(_("It was canceled."))
    error: Mapping[str, Any] = in_words(job.error) or {}
    kind: type[Refused] = JobFailed if error.get("retryable") else InvalidRequest
    raise kind(str(error.get("message", "")))


async def previews(job: Job) -> AsyncIterator[Mapping[str, Any] | None]:
    """Previews as they come, None as a sign of life, and the end when it has ended."""
    name, until = str(job.public_id), time.monotonic() + LONGEST
    async with Ear(job.user_id) as ear:
        while time.monotonic() < until and not (await aside(again)(job)).ended:
            async for message in _until_quiet(ear, name, until):
                yield message
            yield None


async def _until_quiet(ear: Ear, name: str, until: float) -> AsyncIterator[Mapping[str, Any]]:
    # Their other jobs are heard as well, and may never fall silent.
    while (left := until - time.monotonic()) > 0 and (event := await ear.next(min(QUIET, left))) is not None:
        message = event.get("message", {})
        if event["type"] == "stream.preview" and message["job"] == name:
            yield message
        if event["type"] == "stream.event" and _ends(message, name):
            return


def _ends(message: Mapping[str, Any], name: str) -> bool:
    job = message.get("job", {})
    return job.get("id") == name and job.get("finished_at") is not None


async def _until_end(job: Job) -> None:
    async for _message in previews(job):
        pass


def again(job: Job) -> Job:
    return Job.objects.select_related("user", "project").get(pk=job.pk)
