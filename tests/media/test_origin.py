"""Content on an origin of its own: short links, nothing else there, dead at once when the file is."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from media.models import Asset

ELSEWHERE = "files.example"


@pytest.fixture
def link(photo: Asset, alice_api: APIClient, settings: Settings) -> str:
    settings.MEDIA_ORIGIN = f"https://{ELSEWHERE}"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, ELSEWHERE]
    answer = alice_api.get(f"/api/v1/assets/{photo.public_id}/content")
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    where = urlsplit(answer["Location"])
    assert where.netloc == ELSEWHERE
    return where.path


def test_a_file_comes_from_there_without_a_cookie(link: str, photo: Asset, client: Client) -> None:
    answer = client.get(link, HTTP_HOST=ELSEWHERE, HTTP_RANGE="bytes=0-9")
    assert (answer.status_code, len(b"".join(answer.streaming_content))) == (206, 10)
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers


def test_the_link_opens_nothing_on_our_own_origin(link: str, client: Client) -> None:
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("path", ["/", "/library/", "/api/v1/assets", "/accounts/login/", "/nowhere"])
def test_nothing_else_lies_there(link: str, client: Client, path: str) -> None:
    assert client.get(path, HTTP_HOST=ELSEWHERE).status_code == 404


def test_a_link_ends_after_five_minutes(link: str, client: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        assert client.get(link, HTTP_HOST=ELSEWHERE).status_code == 404


def test_an_altered_link_opens_nothing(link: str, client: Client) -> None:
    assert client.get(link[:-1] + ("a" if link[-1] != "a" else "b"), HTTP_HOST=ELSEWHERE).status_code == 404


def test_a_takedown_does_not_wait_for_the_link(link: str, photo: Asset, client: Client) -> None:
    Asset.objects.update(taken_down_at=timezone.now())
    assert client.get(link, HTTP_HOST=ELSEWHERE).status_code == 404


def test_nor_does_a_closed_account(link: str, alice: User, client: Client) -> None:
    User.objects.update(is_active=False)
    assert client.get(link, HTTP_HOST=ELSEWHERE).status_code == 404
