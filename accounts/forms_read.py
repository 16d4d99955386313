"""Forms of files and texts, held to what JSON is held to."""

from collections.abc import Mapping
from typing import IO, Any, cast

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import ValidationError
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request

from accounts.errors import InvalidRequest
from accounts.reading import UNSAFE, Wanted, refusal


class StrictForm(MultiPartParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        found = super().parse(stream, media_type, parser_context)
        for name, values in found.data.lists():
            if any(UNSAFE.search(text) for text in (name, *values)):
                raise InvalidRequest(_("A text holds characters that cannot be stored."))
        return found


def read_form(request: Request, model: type[Wanted], files: set[str]) -> Wanted:
    """The texts of a form that brings these files."""
    form = cast(QueryDict, request.data)
    said = {name: values[-1] for name, values in form.lists() if name not in files}
    try:
        return model.model_validate_strings(said)
    except ValidationError as error:
        raise refusal(error) from None
