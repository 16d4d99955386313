from dataclasses import asdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.idempotency import once
from accounts.models import Scope
from accounts.pagination import Paging, listing
from accounts.queries import parameters
from accounts.reading import read, read_query
from accounts.replies import Reply
from billing import coupons, credits, overview, statement, usage
from billing.api import bodies


class OneWallet(APIView):
    access = Rule.USER
    scopes = {"PATCH": Scope.ADMIN}

    @extend_schema(operation_id="get_wallet", summary="My credits", responses=bodies.ShownWallet)
    def get(self, request: Request) -> Response:
        return Response(asdict(overview.of(person(request))))

    @extend_schema(
        operation_id="cap_wallet",
        summary="What I allow myself to spend",
        request=bodies.NewCaps,
        responses=bodies.ShownWallet,
    )
    def patch(self, request: Request) -> Response:
        wanted = read(request, bodies.NewCaps)
        credits.allow(person(request), wanted.model_dump(exclude_unset=True))
        return Reply(asdict(overview.of(person(request))), _("Saved."))


class Entries(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="list_entries", summary="My statement", parameters=parameters(Paging), responses=bodies.Entries
    )
    def get(self, request: Request) -> Response:
        rows = statement.transfers(person(request))
        show = read_query(request, Paging)
        return Response(listing(rows, show, lambda row: asdict(statement.entry(row)), statement.ORDER))


class Usage(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="get_usage", summary="What I spent, by day, tool and key",
        parameters=parameters(bodies.UsageQuery),
        responses=bodies.Usage,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        days = read_query(request, bodies.UsageQuery).days
        items = [asdict(row) for row in usage.spent(person(request), days)]
        sums = {name: sum(item[name] for item in items) for name in ("credits", "jobs")}
        return Response({"since": usage.first_of(days), "items": items} | sums)


class Coupons(APIView):
    access = Rule.USER
    scopes = {"POST": Scope.BILLING}

    @extend_schema(
        operation_id="redeem_coupon",
        summary="Redeem a code",
        request=bodies.NewCoupon,
        responses={201: bodies.ShownWallet},
    )
    def post(self, request: Request) -> Response:
        wanted = read(request, bodies.NewCoupon)
        return once(request, lambda: _redeem(request, wanted.code))


def _redeem(request: Request, code: str) -> Response:
    worth = coupons.redeem(person(request), code)
    message = ngettext("%d credit is yours.", "%d credits are yours.", worth) % worth
    return Reply(asdict(overview.of(person(request))), message, status=201)
