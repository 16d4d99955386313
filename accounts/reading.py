"""What a request says, read by a pydantic model: the same one that tells OpenAPI what may be said."""

from typing import TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from rest_framework.request import Request

from accounts.errors import InvalidRequest

Model = TypeVar("Model", bound=BaseModel)


def read(request: Request, model: type[Model]) -> Model:
    return parse(request.data if request.data is not None else {}, model)


def parse(data: object, model: type[Model]) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidRequest(_("Some of what was sent cannot be used."), details=_by_field(error)) from None


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    details: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(str(part) for part in problem["loc"]) or "body"
        details.setdefault(field, []).append(problem["msg"])
    return details
