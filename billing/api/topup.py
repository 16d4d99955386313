from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import NotFound
from accounts.models import Scope
from accounts.reading import Body, read
from accounts.replies import Reply
from billing.models import TopUp
from billing.payments import topups


class WantedTopUp(Body):
    pack: str = Field(min_length=1, max_length=50, examples=["credits-500"])
    below: int = Field(ge=1, le=1_000_000, description="When fewer credits than this are left")
    monthly: int = Field(3, ge=1, le=100, description="So often a month at most")


class ShownTopUp(BaseModel):
    pack: str
    below: int
    monthly: int
    active: bool
    trouble: str = Field(description="Why it waits for you; empty when it does not")


class ToppingUp(APIView):
    access = Rule.USER
    scopes = {"GET": Scope.BILLING, "PUT": Scope.BILLING, "DELETE": Scope.BILLING}

    @extend_schema(operation_id="get_top_up", summary="My automatic top-up", responses=ShownTopUp)
    def get(self, request: Request) -> Response:
        row = TopUp.objects.select_related("pack").filter(user=person(request)).first()
        if row is None:
            raise NotFound(_("There is no automatic top-up."))
        return Response(_described(row))

    @extend_schema(operation_id="set_top_up", summary="Top up by itself", request=WantedTopUp, responses=ShownTopUp)
    def put(self, request: Request) -> Response:
        wanted = read(request, WantedTopUp)
        row = topups.allow(person(request), wanted.pack, below=wanted.below, monthly=wanted.monthly)
        return Reply(_described(row), _("Saved."))

    @extend_schema(operation_id="stop_top_up", summary="No longer", responses={204: None})
    def delete(self, request: Request) -> Response:
        topups.forbid(person(request))
        return Response(status=204)


def _described(row: TopUp) -> dict[str, Any]:
    fields = {field: getattr(row, field) for field in ("below", "monthly", "active", "trouble")}
    return ShownTopUp(pack=row.pack.slug, **fields).model_dump()
