"""What no view ever has to look at: secrets in addresses, and texts that no database can hold."""

from collections.abc import Callable
from io import BytesIO
from urllib.parse import unquote_plus

from allauth.socialaccount.models import SocialApp
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.api_keys import MARK
from accounts.errors import InvalidRequest, NotFound, Refused, UnsupportedMedia
from klikyai import pages
from klikyai.json_parser import StrictJSON

SECRETS = {"api_key", "apikey", "access_token", "refresh_token"}
LIBRARY = "/_allauth/"
# It reads a form here, for a browser has to follow what it answers, and JSON nowhere.
FORMS = {f"{LIBRARY}{client}/v1/auth/provider/redirect" for client in ("app", "browser")}

Answer = Callable[[HttpRequest], HttpResponse]


class Doorkeeper:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _check_address(request)
            _check_body_for_library(request)
        except Refused as refused:
            return pages.refused(request, refused)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        # allauth's pages of a provider that nobody has set up would answer 500.
        if isinstance(exception, SocialApp.DoesNotExist):
            return pages.refused(request, NotFound(_("There is no such way to sign in here.")))
        # It has addresses for telephone numbers whether or not anybody can send a message to one.
        if isinstance(exception, NotImplementedError) and request.path_info.startswith(LIBRARY):
            return pages.refused(request, NotFound(_("This is not offered here.")))
        return None


def _check_address(request: HttpRequest) -> None:
    query = unquote_plus(request.META.get("QUERY_STRING", ""))
    if "\x00" in request.path_info or "\x00" in query:
        raise InvalidRequest(_("The address holds characters that cannot be read."))
    if MARK in query and any(value.startswith(MARK) for values in request.GET.lists() for value in values[1]):
        raise _secret()
    if SECRETS & request.GET.keys():
        raise _secret()


def _secret() -> InvalidRequest:
    return InvalidRequest(_("Keys go into the Authorization header, never into an address. Revoke this one."))


def _check_body_for_library(request: HttpRequest) -> None:
    # allauth reads JSON by itself, whatever a body says it is, with the standard library's leniency.
    path = request.path_info
    if not path.startswith(LIBRARY) or path in FORMS or not request.body:
        return
    if request.content_type != StrictJSON.media_type:
        raise UnsupportedMedia(_("This kind of content is not accepted here."))
    StrictJSON().parse(BytesIO(request.body))
