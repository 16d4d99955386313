import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from klikyai.proxies import Proxies


def address(count: int, forwarded: str) -> str:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        assert "HTTP_X_FORWARDED_FOR" not in request.META
        return HttpResponse()

    with override_settings(TRUSTED_PROXIES=count):
        Proxies(view)(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.1"))
    return seen[0]


@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_counted_proxies_are_believed(count: int, forwarded: str, expected: str) -> None:
    assert address(count, forwarded) == expected
