"""A name is text, wherever it came from: it opens no folder on the disk of who unpacks, and no second header."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from media.intake import keep_output, publish_outputs
from media.models import Asset
from media.sharing import share
from tests.media import samples


@pytest.mark.parametrize(
    "name", ["../../../.ssh/authorized_keys", "a\\..\\..\\evil.png", "/etc/passwd", "x\x7f\u202egnp"]
)
def test_no_name_leaves_the_folder_where_a_zip_is_unpacked(alice_api: APIClient, photo: Asset, name: str) -> None:
    Asset.objects.update(name=name)
    answer = alice_api.post("/api/v1/assets/archive", {"ids": [str(photo.public_id)]}, format="json")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        [inside] = archive.namelist()
    assert not set(inside) & set("/\\\u202e\x7f")


@pytest.mark.parametrize("name", ["x\r\nSet-Cookie: a=b", "../../a.png", "a\tb\nc"])
def test_a_new_name_is_made_harmless(alice_api: APIClient, photo: Asset, name: str) -> None:
    at = f"/api/v1/assets/{photo.public_id}"
    assert alice_api.patch(at, {"name": name}, format="json").status_code == 200
    assert alice_api.get(f"{at}/content").status_code == 200
    assert not set(Asset.objects.get().name) & set("\r\n/\t")


def test_a_name_of_nothing_is_refused(alice_api: APIClient, photo: Asset) -> None:
    answer = alice_api.patch(f"/api/v1/assets/{photo.public_id}", {"name": "../.."}, format="json")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["name"])


@pytest.mark.parametrize("name", ["\u200b", "\u2060 \u200d\u202e", "\u00a0\u3000"])
def test_a_name_that_nobody_sees_is_refused(alice_api: APIClient, photo: Asset, name: str) -> None:
    at = f"/api/v1/assets/{photo.public_id}"
    answers = [
        alice_api.post("/api/v1/projects", {"name": name}, format="json"),
        alice_api.patch(at, {"name": name}, format="json"),
        alice_api.patch(at, {"tags": [name]}, format="json"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]


@pytest.mark.parametrize("name", ["🚀", "👩‍🚀", "شمس", "a"])
def test_a_name_in_any_script_is_taken(alice_api: APIClient, name: str) -> None:
    assert alice_api.post("/api/v1/projects", {"name": name}, format="json").json()["data"]["name"] == name


@pytest.mark.parametrize(
    ("name", "saved"),
    [("holiday.JPG", "holiday"), ("Dr. No v2.0", "Dr. No v2.0"), ("invoice.exe", "invoice.exe"), ("", "image")],
)
def test_what_is_saved_ends_as_what_it_is(alice_api: APIClient, photo: Asset, name: str, saved: str) -> None:
    Asset.objects.update(name=name)
    at = f"/api/v1/assets/{photo.public_id}/content?download=true"
    for ending, address in (("jpg", at), ("webp", f"{at}&format=webp")):
        assert alice_api.get(address)["Content-Disposition"] == f'attachment; filename="{saved}.{ending}"'
    answer = alice_api.post("/api/v1/assets/archive", {"ids": [str(photo.public_id)]}, format="json")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.namelist() == [f"0001 {saved}.jpg"]


def test_what_nobody_named_is_called_after_what_was_asked_for(alice: User, alice_api: APIClient) -> None:
    recipe = {"prompt": f"a red/blue boat\non the sea {'far ' * 40}away"}
    made = keep_output(alice, "job:1", samples.encoded("PNG"), mime="image/png", recipe=recipe, attempt_token="t")
    publish_outputs("job:1", "t")
    at = f"/api/v1/assets/{made.public_id}/content"
    for ending, address in (("png", f"{at}?download=true"), ("webp", f"{at}?download=true&format=webp")):
        told = alice_api.get(address)["Content-Disposition"]
        assert told == f'attachment; filename="a red blue boat on the sea far far far far far far far far.{ending}"'
    assert 'filename="image.png"' in alice_api.get(at)["Content-Disposition"]


def test_a_link_tells_nobody_what_was_asked_for(alice: User, client: Client) -> None:
    recipe = {"prompt": "a red boat"}
    made = keep_output(alice, "job:1", samples.encoded("PNG"), mime="image/png", recipe=recipe, attempt_token="t")
    publish_outputs("job:1", "t")
    _link, token = share(made, None)
    page = client.get(f"/shared/{token}/")
    assert "red boat" not in page.content.decode()
    file = client.get(f"/shared/{token}/content?download=1")
    assert file["Content-Disposition"] == 'attachment; filename="image.png"'


def test_what_is_only_for_one_job_is_not_in_the_library(alice_api: APIClient) -> None:
    file = SimpleUploadedFile("mask.png", samples.encoded("PNG"), "image/png")
    sent = alice_api.post("/api/v1/assets", {"file": file, "temporary": "true"}, format="multipart")
    assert sent.status_code == 201
    assert Asset.objects.get().keep_until is not None
    assert alice_api.get("/api/v1/assets").json()["data"]["items"] == []
