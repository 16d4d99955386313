from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import api_keys
from accounts.access import Rule, person
from accounts.idempotency import once
from accounts.models import ApiKey, Scope
from accounts.pagination import Paging, listing
from accounts.queries import parameters
from accounts.reading import Ahead, read, read_query
from accounts.replies import Reply

LIFTED = ("expires_at", "spending_cap")


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=80, examples=["laptop"])
    scopes: list[Scope] = Field(default=[Scope.READ, Scope.GENERATE], min_length=1, max_length=4)
    expires_at: Ahead | None = None
    spending_cap: int | None = Field(default=None, ge=0, le=2**31 - 1, strict=True, description="Credits a month")


class ChangedKey(BaseModel):
    """What is not named stays as it is. Null lifts the cap and the end."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str | None = Field(None, min_length=1, max_length=80, examples=["laptop"])
    scopes: list[Scope] | None = Field(None, min_length=1, max_length=4)
    expires_at: Ahead | None = None
    spending_cap: int | None = Field(None, ge=0, le=2**31 - 1, strict=True, description="Credits a month")

    def named(self) -> dict[str, Any]:
        given = self.model_dump(exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None or name in LIFTED}


class Key(BaseModel):
    id: UUID
    name: str
    prefix: str
    made_by: UUID | None = Field(description="The key that made it: it spends with that one and ends with it")
    scopes: list[str]
    spending_cap: int | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class ShownKey(Key):
    key: str = Field(description="Shown this once.")


class KeyList(BaseModel):
    items: list[Key]
    pagination: dict[str, Any]


def described(key: ApiKey) -> dict[str, Any]:
    fields = ("name", "prefix", "scopes", "spending_cap", "created_at", "expires_at", "used_at")
    made_by = key.made_by.public_id if key.made_by else None
    shown = Key(id=key.public_id, made_by=made_by, **{field: getattr(key, field) for field in fields})
    return shown.model_dump(mode="json")


def key_of(request: Request) -> ApiKey | None:
    return request.auth if isinstance(request.auth, ApiKey) else None


class Keys(APIView):
    access = Rule.USER
    scopes = {"GET": "admin", "POST": "admin"}

    @extend_schema(operation_id="list_keys", summary="My keys", parameters=parameters(Paging), responses=KeyList)
    def get(self, request: Request) -> Response:
        keys = ApiKey.objects.filter(user=person(request), revoked_at=None).select_related("made_by")
        return Response(listing(keys, read_query(request, Paging), described))

    @extend_schema(operation_id="create_key", summary="Make a key", request=NewKey, responses={201: ShownKey})
    def post(self, request: Request) -> Response:
        wanted = read(request, NewKey)
        return once(request, lambda: self._make(request, wanted))

    def _make(self, request: Request, wanted: NewKey) -> Response:
        key, secret = api_keys.make(
            person(request), wanted.name, wanted.scopes, made_by=key_of(request), expires_at=wanted.expires_at,
            spending_cap=wanted.spending_cap,
        )  # fmt: skip
        return Reply(described(key) | {"key": secret}, _("Keep this key safe: it is shown only once."), status=201)


class OneKey(APIView):
    access = Rule.USER
    scopes = {"GET": "admin", "PATCH": "admin", "DELETE": "admin"}

    @extend_schema(operation_id="get_key", summary="One of my keys", responses=Key)
    def get(self, request: Request, key_id: UUID) -> Response:
        return Response(described(self._own(request, key_id)))

    @extend_schema(operation_id="change_key", summary="Change a key", request=ChangedKey, responses=Key)
    def patch(self, request: Request, key_id: UUID) -> Response:
        wanted = read(request, ChangedKey)
        key = api_keys.change(self._own(request, key_id), wanted.named(), by=key_of(request))
        return Reply(described(key), _("Saved."))

    @extend_schema(operation_id="revoke_key", summary="Revoke a key", responses=Key)
    def delete(self, request: Request, key_id: UUID) -> Response:
        key = self._own(request, key_id)
        api_keys.revoke(key)
        return Reply(described(key), _("The key no longer opens anything."))

    def _own(self, request: Request, key_id: UUID) -> ApiKey:
        key: ApiKey | None = ApiKey.objects.filter(user=person(request), public_id=key_id, revoked_at=None).first()
        if key is None:
            raise Http404
        return key
