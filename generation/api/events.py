"""What happens to one job, as server-sent events. Needs an ASGI server: elsewhere it would be gathered, not sent."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import InvalidRequest, Unauthenticated
from generation import broadcast, seats
from generation.api.jobs import own_job
from generation.api.streams import stream
from generation.aside import aside
from generation.broadcast import Message
from generation.ears import Ear
from generation.listeners import Headers, Listener, identify
from generation.models import Job
from generation.register import register

QUIET = 5.0  # seconds without news after which the line is shown to be open
ENDED = {"succeeded", "failed", "canceled"}


class Events(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="job_events", summary="What happens to it (server-sent events)",
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )  # fmt: skip
    def get(self, request: Request, job_id: UUID) -> HttpResponseBase:
        job = own_job(request, job_id)
        headers = [(name.lower().encode(), value.encode("latin1")) for name, value in request.headers.items()]
        listener = identify(headers)
        if listener is None:
            raise Unauthenticated(_("Sign in first."))
        told = _Telling(job, _last(request), headers, listener)
        if told.seen():
            # The one answer after which a browser does not ask again by itself.
            return HttpResponse(status=204)
        return stream(seats.take(person(request)), told.lines())


class _Telling:
    def __init__(self, job: Job, last: int | None, headers: Headers, listener: Listener) -> None:
        self.job, self.last, self.headers = job, last, headers
        self.name = str(job.public_id)
        self.listener = listener
        self.reached = last
        self.over = False

    def seen(self) -> bool:
        return self.last is not None and self.job.ended and not broadcast.of_job(self.job, self.last)

    async def lines(self) -> AsyncIterator[bytes]:
        async with Ear(self.job.user_id) as self.ear:
            register().add(self)
            try:
                for line in await aside(self._first)():
                    yield line
                while not self.over:
                    for line in await self._heard(await self.ear.next(QUIET)):
                        yield line
            finally:
                register().remove(self)

    async def reach(self, latest: int) -> None:
        if latest > (self.reached or 0):
            self.reached = latest
            self.ear.heard.put_nowait({"type": "stream.latest"})

    async def gone(self) -> None:
        self.ear.heard.put_nowait({"type": "stream.gone"})

    async def _heard(self, event: Message | None) -> list[bytes]:
        if event is None:
            return [b": open\n\n"]
        message = event.get("message", {})
        if event["type"] == "stream.preview":
            return [_line("preview", message)] if message["job"] == self.name else []
        if event["type"] == "stream.event" and message.get("job", {}).get("id") != self.name:
            return []
        if event["type"] == "stream.gone":
            self.over = True
            return []
        if event["type"] == "stream.recheck":
            self.over = await aside(identify)(self.headers) is None
            return []
        return await aside(self._missed)()

    def _first(self) -> list[bytes]:
        """Whoever says what they saw last gets the rest; whoever does not, how it stands now."""
        if self.last is not None:
            return self._missed()
        self.last = broadcast.latest(self.job.user)
        shown = broadcast.described([Job.objects.select_related("user", "project").get(pk=self.job.pk)])[0]
        self.over = shown["status"] in ENDED
        return [_line("snapshot", {"type": "snapshot", "seq": self.last, "job": shown}, self.last)]

    def _missed(self) -> list[bytes]:
        found = []
        for message in broadcast.of_job(self.job, self.last or 0):
            self.last = message["seq"]
            self.over = message["job"]["status"] in ENDED
            found.append(_line("job", message, self.last))
        if not found and not self.over:
            self.over = self._ended_before()
        return found

    def _ended_before(self) -> bool:
        """Its last event was seen already, or is forgotten."""
        return Job.objects.get(pk=self.job.pk).ended and not broadcast.of_job(self.job, self.last or 0)


def _last(request: Request) -> int | None:
    said = request.headers.get("Last-Event-ID")
    if said is None or said == "":
        return None
    if not (said.isascii() and said.isdecimal() and len(said) < 19):
        raise InvalidRequest(_("Last-Event-ID is the number of an event."))
    return int(said)


def _line(event: str, message: Any, number: int | None = None) -> bytes:
    named = f"id: {number}\n" if number is not None else ""
    return f"{named}event: {event}\ndata: ".encode() + orjson.dumps(message, default=str) + b"\n\n"
