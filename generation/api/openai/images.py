from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import RateLimited, Unavailable
from accounts.forms_read import StrictForm, read_form
from accounts.reading import read
from generation import submission
from generation.api.openai import answers, bodies, calls, sources, waiting


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
    job = calls.job_for(request, submission.settle(person(request), tool, said))
    if not wanted.stream:
        return Response(answers.whole(request, wanted, waiting.ended(job)))
    response = StreamingHttpResponse(answers.pieces(wanted, job, kind), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
