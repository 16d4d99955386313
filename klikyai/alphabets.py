"""Everything here is UTF-8. Some of the names that a caller may call its alphabet by break whatever is read."""

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters


class _Plain(HttpRequest):
    _encoding = "utf-8"

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """As Django does it, without trying what the caller named: it reads the address by that name at once."""
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class OverAsgi(_Plain, ASGIRequest):
    pass


class OverWsgi(_Plain, WSGIRequest):
    pass
