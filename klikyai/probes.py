"""Who watches from inside, like a container's health check, knows us by a number and not by our name."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# None of them builds an address from the name it was called by.
PROBED = {"/healthz", "/readyz", "/metrics"}


class Probes:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBED and settings.ALLOWED_HOSTS:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].lstrip(".")
        return self.get_response(request)
