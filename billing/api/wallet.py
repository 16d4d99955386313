from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.pagination import Paging
from accounts.reading import read_query
from billing import credits
from billing.api import bodies
from billing.models import Pack, Plan
from billing.plans import plan_of
from billing.statement import entries


class MyWallet(APIView):
    access = Rule.USER

    @extend_schema(operation_id="get_wallet", summary="What I have", responses=bodies.ShownWallet)
    def get(self, request: Request) -> Response:
        found = credits.balance(person(request))
        plan = plan_of(person(request)).slug
        return Response({"available": found.available, "held": found.held, "debt": found.debt, "plan": plan})


class Entries(APIView):
    access = Rule.USER

    @extend_schema(operation_id="list_entries", summary="My statement", responses=bodies.EntryList)
    def get(self, request: Request) -> Response:
        return Response(entries(person(request), read_query(request, Paging)))


class Packs(APIView):
    access = Rule.NOBODY

    @extend_schema(operation_id="list_packs", summary="Credits to buy", responses=bodies.PackList)
    def get(self, request: Request) -> Response:
        rows = Pack.objects.filter(active=True).values("slug", "title", "credits", "amount", "currency")
        return Response({"items": [_named(row) for row in rows]})


class Plans(APIView):
    access = Rule.NOBODY

    @extend_schema(operation_id="list_plans", summary="Plans", responses=bodies.PlanList)
    def get(self, request: Request) -> Response:
        fields = ("slug", "title", "monthly", "amount", "currency", "running", "queued", "storage")
        rows = Plan.objects.filter(active=True).values(*fields)
        return Response({"items": [_named(row) for row in rows]})


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row["slug"]} | {name: value for name, value in row.items() if name != "slug"}
