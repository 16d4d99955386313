from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, Field, model_validator
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import NotFound
from accounts.idempotency import answered, once
from accounts.models import Scope
from accounts.reading import Body, read
from accounts.replies import Reply
from billing.api.payments import PaymentPage, key_of, page_of, site
from billing.models import Subscription
from billing.payments import checkout, plan_changes


class WantedPlan(Body):
    plan: str = Field(min_length=1, max_length=50, examples=["pro"])


class WantedChange(Body):
    """One of both."""

    plan: str | None = Field(None, min_length=1, max_length=50, examples=["studio"])
    ending: bool | None = Field(None, description="Ends with the month that is paid")
    id: str = Field(
        "", max_length=255, description="Which one, where there are others; otherwise the one that is shown"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "WantedChange":
        if (self.plan is None) == (self.ending is None):
            raise ValueError("either plan or ending")
        return self


class OneSubscription(BaseModel):
    id: str
    plan: str
    state: str
    until: datetime = Field(description="Paid until")
    ending: bool
    next_plan: str | None = Field(description="What it becomes then, if that is something else")


class ShownSubscription(OneSubscription):
    others: list[OneSubscription] = Field(description="What runs beside it: none, unless two were paid at once")


class Subscribing(APIView):
    access = Rule.USER
    scopes = {"GET": Scope.BILLING, "POST": Scope.BILLING, "PATCH": Scope.BILLING}

    @extend_schema(operation_id="get_subscription", summary="My plan", responses=ShownSubscription)
    def get(self, request: Request) -> Response:
        row = plan_changes.running(person(request))
        if row is None:
            raise NotFound(_("You have no plan."))
        return Response(_described(row))

    @extend_schema(operation_id="subscribe", summary="Take a plan", request=WantedPlan, responses={201: PaymentPage})
    def post(self, request: Request) -> Response:
        wanted = read(request, WantedPlan)
        if (before := answered(request)) is not None:
            return before
        order = checkout.subscribe(person(request), wanted.plan, site=site(request), key=key_of(request))
        return once(request, lambda: page_of(order))

    @extend_schema(
        operation_id="change_subscription",
        summary="Another plan, or an end",
        request=WantedChange,
        responses=ShownSubscription,
    )
    def patch(self, request: Request) -> Response:
        wanted = read(request, WantedChange)
        if wanted.plan is not None:
            row = plan_changes.change(person(request), wanted.plan, wanted.id)
        else:
            row = plan_changes.end(person(request), ending=bool(wanted.ending), which=wanted.id)
        return Reply(_described(row), _("Saved."))


def _described(row: Subscription) -> dict[str, Any]:
    others = [_one(other) for other in plan_changes.all_running(row.user) if other != row]
    return ShownSubscription(**_one(row), others=[OneSubscription(**other) for other in others]).model_dump(mode="json")


def _one(row: Subscription) -> dict[str, Any]:
    coming = plan_changes.coming(row)
    return {
        "id": row.stripe_id, "plan": row.plan.slug, "state": row.state, "until": row.until, "ending": row.ending,
        "next_plan": coming.slug if coming else None,
    }  # fmt: skip
