"""Every asset route, tried by everybody it does not belong to: the answer is the one for what never was."""

import io
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import Scope, User
from media import sharing, trash
from media.intake import accept_upload, keep_output
from media.models import Asset, Project
from tests.media import samples

ROUTES: list[tuple[str, str, dict[str, object] | None]] = [
    ("get", "/assets/{asset}", None),
    ("patch", "/assets/{asset}", {"starred": True}),
    ("delete", "/assets/{asset}", None),
    ("get", "/assets/{asset}/content", None),
    ("head", "/assets/{asset}/content", None),
    ("get", "/assets/{asset}/content?variant=thumbnail", None),
    ("get", "/assets/{asset}/content?format=png", None),
    ("get", "/assets/{asset}/links", None),
    ("post", "/assets/{asset}/links", {}),
    ("delete", "/assets/{asset}/links/{link}", None),
    ("post", "/assets/archive", {"ids": ["{asset}"]}),
    ("get", "/projects/{project}", None),
    ("patch", "/projects/{project}", {"name": "Mine"}),
    ("delete", "/projects/{project}", None),
    ("get", "/uploads/{upload}", None),
    ("delete", "/uploads/{upload}", None),
]
STRAIGHT_TO_S3: list[tuple[str, str, dict[str, object] | None]] = [
    ("post", "/uploads/{upload}/parts", None),
    ("post", "/uploads/{upload}/arrival", None),
]


@pytest.fixture
def ids(alice: User, photo: Asset, alice_api: APIClient) -> dict[str, str]:
    link, _token = sharing.share(photo, None)
    project = Project.objects.create(user=alice, name="Secret")
    upload = alice_api.post("/api/v1/uploads", HTTP_UPLOAD_LENGTH="10").json()["data"]["id"]
    return {
        "asset": str(photo.public_id), "link": str(link.public_id), "project": str(project.public_id), "upload": upload,
    }  # fmt: skip


def call(api: APIClient, method: str, path: str, body: object, ids: dict[str, str]) -> tuple[int, object]:
    filled = {"ids": [ids["asset"]]} if body and "ids" in body else body  # type: ignore[operator]
    answer = getattr(api, method)("/api/v1" + path.format(**ids), filled, format="json")
    if answer.streaming or not answer.get("Content-Type", "").startswith("application/json") or not answer.content:
        return answer.status_code, b"bytes"
    told = answer.json()
    return answer.status_code, (told["message"], told.get("error"))


@pytest.mark.parametrize(("method", "path", "body"), ROUTES + STRAIGHT_TO_S3)
def test_a_foreign_thing_is_as_absent_as_none(
    charlie_api: APIClient,
    dana_api: APIClient,
    api: APIClient,
    ids: dict[str, str],
    method: str,
    path: str,
    body: object,
) -> None:
    never = {name: str(uuid.uuid4()) for name in ids}
    for stranger in (charlie_api, dana_api):
        status, told = call(stranger, method, path, body, ids)
        assert status == 404
        assert (status, told) == call(stranger, method, path, body, never)
    assert call(api, method, path, body, ids)[0] == 401


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_the_owner_is_let_in(alice_api: APIClient, ids: dict[str, str], method: str, path: str, body: object) -> None:
    assert call(alice_api, method, path, body, ids)[0] in {200, 201, 204}


