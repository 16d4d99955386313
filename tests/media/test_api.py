import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from accounts.models import User
from media.intake import keep_output, publish_outputs
from media.models import Asset
from tests.media import evil, samples
from tests.media.conftest import files_in


def upload(api: APIClient, content: bytes, name: str = "holiday.jpg"):
    return api.post("/api/v1/assets", {"file": SimpleUploadedFile(name, content)}, format="multipart")


def test_an_upload_is_in_the_library_without_its_position(alice_api: APIClient) -> None:
    answer = upload(alice_api, samples.phone_photo())
    assert answer.status_code == 201, answer.content
    shown = answer.json()["data"]
    assert (shown["name"], shown["kind"], shown["width"]) == ("holiday.jpg", "image", 48)
    content = b"".join(alice_api.get(shown["urls"]["content"]).streaming_content)
    assert b"SECRET" not in content
    assert [item["id"] for item in alice_api.get("/api/v1/assets").json()["data"]["items"]] == [shown["id"]]


def test_a_file_that_pretends_is_refused_with_a_reason(alice_api: APIClient, own_storage: Path) -> None:
    answer = upload(alice_api, b"<svg onload=alert(1)>", "cat.png")
    assert answer.status_code == 415
    assert "SVG" in answer.json()["message"]
    assert files_in(own_storage) == []


@pytest.mark.parametrize("name", evil.NAMES)
def test_no_name_escapes_or_breaks_a_header(alice: User, name: str) -> None:
    from media.names import safe_name

    safe = safe_name(name)
    assert len(safe) <= 120
    assert not set(safe) & set('/\\\0\r\n<>"\u202e')
    assert safe not in {".", ".."}


def test_the_same_file_twice_is_stored_once(alice_api: APIClient, bob_api: APIClient, own_storage: Path) -> None:
    first = upload(alice_api, samples.phone_photo()).json()["data"]["id"]
    assert upload(alice_api, samples.phone_photo(), "again.jpg").json()["data"]["id"] == first
    assert upload(bob_api, samples.phone_photo()).json()["data"]["id"] != first
    assert len(files_in(own_storage)) == 2


def test_a_full_quota_refuses_and_keeps_nothing(alice_api: APIClient, own_storage: Path, settings: Settings) -> None:
    settings.PLAN_STORAGE, settings.MEDIA_QUOTA = "", 100
    assert upload(alice_api, samples.phone_photo()).status_code == 413
    assert files_in(own_storage) == []


def test_change_star_tag_move_trash_and_undo(alice_api: APIClient, photo: Asset) -> None:
    at = f"/api/v1/assets/{photo.public_id}"
    project = alice_api.post("/api/v1/projects", {"name": "Sea"}, format="json").json()["data"]["id"]
    change = {"name": "Beach", "starred": True, "project": project, "tags": ["sun", "sea"]}
    assert alice_api.patch(at, change, format="json").status_code == 200
    for query in ("starred=true", f"project={project}", "tag=sun", "search=beach", "kind=image", "origin=upload"):
        assert len(alice_api.get(f"/api/v1/assets?{query}").json()["data"]["items"]) == 1, query
    assert alice_api.delete(at).status_code == 200
    assert alice_api.get("/api/v1/assets").json()["data"]["items"] == []
    assert len(alice_api.get("/api/v1/assets?trash=true").json()["data"]["items"]) == 1
    assert alice_api.patch(at, {"trashed": False}, format="json").status_code == 200
    assert len(alice_api.get("/api/v1/assets").json()["data"]["items"]) == 1
    assert alice_api.patch(at, {"user": 1}, format="json").status_code == 400


def test_outputs_are_invisible_until_the_job_is_finished(alice: User, alice_api: APIClient, own_storage: Path) -> None:
    recipe = {"prompt": "a red fox in snow", "seed": 7}
    keep_output(alice, "job:1", samples.encoded("PNG"), mime="image/png", recipe=recipe, attempt_token="t1")
    keep_output(alice, "job:1", samples.encoded("PNG"), mime="image/png", recipe=recipe, attempt_token="stale")
    assert alice_api.get("/api/v1/assets").json()["data"]["items"] == []
    publish_outputs("job:1", "t1")
    [shown] = alice_api.get("/api/v1/assets?search=fox").json()["data"]["items"]
    assert (shown["job"], shown["recipe"]["seed"]) == ("1", 7)


def test_the_list_takes_one_query_after_the_key(
    alice_api: APIClient, photo: Asset, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    alice_api.get("/api/v1/assets")
    with django_assert_max_num_queries(2):
        alice_api.get("/api/v1/assets?limit=50")


def test_a_picture_is_converted_with_or_without_its_recipe(alice: User, alice_api: APIClient) -> None:
    recipe = {"prompt": "a red fox"}
    asset = keep_output(alice, "job:2", samples.encoded("PNG"), mime="image/png", recipe=recipe, attempt_token="t")
    publish_outputs("job:2", "t")
    at = f"/api/v1/assets/{asset.public_id}/content"
    for format in ("png", "jpeg", "webp"):
        kept = alice_api.get(f"{at}?format={format}&recipe=keep").content
        bare = alice_api.get(f"{at}?format={format}").content
        assert Image.open(io.BytesIO(bare)).format == format.upper()
        assert b"a red fox" in kept
        assert b"a red fox" not in bare


def test_glass_becomes_white_where_there_is_none(alice: User, alice_api: APIClient) -> None:
    glass = samples.encoded("PNG", Image.new("RGBA", (8, 8), (0, 0, 0, 0)))
    asset = keep_output(alice, "job:2", glass, mime="image/png", recipe={}, attempt_token="t")
    publish_outputs("job:2", "t")
    jpeg = alice_api.get(f"/api/v1/assets/{asset.public_id}/content?format=jpeg").content
    assert Image.open(io.BytesIO(jpeg)).getpixel((4, 4)) == (255, 255, 255)


def test_several_files_come_as_one_zip(alice_api: APIClient, photo: Asset) -> None:
    import zipfile

    answer = alice_api.post("/api/v1/assets/archive", {"ids": [str(photo.public_id)]}, format="json")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.namelist() == ["0001 holiday.jpg"]
        assert len(archive.read("0001 holiday.jpg")) == photo.bytes


def test_a_huge_body_is_refused_before_it_is_read(alice_api: APIClient) -> None:
    answer = alice_api.post(
        "/api/v1/assets", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=1 << 30
    )
    assert answer.status_code == 413


def test_conversions_have_a_rate_of_their_own(
    photo: Asset, alice_api: APIClient, charlie_api: APIClient, settings: Settings
) -> None:
    settings.RATES = settings.RATES | {"convert": (2, 60), "content": (2, 60)}
    at = f"/api/v1/assets/{photo.public_id}/content"
    assert [alice_api.get(f"{at}?format=png").status_code for _ in range(3)] == [200, 200, 429]
    assert alice_api.head(f"{at}?format=webp").status_code == 429
    assert [alice_api.get(at).status_code for _ in range(3)] == [200, 200, 429]
    assert charlie_api.get(f"{at}?format=png").status_code == 404
