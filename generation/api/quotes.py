from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.reading import read
from generation import submission
from generation.api import bodies


class Quotes(APIView):
    access = Rule.USER
    rate = "read"
    scopes = {"POST": "read"}

    @extend_schema(
        operation_id="quote", summary="What it would cost and how long it would take", request=bodies.NewQuote,
        responses=bodies.Quote,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        wanted = read(request, bodies.NewQuote)
        wish = submission.settle(person(request), wanted.tool, wanted.params)
        return Response(submission.quote(person(request), wish))
