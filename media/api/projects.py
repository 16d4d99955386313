from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.errors import Conflict
from accounts.idempotency import once
from accounts.models import User
from accounts.pagination import Paging, listing
from accounts.queries import parameters
from accounts.reading import read, read_query
from accounts.replies import Reply
from media.api import bodies
from media.api.own import own_project
from media.models import Project

_EACH = 500


class Projects(APIView):
    access = Rule.USER

    @extend_schema(
        operation_id="list_projects", summary="My projects", parameters=parameters(Paging), responses=bodies.ProjectList
    )
    def get(self, request: Request) -> Response:
        rows = Project.objects.filter(user=person(request))
        return Response(listing(rows, read_query(request, Paging), _described, ("name", "pk")))

    @extend_schema(
        operation_id="create_project", summary="New project", request=bodies.NewProject,
        responses={201: bodies.ShownProject},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        wanted = read(request, bodies.NewProject)
        return once(request, lambda: Reply(_described(_make(person(request), wanted.name)), status=201))


class OneProject(APIView):
    access = Rule.USER

    @extend_schema(operation_id="get_project", summary="One of my projects", responses=bodies.ShownProject)
    def get(self, request: Request, project_id: UUID) -> Response:
        return Response(_described(own_project(request, project_id)))

    @extend_schema(
        operation_id="change_project", summary="Rename a project", request=bodies.NewProject,
        responses=bodies.ShownProject,
    )  # fmt: skip
    def patch(self, request: Request, project_id: UUID) -> Response:
        project = own_project(request, project_id)
        project.name = read(request, bodies.NewProject).name
        _save(project)
        return Response(_described(project))

    @extend_schema(
        operation_id="delete_project", summary="Delete a project; its files stay", responses=bodies.ShownProject
    )
    def delete(self, request: Request, project_id: UUID) -> Response:
        project = own_project(request, project_id)
        described = _described(project)
        project.delete()
        return Reply(described, _("The project is gone; its files are still in the library."))


def _make(user: User, name: str) -> Project:
    if Project.objects.filter(user=user).count() >= _EACH:
        raise Conflict(_("That is enough projects: delete one first."))
    project = Project(user=user, name=name)
    _save(project)
    return project


def _save(project: Project) -> None:
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError:
        raise Conflict(_("You already have a project of this name.")) from None


def _described(project: Project) -> dict[str, Any]:
    return {"id": project.public_id, "name": project.name, "created_at": project.created_at}
