"""From what came in to what a view may trust. A model says what is wanted; everything else is refused by name."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError
from rest_framework.request import Request

from accounts.errors import InvalidRequest

# What databases cannot keep: NUL, and halves of characters.
UNSAFE = re.compile("[\x00\ud800-\udfff]")
FURTHEST = timedelta(days=36_525)


def _utc(moment: datetime) -> datetime:
    """PostgreSQL knows no clock that goes 16 hours wrong, and the first and the last day end in no other."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(_("This is too far away.")) from None


def _ahead(moment: datetime) -> datetime:
    """A century at most: at the end of the year 9999 a time zone turns it into a date that nothing can read again."""
    now = timezone.now()
    if moment <= now:
        raise ValueError(_("This lies in the past."))
    if moment > now + FURTHEST:
        raise ValueError(_("This is too far away."))
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Ahead = Annotated[Moment, AfterValidator(_ahead)]


class Body(BaseModel):
    """Base of every body and query: strict types, no field that is not named here."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Wanted = TypeVar("Wanted", bound=BaseModel)


def read(request: Request, model: type[Wanted]) -> Wanted:
    """The JSON body."""
    return parse(request.data, model)


def parse(value: Any, model: type[Wanted]) -> Wanted:
    # By way of JSON, where strict still lets a date or an id come as the text it can only be there.
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise refusal(error) from None


def read_query(request: Request, model: type[Wanted]) -> Wanted:
    """The query string, where everything is text and nothing may come twice."""
    try:
        return model.model_validate_strings(_single(request.query_params))
    except ValidationError as error:
        raise refusal(error) from None


def refusal(error: ValidationError) -> InvalidRequest:
    details: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        field = ".".join(str(part) for part in problem["loc"]) or "body"
        details.setdefault(field[:120], []).append(_wording(problem["type"], problem["msg"]))
    return InvalidRequest(_("Some of this is not right."), details=details)


def _single(query: QueryDict) -> dict[str, str]:
    if twice := [name for name, values in query.lists() if len(values) > 1]:
        raise InvalidRequest(_("A parameter is given twice."), details={name: [_("Given twice.")] for name in twice})
    return {name: str(value) for name, value in query.items()}


def _wording(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return _("Unknown field.")
    if kind == "missing":
        return _("This is needed.")
    return message
