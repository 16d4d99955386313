from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule
from generation.models import Model

DRAWING = ["text_to_image", "image_to_image", "inpaint"]


class Models(APIView):
    access = Rule.USER

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response({"object": "list", "data": [_shown(model) for model in _drawing()]})


class OneModel(APIView):
    access = Rule.USER

    @extend_schema(exclude=True)
    def get(self, request: Request, model: str) -> Response:
        found = _drawing().filter(slug=model).first()
        if found is None:
            raise Http404
        return Response(_shown(found))


def _drawing() -> QuerySet[Model]:
    """Those that this dialect can ask for."""
    return Model.objects.filter(enabled=True, tools__overlap=DRAWING)


def _shown(model: Model) -> dict[str, Any]:
    return {"id": model.slug, "object": "model", "created": 0, "owned_by": model.engine}