def keyed(user: User, *scopes: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {api_keys.issue(user, 'narrow', list(scopes))[1]}")
    return client


@pytest.fixture
def made(alice: User) -> Asset:
    asset = keep_output(alice, "job:9", samples.encoded("PNG"), mime="image/png", recipe={}, attempt_token="t")
    Asset.objects.filter(pk=asset.pk).update(ready=True)
    return asset


def test_who_may_have_something_made_may_fetch_it_and_nothing_else(
    alice: User, charlie: User, made: Asset, photo: Asset
) -> None:
    generate, content = keyed(alice, Scope.GENERATE), "/api/v1/assets/{}/content"
    for query in ("", "?format=png", "?variant=thumbnail"):
        assert generate.get(content.format(made.public_id) + query).status_code == 200
    assert generate.head(content.format(made.public_id)).status_code == 200
    for path in (content.format(photo.public_id), content.format(uuid.uuid4()), f"/api/v1/assets/{made.public_id}",
                 f"/api/v1/assets/{made.public_id}/links", "/api/v1/assets"):  # fmt: skip
        assert generate.get(path).status_code == 403, path
    assert generate.post("/api/v1/assets/archive", {"ids": [str(made.public_id)]}, format="json").status_code == 403
    assert keyed(charlie, Scope.GENERATE).get(content.format(made.public_id)).status_code == 403


def test_other_scopes_open_content_as_they_did(alice: User, charlie: User, made: Asset, photo: Asset) -> None:
    content = "/api/v1/assets/{}/content"
    for asset in (made, photo):
        assert keyed(alice, Scope.READ).get(content.format(asset.public_id)).status_code == 200
        assert keyed(alice, Scope.BILLING).get(content.format(asset.public_id)).status_code == 403
        assert keyed(charlie, Scope.READ).get(content.format(asset.public_id)).status_code == 404


def test_a_list_holds_only_ones_own(alice_api: APIClient, charlie_api: APIClient, ids: dict[str, str]) -> None:
    for path in ("assets", "projects", f"assets?project={ids['project']}", "assets?search=holiday", "assets?page=1"):
        assert charlie_api.get(f"/api/v1/{path}").json()["data"]["items"] == [], path


def test_a_foreign_project_cannot_be_moved_into(charlie: User, charlie_api: APIClient, ids: dict[str, str]) -> None:
    own = accept_upload(charlie, io.BytesIO(samples.encoded("PNG")), "mine.png")
    change = {"project": ids["project"]}
    assert charlie_api.patch(f"/api/v1/assets/{own.public_id}", change, format="json").status_code == 404


def test_unfinished_and_taken_down_are_absent_even_for_the_owner(
    alice: User, alice_api: APIClient, photo: Asset
) -> None:
    half = keep_output(alice, "job:9", samples.encoded("PNG"), mime="image/png", recipe={}, attempt_token="t")
    Asset.objects.filter(pk=photo.pk).update(taken_down_at=timezone.now())
    for asset in (half, photo):
        assert alice_api.get(f"/api/v1/assets/{asset.public_id}/content").status_code == 404


def _expire(link: sharing.ShareLink) -> None:
    link.expires_at = timezone.now() - timedelta(seconds=1)
    link.save()


DEATHS: dict[str, Callable[[sharing.ShareLink], object]] = {
    "expired": _expire,
    "revoked": sharing.revoke,
    "trashed": lambda link: trash.throw_away(link.asset),
    "deleted": lambda link: link.asset.delete(),
    "taken down": lambda link: Asset.objects.update(taken_down_at=timezone.now()),
    "owner disabled": lambda link: User.objects.update(is_active=False),
}


def test_a_living_link_shows_counts_and_is_not_indexed(photo: Asset, client: Client) -> None:
    link, token = sharing.share(photo, timezone.now() + timedelta(hours=1))
    page = client.get(f"/shared/{token}/")
    content = client.get(f"/shared/{token}/content")
    assert (page.status_code, content.status_code) == (200, 200)
    assert "noindex" in page["X-Robots-Tag"]
    assert "noindex" in content["X-Robots-Tag"]
    assert page["Cache-Control"] == content["Cache-Control"] == "private, no-store"
    link.refresh_from_db()
    assert link.views == 1


@pytest.mark.parametrize("death", DEATHS)
def test_a_dead_link_opens_nothing(photo: Asset, client: Client, death: str) -> None:
    link, token = sharing.share(photo, None)
    DEATHS[death](link)
    for dead in (token, link.digest, "x"):
        for place in ("", "content"):
            assert client.get(f"/shared/{dead}/{place}").status_code == 404
