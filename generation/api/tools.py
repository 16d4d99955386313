from collections.abc import Sequence
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule
from billing import prices
from generation import catalogue, tools
from generation.api import bodies
from generation.models import Model
from generation.tools.base import Tool
from generation.tools.styles import styles_of


class Tools(APIView):
    access = Rule.USER

    @extend_schema(operation_id="list_tools", summary="What can be made here", responses=bodies.ToolList)
    def get(self, request: Request) -> Response:
        models = list(Model.objects.filter(enabled=True))
        return Response({"items": [described(tool, models) for tool in tools.every().values()]})


class OneTool(APIView):
    access = Rule.USER

    @extend_schema(operation_id="get_tool", summary="One tool: its params, models, price", responses=bodies.ShownTool)
    def get(self, request: Request, tool: str) -> Response:
        if tool not in tools.every():
            raise Http404
        return Response(described(tools.named(tool), list(Model.objects.filter(enabled=True))))


def described(tool: Tool, models: Sequence[Model]) -> dict[str, Any]:
    serving = [model for model in models if tool.name in model.tools]
    shown = [_model(tool, model, default=place == 0) for place, model in enumerate(serving)]
    return {
        "name": tool.name,
        "title": str(tool.title),
        "note": str(tool.note),
        "makes": tool.makes,
        "params": tool.params.model_json_schema(),
        "models": shown,
        "price": {"unit": "picture", "credits": shown[0]["credits"] if shown else None},
        "limits": {"n": 8},
        "urls": {"self": f"/api/v1/tools/{tool.name}"},
    }


def _model(tool: Tool, model: Model, *, default: bool) -> dict[str, Any]:
    return {
        "name": model.slug,
        "title": model.title,
        "note": model.note,
        "default": default,
        "defaults": model.defaults,
        "limits": model.limits,
        "styles": list(styles_of(model)),
        "examples": catalogue.examples(model),
        "credits": prices.price(tool.name, model.slug, model.credits),
    }
