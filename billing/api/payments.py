from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import InvalidRequest
from accounts.idempotency import answered, once
from accounts.models import Scope
from accounts.reading import Body, read
from accounts.replies import Reply
from billing import credits
from billing.models import Order
from billing.payments import checkout

LONGEST = 255


class WantedPack(Body):
    pack: str = Field(min_length=1, max_length=50, examples=["credits-500"])


class Nothing(Body):
    pass


class Page(BaseModel):
    url: str


class PaymentPage(Page):
    order: UUID


class OrderShown(BaseModel):
    id: UUID
    kind: str
    title: str
    credits: int
    amount: int
    currency: str
    state: str
    available: int = Field(description="Credits to spend at this moment")


def site(request: Request) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def key_of(request: Request) -> str | None:
    """Between our order and its answer lies the network, too long for `once`: until then the order is the memory."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= LONGEST and key.isprintable()):
        raise InvalidRequest(_("The Idempotency-Key must be 1 to 255 printable characters."))
    return key


class Checkout(APIView):
    access = Rule.USER
    scopes = {"POST": Scope.BILLING}

    @extend_schema(operation_id="buy_pack", summary="Buy credits", request=WantedPack, responses={201: PaymentPage})
    def post(self, request: Request) -> Response:
        wanted = read(request, WantedPack)
        if (before := answered(request)) is not None:
            return before
        order = checkout.buy_pack(person(request), wanted.pack, site=site(request), key=key_of(request))
        return once(request, lambda: page_of(order))


class Portal(APIView):
    access = Rule.USER
    scopes = {"POST": Scope.BILLING}

    @extend_schema(operation_id="open_portal", summary="Cards, invoices, plan", request=Nothing, responses={201: Page})
    def post(self, request: Request) -> Response:
        read(request, Nothing)
        return Reply({"url": checkout.portal(person(request), site=site(request))}, status=201)


class OneOrder(APIView):
    access = Rule.USER
    scopes = {"GET": Scope.BILLING}

    @extend_schema(operation_id="get_order", summary="One of my orders", responses=OrderShown)
    def get(self, request: Request, order_id: UUID) -> Response:
        order = Order.objects.select_related("user").filter(user=person(request), public_id=order_id).first()
        if order is None:
            raise Http404
        return Response(described(order))


def described(order: Order) -> dict[str, Any]:
    fields = ("kind", "title", "credits", "amount", "currency", "state")
    have = credits.balance(order.user).available
    shown = OrderShown(id=order.public_id, available=have, **{field: getattr(order, field) for field in fields})
    return shown.model_dump(mode="json")


def page_of(order: Order) -> Response:
    return Reply({"url": order.url, "order": str(order.public_id)}, _("Pay on this page."), status=201)
