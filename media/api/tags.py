from django.db.models import Exists, OuterRef
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from media.api import bodies
from media.models import Tag, Tagging

_MOST = 1000


class Tags(APIView):
    access = Rule.USER

    @extend_schema(operation_id="list_tags", summary="The tags on my files", responses=bodies.TagList)
    def get(self, request: Request) -> Response:
        hung = Tag.objects.filter(Exists(Tagging.objects.filter(tag=OuterRef("pk"))), user=person(request))
        return Response({"items": list(hung.order_by("name").values_list("name", flat=True)[:_MOST])})
