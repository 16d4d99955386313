"""The site with two more addresses: the least that a call behind the door can do, and the plainest file."""

from uuid import UUID

from django.db import connection
from django.http import FileResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule
from klikyai.urls import urlpatterns as site
from media import storage
from media.api.own import own_asset


class Bare(APIView):
    access = Rule.USER

    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return Response({"one": cursor.fetchone()})


class File(APIView):
    """How the framework sends a file."""

    access = Rule.USER
    rate = "content"

    def get(self, request: Request, asset_id: UUID) -> FileResponse:
        return FileResponse(storage.open_at(own_asset(request, asset_id).path))


urlpatterns = [path("bare", Bare.as_view()), path("file/<uuid:asset_id>", File.as_view()), *site]
