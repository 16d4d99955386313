from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import Declared, Rule, person
from accounts.errors import InvalidRequest
from accounts.models import ApiKey, Scope
from accounts.reading import read, read_query
from accounts.streaming import streamed
from media import storage
from media.api import bodies
from media.api.own import own_asset
from media.archive import zipped
from media.conversion import FORMATS, convert
from media.delivery import deliver, guard
from media.inspection.formats import BY_MIME
from media.likenesses import content_of
from media.models import Asset
from media.names import file_name, named_by_prompt

_BYTES = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
}
_QUERY = [
    OpenApiParameter("variant", enum=["thumbnail", "small", "poster", "preview", "waveform"]),
    OpenApiParameter("format", enum=list(FORMATS)),
    OpenApiParameter("recipe", enum=["keep", "strip"]),
    OpenApiParameter("download", bool),
]


class _Fetching(Declared):
    def scope(self, request: Request, view: Any) -> str:
        """Whoever may have a thing made may fetch it: links in answers of /v1/images open to the key that asked."""
        asked = Asset.objects.of(person(request)).filter(public_id=view.kwargs["asset_id"], origin__startswith="job:")
        if isinstance(request.auth, ApiKey) and Scope.READ not in request.auth.scopes and asked.exists():
            return Scope.GENERATE
        return super().scope(request, view)


class AssetContent(APIView):
    access = Rule.USER
    permission_classes = (_Fetching,)

    @property
    def rate(self) -> str:
        return "convert" if "format" in self.request.query_params else "content"

    @extend_schema(operation_id="get_asset_content", summary="The file itself", parameters=_QUERY, responses=_BYTES)
    def get(self, request: Request, asset_id: UUID) -> HttpResponseBase:
        wanted = read_query(request, bodies.ContentQuery)
        asset = own_asset(request, asset_id)
        if wanted.format is not None:
            return _converted(asset, wanted)
        content = content_of(asset, wanted.variant)
        if content is None:
            raise Http404
        if wanted.download and wanted.variant is None:
            content = replace(content, name=_own_name(asset, BY_MIME[asset.mime].extension))
        return deliver(request._request, content, attachment=wanted.download)

    @extend_schema(exclude=True)
    def head(self, request: Request, asset_id: UUID) -> HttpResponseBase:
        return self.get(request, asset_id)


class Archive(APIView):
    access = Rule.USER
    rate = "content"
    scopes = {"POST": "read"}

    @extend_schema(
        operation_id="download_archive", summary="Several files as one ZIP", request=bodies.NewArchive,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponseBase:
        ids = read(request, bodies.NewArchive).ids
        found = {asset.public_id: asset for asset in Asset.objects.of(person(request)).filter(public_id__in=ids)}
        if set(ids) - found.keys():
            raise Http404
        content = streamed(request._request, zipped([found[key] for key in dict.fromkeys(ids)]))
        response = StreamingHttpResponse(content, content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="klikyai.zip"'
        return guard(response)


def _own_name(asset: Asset, extension: str) -> str:
    return file_name(asset.name or named_by_prompt(asset.prompt), asset.kind, extension)


def _converted(asset: Asset, wanted: bodies.ContentQuery) -> HttpResponseBase:
    if asset.kind != "image" or wanted.format is None:
        raise InvalidRequest(_("Only pictures can be converted."), details={"format": [_("Not for this file.")]})
    recipe = asset.recipe if wanted.recipe == "keep" else None
    format = FORMATS[wanted.format]
    response = HttpResponse(convert(storage.open_at(asset.path), wanted.format, recipe), content_type=format.mime)
    name = _own_name(asset, format.extension)
    response["Content-Disposition"] = content_disposition_header(wanted.download, name) or "inline"
    return guard(response)
