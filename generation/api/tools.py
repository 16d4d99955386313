from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule
from generation import tools
from generation.api import bodies
from generation.offers import enabled_models, offered


class Tools(APIView):
    access = Rule.USER

    @extend_schema(operation_id="list_tools", summary="What can be made here", responses=bodies.ToolList)
    def get(self, request: Request) -> Response:
        models = enabled_models()
        return Response({"items": [offered(tool, models) for tool in tools.every().values()]})


class OneTool(APIView):
    access = Rule.USER

    @extend_schema(operation_id="get_tool", summary="One tool: its params, models, price", responses=bodies.ShownTool)
    def get(self, request: Request, tool: str) -> Response:
        if tool not in tools.every():
            raise Http404
        return Response(offered(tools.named(tool), enabled_models()))
