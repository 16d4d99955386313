"""What is answered where no view got to speak: JSON on the paths of programs, a page elsewhere."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.views import APIView

from accounts.access import Rule
from accounts.errors import NotFound, Refused
from klikyai import api

PROGRAMS = ("/api/", api.DIALECT, "/_allauth/")


def for_programs(request: HttpRequest) -> bool:
    return request.path_info.startswith(PROGRAMS)


def refuse(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The refusal as this path speaks."""
    body = api.body_at(request.path_info, refused)
    if not request.path_info.startswith(api.DIALECT):
        body = {"success": False} | body | {"meta": api.meta(request)}
    return HttpResponse(
        orjson.dumps(body),
        content_type="application/json",
        status=api.STATUS[refused.code],
        headers=api.headers(refused),
    )


class NothingHere(APIView):
    """The last route of the API, so that an unknown path speaks like a known one."""

    access = Rule.NOBODY
    authentication_classes = ()

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        raise NotFound(_("There is nothing here."))
