"""Every address that this app has, taken from its own list, asked by people it is not for: a foreign thing, a dead link
and a thing that never was answer alike, word for word."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from media import sharing
from media.models import Asset, Project
from media.urls import api_urlpatterns, urlpatterns
from tests.media import samples
from tests.media.test_access import DEATHS

METHODS = ("get", "head", "post", "patch", "put", "delete")
_OWN_TO_EACH_ANSWER = re.compile(
    r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|name="csrf" content="[^"]*"|'
    r'"(?:request_id|timestamp)":"[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}'
)


def routes(patterns: list[Any], kind: str) -> Iterator[str]:
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        if f"<{kind}:" in str(pattern.pattern):
            yield re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))


API = sorted(f"/api/v1/{route}" for route in routes(api_urlpatterns, "uuid"))
PAGES = sorted(f"/{route}" for route in routes(urlpatterns, "uuid"))
LINKS = sorted(f"/{route}" for route in routes(urlpatterns, "str"))


@pytest.fixture(autouse=True)
def patient(settings: Settings) -> None:
    settings.RATES = dict.fromkeys(settings.RATES, (1_000_000, 60))


@pytest.fixture
def theirs(alice: User, photo: Asset, alice_api: APIClient) -> dict[str, str]:
    link, token = sharing.share(photo, None)
    project = Project.objects.create(user=alice, name="Secret")
    upload = alice_api.post("/api/v1/uploads", HTTP_UPLOAD_LENGTH="10").json()["data"]["id"]
    return {
        "asset_id": str(photo.public_id), "link_id": str(link.public_id), "project_id": str(project.public_id),
        "upload_id": upload, "token": token,
    }  # fmt: skip


def never(ids: dict[str, str]) -> dict[str, str]:
    return {name: "x" * 43 if name == "token" else str(uuid.uuid4()) for name in ids}


def told(client: Client, method: str, path: str) -> tuple[int, str, str]:
    answer = client.generic(method.upper(), path, HTTP_ACCEPT="text/html" if "/api/" not in path else "*/*")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    plain = _OWN_TO_EACH_ANSWER.sub("*", body.decode(errors="replace"))
    token = path.split("/")[2] if path.startswith(("/shared/", "/content/")) else "/api/v1/never"
    return answer.status_code, answer.get("Content-Type", ""), plain.replace(token, "*")


def test_all_addresses_are_tried() -> None:
    assert (len(API) >= 8, len(PAGES) >= 6, len(LINKS) >= 4) == (True, True, True)


def asked(client: Client, paths: list[str], ids: dict[str, str]) -> dict[tuple[str, str], tuple[int, str, str]]:
    return {(path, method): told(client, method, path.format(**ids)) for path in paths for method in METHODS}


def statuses(answers: dict[tuple[str, str], tuple[int, str, str]]) -> set[int]:
    return {status for status, _kind, _body in answers.values()}


def test_foreign_is_as_absent_as_never_made(theirs: dict[str, str], charlie: User, dana: User, client: Client) -> None:
    for stranger in (charlie, dana):
        client.force_login(stranger)
        seen = asked(client, API + PAGES, theirs)
        assert seen == asked(client, API + PAGES, never(theirs))
        assert statuses(seen) <= {404, 405}
    assert Asset.objects.get().starred is False
    assert Project.objects.get().name == "Secret"


def test_nobody_is_sent_to_sign_in_the_same_way(theirs: dict[str, str], client: Client) -> None:
    seen = asked(client, API + PAGES, theirs)
    assert seen == asked(client, API + PAGES, never(theirs))
    assert statuses(seen) <= {302, 401, 403, 405}


def test_a_foreign_link_is_not_reached_through_ones_own_file(
    theirs: dict[str, str], charlie: User, client: Client
) -> None:
    client.force_login(charlie)
    client.post("/library/add/", {"file": SimpleUploadedFile("mine.png", samples.encoded("PNG"))})
    own = {"asset_id": str(Asset.objects.get(user=charlie).public_id)}
    asked(client, [path for path in API + PAGES if "link_id" in path], theirs | own)
    assert sharing.shared(theirs["token"]) is not None


@pytest.mark.parametrize("death", DEATHS)
def test_a_dead_link_answers_like_none(death: str, theirs: dict[str, str], client: Client) -> None:
    link = sharing.shared(theirs["token"])
    assert link is not None
    DEATHS[death](link)
    seen = asked(client, LINKS, theirs)
    assert seen == asked(client, LINKS, never(theirs))
    assert statuses(seen) <= {404, 405}


def test_an_altered_link_answers_like_none(theirs: dict[str, str], client: Client) -> None:
    altered = theirs["token"][:-1] + ("A" if theirs["token"][-1] != "A" else "B")
    seen = asked(client, LINKS, {"token": altered})
    assert seen == asked(client, LINKS, never(theirs))
    assert statuses(seen) <= {404, 405}


def test_a_living_link_is_told_apart(theirs: dict[str, str], client: Client) -> None:
    assert asked(client, LINKS, theirs) != asked(client, LINKS, never(theirs))
