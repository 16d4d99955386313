from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule
from accounts.idempotency import once
from accounts.pagination import Paging, listing
from accounts.queries import parameters
from accounts.reading import read, read_query
from accounts.replies import Reply
from media import sharing
from media.api import bodies
from media.api.own import own_asset
from media.models import Asset, ShareLink


class Links(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="list_links", summary="Who can see this file by link", parameters=parameters(Paging),
        responses=bodies.LinkList,
    )  # fmt: skip
    def get(self, request: Request, asset_id: UUID) -> Response:
        rows = own_asset(request, asset_id).links.filter(revoked_at=None)
        return Response(listing(rows, read_query(request, Paging), _described))

    @extend_schema(
        operation_id="create_link", summary="Share by link", request=bodies.NewLink,
        responses={201: bodies.NewLinkShown},
    )  # fmt: skip
    def post(self, request: Request, asset_id: UUID) -> Response:
        asset, wanted = own_asset(request, asset_id), read(request, bodies.NewLink)
        return once(request, lambda: _shared(request, asset, wanted))


class OneLink(APIView):
    access = Rule.USER

    @extend_schema(operation_id="revoke_link", summary="Revoke a link", responses=bodies.ShownLink)
    def delete(self, request: Request, asset_id: UUID, link_id: UUID) -> Response:
        link = own_asset(request, asset_id).links.filter(public_id=link_id, revoked_at=None).first()
        if link is None:
            raise Http404
        sharing.revoke(link)
        return Reply(_described(link), _("The link no longer opens anything."))


def _shared(request: Request, asset: Asset, wanted: bodies.NewLink) -> Response:
    link, token = sharing.share(asset, wanted.expires_at)
    url = request.build_absolute_uri(reverse("shared", args=[token]))
    return Reply(_described(link) | {"url": url}, _("Keep this link: it is shown only once."), status=201)


def _described(link: ShareLink) -> dict[str, Any]:
    return {
        "id": link.public_id, "created_at": link.created_at, "expires_at": link.expires_at, "views": link.views,
    }  # fmt: skip
