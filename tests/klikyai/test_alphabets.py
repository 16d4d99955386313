"""What a caller calls its alphabet by breaks nothing, neither in the address nor in the body."""

from io import BytesIO

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from klikyai import asgi, wsgi

QUERY = "a=B%C3%A4r" + "r" * 64
BODY = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nein B\xc3\xa4r\r\n--x--\r\n'
KIND = "multipart/form-data; boundary=x; charset={}"


def over_wsgi(kind: type[WSGIRequest], alphabet: str) -> HttpRequest:
    said = {"CONTENT_TYPE": KIND.format(alphabet), "CONTENT_LENGTH": str(len(BODY)), "wsgi.input": BytesIO(BODY)}
    return kind(said | {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": QUERY})


def over_asgi(alphabet: str) -> HttpRequest:
    headers = [(b"content-type", KIND.format(alphabet).encode()), (b"content-length", str(len(BODY)).encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": QUERY.encode(), "headers": headers}
    return asgi.http.request_class(scope, BytesIO(BODY))


@pytest.mark.parametrize("alphabet", ["rot13", "idna", "utf-16", "hex", "nothing", "utf-8"])
def test_the_alphabet_is_ours(alphabet: str) -> None:
    for request in (over_wsgi(wsgi.application.request_class, alphabet), over_asgi(alphabet)):
        assert request.GET["a"].startswith("Bär")
        assert request.POST["title"] == "ein Bär"


@pytest.mark.parametrize("alphabet", ["rot13", "idna"])
def test_django_itself_would_break(alphabet: str) -> None:
    with pytest.raises((LookupError, TooManyFieldsSent)):
        over_wsgi(WSGIRequest, alphabet)
