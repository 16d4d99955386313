from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.idempotency import once
from accounts.models import ApiKey
from accounts.pagination import listing
from accounts.queries import parameters
from accounts.reading import read, read_query
from accounts.replies import Reply
from generation import lifecycle, submission
from generation.api import bodies
from generation.broadcast import described
from generation.models import Job


class Jobs(APIView):
    access = Rule.USER

    @property
    def rate(self) -> str:
        return "generate" if self.request.method == "POST" else "read"

    @extend_schema(
        operation_id="list_jobs", summary="My jobs", parameters=parameters(bodies.JobQuery), responses=bodies.JobList
    )
    def get(self, request: Request) -> Response:
        query = read_query(request, bodies.JobQuery)
        rows = Job.objects.filter(user=person(request)).select_related("project")
        for field, value in _filters(query).items():
            if value is not None:
                rows = rows.filter(**{field: value})
        page = listing(rows, query, lambda job: job)
        return Response(page | {"items": described(page["items"])})

    @extend_schema(
        operation_id="create_job", summary="Make something", request=bodies.NewJob, responses={201: bodies.ShownJob}
    )
    def post(self, request: Request) -> Response:
        wanted = read(request, bodies.NewJob)
        return once(request, lambda: _create(request, wanted))


class OneJob(APIView):
    access = Rule.USER

    @extend_schema(operation_id="get_job", summary="One of my jobs", responses=bodies.ShownJob)
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(described([own_job(request, job_id)])[0])


class Cancellation(APIView):
    access = Rule.USER

    @extend_schema(operation_id="cancel_job", summary="Stop it", request=None, responses=bodies.ShownJob)
    def post(self, request: Request, job_id: UUID) -> Response:
        job = lifecycle.cancel(own_job(request, job_id))
        return Reply(described([job])[0], _("It stops; what was not used comes back."))


class Retry(APIView):
    access = Rule.USER
    rate = "generate"

    @extend_schema(operation_id="retry_job", summary="The same again", request=None, responses={201: bodies.ShownJob})
    def post(self, request: Request, job_id: UUID) -> Response:
        job = own_job(request, job_id)
        return once(request, lambda: Reply(described([submission.retry(job, _key(request))])[0], status=201))


def own_job(request: Request, job_id: UUID) -> Job:
    job = Job.objects.select_related("user", "project").filter(user=person(request), public_id=job_id).first()
    if job is None:
        raise Http404
    return job


def _create(request: Request, wanted: bodies.NewJob) -> Response:
    user = person(request)
    wish = submission.settle(user, wanted.tool, wanted.params)
    project = submission.own_project(user, wanted.project)
    terms = submission.Terms(lane=wanted.lane, project=project, api_key=_key(request), sheet=wanted.sheet)
    _job, shown = submission.enter(user, wish, terms)
    return Reply(shown, " ".join(wish.warnings), status=201)


def _key(request: Request) -> ApiKey | None:
    return request.auth if isinstance(request.auth, ApiKey) else None


def _filters(query: bodies.JobQuery) -> dict[str, object]:
    return {
        "status": query.status,
        "tool": query.tool,
        "project__public_id": query.project,
        "sheet": query.sheet,
        "created_at__gt": query.created_after,
    }
