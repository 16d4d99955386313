"""A name is text, wherever it came from: it opens no folder on the disk of who unpacks, and no second header."""

import io
import zipfile

import pytest
from rest_framework.test import APIClient

from media.models import Asset


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
