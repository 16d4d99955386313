from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.idempotency import once
from accounts.pagination import listing
from accounts.queries import parameters
from accounts.reading import read, read_query
from accounts.replies import Reply
from generation import presets, tools
from generation.api import bodies
from generation.models import Preset


class Presets(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="list_presets", summary="My presets",
        parameters=parameters(bodies.PresetQuery),
        responses=bodies.PresetList,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        query = read_query(request, bodies.PresetQuery)
        return Response(listing(presets.of(person(request), query.tool), query, partial(_shown, request)))

    @extend_schema(
        operation_id="keep_preset", summary="Keep settings by name", request=bodies.NewPreset,
        responses={201: bodies.ShownPreset},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        wanted = read(request, bodies.NewPreset)
        return once(request, lambda: Reply(_shown(request, _keep(request, wanted)), status=201))


class OnePreset(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="change_preset", summary="Share a preset, or no longer", request=bodies.PresetChange,
        responses=bodies.ShownPreset,
    )  # fmt: skip
    def patch(self, request: Request, preset_id: UUID) -> Response:
        preset = _own(request, preset_id)
        preset.shared = read(request, bodies.PresetChange).shared
        preset.save(update_fields=["shared"])
        return Response(_shown(request, preset))

    @extend_schema(operation_id="delete_preset", summary="Delete a preset", responses=bodies.ShownPreset)
    def delete(self, request: Request, preset_id: UUID) -> Response:
        preset = _own(request, preset_id)
        shown = _shown(request, preset)
        preset.delete()
        return Reply(shown, _("The preset is gone."))


def _keep(request: Request, wanted: bodies.NewPreset) -> Preset:
    params = wanted.params.model_dump(exclude_none=True)
    return presets.keep(person(request), tools.named(wanted.tool).name, wanted.name.strip(), params)


def _own(request: Request, preset_id: UUID) -> Preset:
    preset = Preset.objects.filter(user=person(request), public_id=preset_id).first()
    if preset is None:
        raise Http404
    return preset


def _shown(request: Request, preset: Preset) -> dict[str, Any]:
    page = reverse("studio-tool", args=[preset.tool])
    return presets.described(preset) | {"url": request.build_absolute_uri(f"{page}?preset={preset.public_id}")}
