"""A person's things, fetched through the person: another's is as absent as one that never was."""

from uuid import UUID

from django.http import Http404
from rest_framework.request import Request

from accounts.access import person
from media.models import Asset, Project, Upload


def own_asset(request: Request, asset_id: UUID) -> Asset:
    asset = Asset.objects.of(person(request)).filter(public_id=asset_id).defer("search", "prompt").first()
    if asset is None:
        raise Http404
    return asset


def own_project(request: Request, project_id: UUID) -> Project:
    project = Project.objects.filter(user=person(request), public_id=project_id).first()
    if project is None:
        raise Http404
    return project


def own_upload(request: Request, upload_id: UUID) -> Upload:
    upload = Upload.objects.select_related("user", "asset").filter(user=person(request), public_id=upload_id).first()
    if upload is None:
        raise Http404
    return upload
