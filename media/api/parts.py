"""Large files straight to the storage, where it speaks S3."""

from dataclasses import asdict
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.replies import Reply
from media import arrivals, direct
from media.api import bodies
from media.api.own import own_upload
from media.library import one


class Parts(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="list_parts", summary="Links to send the missing parts straight to the storage", request=None,
        responses=bodies.PartList,
    )  # fmt: skip
    def post(self, request: Request, upload_id: UUID) -> Response:
        return Response({"items": [asdict(part) for part in direct.parts(own_upload(request, upload_id))]})


class Arrival(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="finish_upload", summary="All parts are there: check them and take the file in", request=None,
        responses=bodies.ShownAsset,
    )  # fmt: skip
    def post(self, request: Request, upload_id: UUID) -> Response:
        asset = arrivals.fetch(own_upload(request, upload_id))
        return Reply(one(person(request), asset.public_id), _("Your file is in the library."))
