"""A header that says where addresses begin opens no door: what is routed is what is guarded."""

from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from klikyai.asgi import application, http


async def answer(app: Any, path: str, root: str) -> tuple[int, dict[bytes, bytes]]:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": root, "query_string": b""}
    rest = {"headers": [(b"host", b"testserver")], "client": ["127.0.0.1", 9], "asgi": {"version": "3.0"}}
    asked = ApplicationCommunicator(app, scope | rest)
    await asked.send_input({"type": "http.request", "body": b""})
    start = await asked.receive_output(10)
    await asked.wait(10)
    return start["status"], dict(start["headers"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["/admin/login/", "/admin/", "/django-rq/", "/healthz"])
async def test_no_door_stands_behind_another_root(door: str) -> None:
    assert (await answer(application, f"/ws{door}", "/ws"))[0] == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["/admin/login/", "/admin/", "/django-rq/"])
async def test_the_gate_looks_at_what_is_routed(door: str) -> None:
    status, headers = await answer(http, f"/ws{door}", "/ws")
    assert (status, headers[b"Location"].partition(b"?")[0]) == (302, b"/ws/accounts/login/")


async def test_django_itself_would_follow_that_root() -> None:
    assert (await answer(http, "/ws/healthz", "/ws"))[0] == 200


def test_the_desk_has_no_sign_in_of_its_own() -> None:
    request = RequestFactory().post("/admin/login/", {"username": "dana@example.org", "password": "x"})
    request.user = AnonymousUser()
    assert admin.site.login(request)["Location"].startswith(reverse("account_login"))
