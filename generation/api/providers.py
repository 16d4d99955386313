from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule
from generation import callbacks


class Callbacks(APIView):
    """Open to anybody: what came has to prove itself. Uncounted, for a provider may have much to tell at once."""

    access = Rule.NOBODY
    authentication_classes = ()
    throttle_classes = ()

    @extend_schema(exclude=True)
    def post(self, request: Request, provider: str) -> Response:
        callbacks.hear(provider, request.headers, request._request.body)
        return Response({})
