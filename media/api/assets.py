from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import InvalidRequest
from accounts.forms_read import StrictForm, read_form
from accounts.idempotency import answered, once
from accounts.models import User
from accounts.queries import parameters
from accounts.reading import read, read_query
from accounts.replies import Reply
from media import many, trash
from media.api import bodies
from media.api.own import own_asset, own_project
from media.errors import TooBig
from media.intake import accept_upload
from media.library import Wanted, one, wall
from media.models import Asset, Tag
from media.workspace import no_room

_IN_ONE_PIECE = 256 << 20
_FIELDS = {
    "file": {"type": "string", "format": "binary"},
    "temporary": {"type": "boolean", "description": "Kept for a day and not shown in the library: a mask, say"},
}
_UPLOAD = {"type": "object", "properties": _FIELDS, "required": ["file"]}


class Assets(APIView):
    access = Rule.USER

    def get_parsers(self) -> list[BaseParser]:
        posting = self.request is None or self.request.method == "POST"
        return (
            [StrictForm()]
            if posting
            else [parser() for parser in cast(list[type[BaseParser]], api_settings.DEFAULT_PARSER_CLASSES)]
        )

    @extend_schema(
        operation_id="list_assets", summary="My library", parameters=parameters(Wanted), responses=bodies.AssetList
    )
    def get(self, request: Request) -> Response:
        return Response(wall(person(request), read_query(request, Wanted)))

    @extend_schema(
        operation_id="upload_asset", summary="Upload a file", request={"multipart/form-data": _UPLOAD},
        responses={201: bodies.ShownAsset},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        if int(request.headers.get("Content-Length") or 0) > _IN_ONE_PIECE:
            raise TooBig(_("Too large for one piece: send it to /api/v1/uploads in several."))
        try:
            file = request.FILES.get("file")
        except OSError as error:
            raise no_room(error) from error
        if file is None or sum(len(files) for _name, files in request.FILES.lists()) > 1:
            raise InvalidRequest(_("Send one file in the field “file”."), details={"file": [_("This is needed.")]})
        said = read_form(request, bodies.NewFile, {"file"})
        if (before := answered(request)) is not None:
            return before
        folder = "temp" if said.temporary else "inputs"
        asset = accept_upload(person(request), file, file.name or "", folder=folder)
        return once(request, lambda: _kept(request, asset))

    @extend_schema(
        operation_id="change_assets", summary="Star, move or throw away many at once",
        request=bodies.ManyChanges, responses=bodies.Changed,
    )  # fmt: skip
    def patch(self, request: Request) -> Response:
        change = read(request, bodies.ManyChanges)
        columns: dict[str, Any] = {} if change.starred is None else {"starred": change.starred}
        if "project" in change.model_fields_set:
            columns["project"] = own_project(request, change.project) if change.project else None
        return Response({"changed": many.change(person(request), change.ids, columns, trashed=change.trashed)})


class OneAsset(APIView):
    access = Rule.USER

    @extend_schema(operation_id="get_asset", summary="One of my files", responses=bodies.ShownAsset)
    def get(self, request: Request, asset_id: UUID) -> Response:
        found = one(person(request), asset_id)
        if found is None:
            raise Http404
        return Response(found)

    @extend_schema(
        operation_id="change_asset", summary="Name, star, move, tag, take out of the trash",
        request=bodies.AssetChange, responses=bodies.ShownAsset,
    )  # fmt: skip
    def patch(self, request: Request, asset_id: UUID) -> Response:
        asset, change = own_asset(request, asset_id), read(request, bodies.AssetChange)
        with transaction.atomic():
            _apply(request, asset, change)
        return Response(one(person(request), asset_id))

    @extend_schema(operation_id="delete_asset", summary="Into the trash, for 30 days", responses=bodies.ShownAsset)
    def delete(self, request: Request, asset_id: UUID) -> Response:
        trash.throw_away(own_asset(request, asset_id))
        return Reply(one(person(request), asset_id), _("It stays in the trash for 30 days."))


def _kept(request: Request, asset: Asset) -> Response:
    return Reply(one(person(request), asset.public_id), _("Your file is in the library."), status=201)


def _apply(request: Request, asset: Asset, change: bodies.AssetChange) -> None:
    given = change.model_fields_set
    columns: dict[str, Any] = {
        field: getattr(change, field) for field in ("name", "starred") if getattr(change, field) is not None
    }
    if "project" in given:
        columns["project"] = own_project(request, change.project) if change.project else None
    if columns:
        Asset.objects.filter(pk=asset.pk).update(**columns)
    if change.trashed is not None:
        (trash.throw_away if change.trashed else trash.take_back)(asset)
    if change.tags is not None:
        # Two at once would both hang up the same tag.
        list(Asset.objects.select_for_update(no_key=True).filter(pk=asset.pk).values_list("pk"))
        asset.tags.set(_tags(person(request), change.tags), through_defaults={"created_at": asset.created_at})


def _tags(user: User, names: list[str]) -> list[Tag]:
    Tag.objects.bulk_create([Tag(user=user, name=name) for name in sorted(set(names))], ignore_conflicts=True)
    return list(Tag.objects.filter(user=user, name__in=names))
