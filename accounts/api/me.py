from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule, person
from accounts.models import User
from accounts.reading import read
from accounts.replies import Reply


class Profile(BaseModel):
    """What a person may change about themselves."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str | None = Field(None, max_length=120, examples=["Alice"])
    recipe_in_files: StrictBool | None = Field(None, description="Prompt, seed and settings inside each file")
    mail_when_done: StrictBool | None = Field(None, description="A letter when something that took long is done")


class Person(BaseModel):
    id: str
    email: str
    name: str
    recipe_in_files: bool
    mail_when_done: bool
    staff: bool
    joined: str


def described(user: User) -> dict[str, Any]:
    return Person(
        id=str(user.public_id), email=user.email, name=user.name, recipe_in_files=user.recipe_in_files,
        mail_when_done=user.mail_when_done, staff=user.is_staff, joined=user.date_joined.isoformat(),
    ).model_dump()  # fmt: skip


class Me(APIView):
    access = Rule.USER
    scopes = {"PATCH": "admin"}

    @extend_schema(operation_id="me", summary="Who am I", responses=Person)
    def get(self, request: Request) -> Response:
        return Response(described(person(request)))

    @extend_schema(operation_id="change_me", summary="Change my profile", request=Profile, responses=Person)
    def patch(self, request: Request) -> Response:
        user = person(request)
        changed = read(request, Profile).model_dump(exclude_none=True)
        for field, value in changed.items():
            setattr(user, field, value)
        user.save(update_fields=changed)
        return Reply(described(user), _("Your profile was changed."))
