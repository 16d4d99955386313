from contextlib import ExitStack

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import RateLimited, Unavailable
from accounts.forms_read import StrictForm, read_form
from accounts.reading import read
from generation import seats, submission
from generation.api.openai import answers, bodies, calls, sources, waiting
from generation.api.streams import stream


class Drawing(APIView):
    access = Rule.USER
    rate = "generate"

    def check_throttles(self, request: Request) -> None:
        try:
            super().check_throttles(request)
        except (RateLimited, Unavailable):
            calls.refused(request)
            raise


class Generations(Drawing):
    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponseBase:
        wanted = read(request, bodies.Images)
        said = bodies.params(wanted, "text_to_image")
        return _answer(request, wanted, "text_to_image", said, "image_generation")


class Edits(Drawing):
    parser_classes = (StrictForm,)

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponseBase:
        wanted = read_form(request, bodies.Edit, sources.FILES)
        files = sources.files(request)
        tool = "inpaint" if "mask" in files else "image_to_image"
        return _answer(request, wanted, tool, bodies.params(wanted, tool) | files, "image_edit")


def _answer(request: Request, wanted: bodies.Images, tool: str, said: dict[str, object], kind: str) -> HttpResponseBase:
    settled = submission.settle(person(request), tool, said)
    if not wanted.stream:
        return Response(answers.whole(request, wanted, waiting.ended(calls.job_for(request, settled))))
    # Before anything is held for it.
    seat = _seat(request)
    with ExitStack() as unless_sent:
        unless_sent.callback(seat.leave)
        response = stream(seat, answers.pieces(wanted, calls.job_for(request, settled), kind))
        unless_sent.pop_all()
    return response


def _seat(request: Request) -> seats.Seat:
    try:
        return seats.take(person(request))
    except RateLimited:
        calls.refused(request)
        raise
