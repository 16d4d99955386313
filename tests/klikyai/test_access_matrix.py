"""Every route × every kind of caller, made from the table of addresses itself."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts import api_keys, limits
from accounts.access import Rule, needed_scope
from accounts.models import Scope, User
from tests.klikyai.routes import LIBRARIES, Route, _walk, every_route

SIGN_IN = ("/accounts/login/", "/accounts/login/code/", "/admin/login/")
ROLES = ("support", "finance", "operator")
Caller = Callable[[Route, str], Client]


def denied(response: HttpResponse) -> bool:
    if response.status_code == 302:
        return response["Location"].partition("?")[0] in SIGN_IN
    if response.request["PATH_INFO"].startswith("/_allauth/") and response.status_code == 409:
        return True  # its word for: no such step is open in your session
    return response.status_code in {401, 403}


def session(user: User) -> Caller:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return lambda _route, _method: client


def with_secret(secret: str) -> Client:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def keyed(user: User, **fields: Any) -> Caller:
    client = with_secret(api_keys.issue(user, "matrix", Scope.values, **fields)[1])
    return lambda _route, _method: client


def revoked(user: User) -> Caller:
    key, secret = api_keys.issue(user, "revoked", Scope.values)
    api_keys.revoke(key)
    return lambda _route, _method: with_secret(secret)


def lacking(user: User) -> Caller:
    """A key with every scope but the one that this call needs."""
    secrets = {
        scope: api_keys.issue(user, f"no {scope}", [other for other in Scope.values if other != scope])[1]
        for scope in Scope.values
    }
    return lambda route, method: with_secret(secrets[needed_scope(route.callback.cls, method)])


@pytest.fixture
def staff(dana: User) -> dict[str, Caller]:
    found = {"owner": session(dana)}
    for group in Group.objects.filter(name__in=ROLES):
        user = User.objects.create_user(f"{group.name}@example.org", is_staff=True)
        user.groups.add(group)
        found[group.name] = session(user)
    return found


@pytest.fixture
def strangers(alice: User, bob: User) -> dict[str, Caller]:
    gone, keeps_key = User.objects.create_user("gone@example.org"), User.objects.create_user("key@example.org")
    found = {
        "nobody": lambda _route, _method: Client(raise_request_exception=False),
        "revoked key": revoked(alice),
        "expired key": keyed(alice, expires_at=timezone.now() - timedelta(seconds=1)),
        "deactivated": session(gone),
        "deactivated key": keyed(keeps_key),
    }
    User.objects.filter(pk__in=[gone.pk, keeps_key.pk]).update(is_active=False)
    return found


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    settings.RATES = dict.fromkeys(settings.RATES, (1_000_000, 60))


def ask(client: Client, method: str, address: str) -> HttpResponse:
    limits.connection().flushdb()
    cookies = deepcopy(client.cookies)  # one of the routes signs out
    with transaction.atomic():
        kind = {} if method in {"GET", "HEAD"} else {"data": "{}", "content_type": "application/json"}
        response = getattr(client, method.lower())(address, **kind)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def unfit(response: HttpResponse, expected: bool | None) -> bool:
    if response.status_code >= 500 and response.status_code != 503:
        return True
    if response.status_code == 405:  # plain views do not tell their methods: so nobody was let in, and nobody kept out
        return False
    return expected is not None and denied(response) is not expected


def wrong(callers: dict[str, Caller], routes: list[Route], expected: bool | None) -> str:
    found = []
    for route in routes:
        for method in route.methods:
            for name, caller in callers.items():
                response = ask(caller(route, method), method, route.address)
                if unfit(response, expected):
                    found.append(f"{method} {route.address} as {name}: {response.status_code}")
    return "\n".join(found)


def ruled(*rules: Rule) -> list[Route]:
    return [route for route in every_route() if route.rule in rules]


def test_every_route_says_who_may_use_it() -> None:
    assert [route.pattern for route in every_route() if route.rule is None] == []


def test_a_route_that_says_nothing_is_found() -> None:
    class Silent(APIView):
        pass

    routes = list(_walk([path("api/v1/silent", Silent.as_view()), path("silent/", lambda request: None)], ""))
    assert [route.rule for route in routes] == [None, None]


def test_a_view_that_says_nothing_is_closed_to_all(dana: User) -> None:
    class Silent(APIView):
        def get(self, request: Any) -> None:
            raise AssertionError("reached")

    request = APIRequestFactory().get("/")
    force_authenticate(request, dana)
    assert Silent.as_view()(request).status_code == 403


def test_no_declaration_for_a_library_is_left_over() -> None:
    patterns = [route.pattern for route in every_route() if not route.ours]
    assert [start for start, _rule in LIBRARIES if not any(re.match(start, pattern) for pattern in patterns)] == []


def test_strangers_pass_no_guarded_route(strangers: dict[str, Caller]) -> None:
    assert wrong(strangers, ruled(Rule.USER, Rule.STAFF, Rule.OPERATOR), expected=True) == ""


def test_people_pass_no_route_of_the_staff(alice: User) -> None:
    people = {"user": session(alice), "key": keyed(alice)}
    assert wrong(people, ruled(Rule.STAFF, Rule.OPERATOR), expected=True) == ""


def test_people_pass_every_route_of_theirs(alice: User) -> None:
    ours = [route for route in ruled(Rule.USER) if route.ours]
    assert wrong({"user": session(alice)}, [route for route in ours if not route.api], expected=False) == ""
    api = [route for route in ours if route.api]
    assert wrong({"user": session(alice), "key": keyed(alice)}, api, expected=False) == ""


def test_a_key_without_the_scope_passes_nothing(alice: User, dana: User) -> None:
    routes = [route for route in ruled(Rule.USER, Rule.STAFF, Rule.OPERATOR) if route.api]
    assert wrong({"user": lacking(alice), "staff": lacking(dana)}, routes, expected=True) == ""


def test_public_routes_of_ours_are_open_to_nobody(db: None) -> None:
    nobody: dict[str, Caller] = {"nobody": lambda _route, _method: Client(raise_request_exception=False)}
    assert wrong(nobody, [route for route in ruled(Rule.NOBODY) if route.ours and not route.api], None) == ""


def test_operators_alone_pass_their_routes(staff: dict[str, Caller]) -> None:
    routes = ruled(Rule.OPERATOR)
    others = {name: caller for name, caller in staff.items() if name in {"support", "finance"}}
    assert wrong(others, routes, expected=True) == ""
    assert wrong({"owner": staff["owner"]}, [route for route in routes if route.ours], expected=False) == ""


def test_owners_break_nothing_anywhere(staff: dict[str, Caller]) -> None:
    assert wrong({"owner": staff["owner"]}, ruled(Rule.STAFF, Rule.USER, Rule.NOBODY), expected=None) == ""


@pytest.mark.nightly
def test_no_role_breaks_anything(staff: dict[str, Caller]) -> None:
    assert wrong(staff, ruled(Rule.STAFF), expected=None) == ""
