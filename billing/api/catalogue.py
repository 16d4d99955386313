from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from billing import plans
from billing.api import bodies
from billing.models import Pack, Plan


class Packs(APIView):
    access = Rule.NOBODY

    @extend_schema(operation_id="list_packs", summary="Credits to buy once", responses=bodies.Packs)
    def get(self, request: Request) -> Response:
        return Response({"items": [_pack(pack) for pack in Pack.objects.filter(active=True)]})


class Plans(APIView):
    access = Rule.NOBODY

    @extend_schema(operation_id="list_plans", summary="Credits and room each month", responses=bodies.Plans)
    def get(self, request: Request) -> Response:
        mine = plans.plan_of(person(request)) if request.user.is_authenticated else None
        return Response({"items": [_plan(plan, mine) for plan in Plan.objects.filter(active=True)]})


def _pack(pack: Pack) -> dict[str, object]:
    fields = ("title", "credits", "amount", "currency", "price")
    return {"id": pack.slug} | {field: getattr(pack, field) for field in fields}


def _plan(plan: Plan, mine: Plan | None) -> dict[str, object]:
    fields = ("title", "monthly", "amount", "currency", "price", "running", "queued", "storage")
    return {"id": plan.slug} | {field: getattr(plan, field) for field in fields} | {"current": plan == mine}
