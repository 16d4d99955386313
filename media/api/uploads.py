"""tus 1.0 (core, creation, termination): any tus client resumes where it was cut."""

from typing import Any, NoReturn
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import InvalidRequest, UnsupportedMedia
from accounts.idempotency import once
from media import arrivals, direct
from media.api import bodies
from media.api.own import own_upload
from media.inspection.formats import MAX_BYTES
from media.library import one
from media.models import Upload

_VERSION = {"Tus-Resumable": "1.0.0"}
_LARGEST = 18


class Pieces(BaseParser):
    """The body is read by the view, piece by piece."""

    media_type = "application/offset+octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> NoReturn:
        raise UnsupportedMedia(_("Send the piece as application/offset+octet-stream."))


class Uploads(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="begin_upload",
        summary="Begin a resumable upload (tus 1.0)",
        request=None,
        responses={201: bodies.BegunUpload},
    )
    def post(self, request: Request) -> Response:
        length, about = _number(request, "Upload-Length"), request.headers.get("Upload-Metadata", "")
        name = arrivals.name_in(about)
        reply = once(request, lambda: _begun(request, length, name), str(length), about)
        for header, value in (_VERSION | {"Location": reply.data["url"]}).items():
            reply[header] = value
        return reply

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        can = {"Tus-Version": "1.0.0", "Tus-Extension": "creation,termination"}
        return Response({}, headers=_VERSION | can | {"Tus-Max-Size": str(max(MAX_BYTES.values()))})


class OneUpload(APIView):
    access = Rule.USER
    parser_classes = [Pieces]
    rate = "content"

    @extend_schema(operation_id="get_upload", summary="How much has arrived", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, upload_id: UUID) -> Response:
        upload = own_upload(request, upload_id)
        asset = one(person(request), upload.asset.public_id) if upload.asset else None
        data = {"id": upload.public_id, "offset": upload.offset, "length": upload.length, "asset": asset}
        return Response(data, headers=_progress(upload, upload.offset))

    @extend_schema(exclude=True)
    def head(self, request: Request, upload_id: UUID) -> Response:
        # For a client of tus all is done once every byte is there: it never comes back to hear of an asset.
        arrivals.finish_left(own_upload(request, upload_id))
        return self.get(request, upload_id)

    @extend_schema(
        operation_id="continue_upload", summary="The next piece", responses={204: None},
        request={"application/offset+octet-stream": OpenApiTypes.BINARY},
    )  # fmt: skip
    def patch(self, request: Request, upload_id: UUID) -> HttpResponse:
        upload = own_upload(request, upload_id)
        if request.content_type != Pieces.media_type:
            raise UnsupportedMedia(_("Send the piece as application/offset+octet-stream."))
        offset = arrivals.append(upload, _number(request, "Upload-Offset"), request._request)
        headers = _progress(upload, offset)
        if offset == upload.length:
            headers["Upload-Asset"] = str(arrivals.finish(upload).public_id)
        return HttpResponse(status=204, headers=headers)

    @extend_schema(operation_id="cancel_upload", summary="Give an upload up", responses={204: None})
    def delete(self, request: Request, upload_id: UUID) -> HttpResponse:
        arrivals.cancel(own_upload(request, upload_id))
        return HttpResponse(status=204, headers=_VERSION)


def _begun(request: Request, length: int, name: str) -> Response:
    upload = arrivals.begin(person(request), length, name)
    place = request.build_absolute_uri(reverse("api-upload", args=[upload.public_id]))
    parts = f"{place}/parts" if direct.possible() else None
    return Response({"id": upload.public_id, "url": place, "parts": parts}, 201)


def _progress(upload: Upload, offset: int) -> dict[str, str]:
    return _VERSION | {"Upload-Offset": str(offset), "Upload-Length": str(upload.length), "Cache-Control": "no-store"}


def _number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= _LARGEST):
        raise InvalidRequest(_("The header %(name)s must be a whole number.") % {"name": name})
    return int(value)
