import json
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, User
from accounts.signals import closing, exporting
from media import sharing
from media.intake import keep_output, publish_outputs
from media.models import AbuseReport, Asset, Project, Tag, Tagging
from tests.media import samples
from tests.media.conftest import files_in


def test_upload_star_trash_undo_and_share_without_a_script(alice: User, client: Client) -> None:
    client.force_login(alice)
    files = [SimpleUploadedFile("a.png", samples.encoded("PNG")), SimpleUploadedFile("b.png", b"<svg>")]
    page = client.post("/library/add/", {"file": files}, follow=True).content.decode()
    assert "a.png is in the library" in page
    assert "SVG" in page
    asset = Asset.objects.get()
    at = f"/library/{asset.public_id}/"
    for action in ("star", "trash", "undo", "share"):
        assert client.post(f"{at}{action}/", follow=True).status_code == 200
    asset.refresh_from_db()
    assert (asset.starred, asset.trashed_at) == (True, None)
    link = asset.links.get()
    client.post(f"{at}links/{link.public_id}/revoke/")
    link.refresh_from_db()
    assert link.revoked_at
    assert "a.png" in client.get("/library/?search=a.png&kind=image&starred=true").content.decode()


def test_a_recipe_is_told_in_the_words_of_the_person(alice: User, client: Client) -> None:
    recipe = {"tool": "inpaint", "style": "watercolour", "strength": 0.6, "width": 256, "height": 192, "mask": "6f1e"}
    computed = {"libraries": {"torch": "2.13.0"}, "device": "cpu", "revision": "", "negative_prompt": ""}
    content = samples.encoded("PNG")
    made = keep_output(alice, "job:1", content, mime="image/png", recipe=recipe | computed, attempt_token="t")
    publish_outputs("job:1", "t")
    client.force_login(alice)
    page = client.get(f"/library/{made.public_id}/", headers={"accept-language": "de"}).content.decode()
    for name, value in (("Stil", "Aquarell"), ("Größe", "256×192"), ("Berechnet mit", "cpu, torch 2.13.0")):
        assert f'<dt>{name}</dt><dd class="figure">{value}</dd>' in page
    assert [word for word in ("6f1e", "strength", "Weglassen", "revision") if word in page] == []


def test_foreign_pages_are_absent_and_nobody_signs_in(photo: Asset, charlie: User, client: Client) -> None:
    at = f"/library/{photo.public_id}/"
    assert client.get(at).status_code == 302
    client.force_login(charlie)
    assert client.get(at).status_code == 404
    for action in ("star", "trash", "undo", "share"):
        assert client.post(f"{at}{action}/").status_code == 404
    assert "holiday" not in client.get("/library/").content.decode()


def test_a_report_reaches_the_desk_and_the_file_goes_down(photo: Asset, dana: User, client: Client) -> None:
    _link, token = sharing.share(photo, None)
    assert client.post(f"/shared/{token}/report/", {"reason": "mine"}).status_code == 302
    report = AbuseReport.objects.get()
    client.force_login(dana)
    assert client.get("/admin/media/asset/").status_code == 200
    chosen = {"action": "uphold", "_selected_action": [report.pk]}
    assert client.post("/admin/media/abusereport/", chosen).status_code == 302
    assert client.get(f"/shared/{token}/content").status_code == 404
    assert AuditEntry.objects.get(action="media.takedown").subject == f"asset:{photo.public_id}"


def test_a_person_who_leaves_takes_the_files(photo: Asset, own_storage: Path, transactional_db: None) -> None:
    Tagging.objects.create(
        asset=photo, tag=Tag.objects.create(user=photo.user, name="divorce"), created_at=photo.created_at
    )
    Project.objects.create(user=photo.user, name="the lawyer")
    [(_receiver, files)] = [
        answer for answer in exporting.send(None, user=photo.user) if "media" in answer[0].__module__
    ]
    [(shelves, told), (name, content)] = files
    assert shelves == "library.json"
    assert [project["name"] for project in json.loads(told)["projects"]] == ["the lawyer"]
    assert json.loads(told)["files"][0]["tags"] == json.loads(told)["tags"] == ["divorce"]
    assert name == f"media/{photo.public_id}.jpg"
    assert len(b"".join(content)) == photo.bytes
    closing.send(None, user=photo.user)
    assert files_in(own_storage) == []
    assert not Project.objects.exists()
    assert not Tag.objects.exists()


def test_the_names_in_pages_are_text(alice: User, client: Client) -> None:
    from media.intake import keep_output, publish_outputs

    prompt = "<img src=x onerror=alert(1)>{{ 7 }}"
    asset = keep_output(
        alice, "job:1", samples.encoded("PNG"), mime="image/png", recipe={"prompt": prompt}, attempt_token="t"
    )
    publish_outputs("job:1", "t")
    client.force_login(alice)
    for place in ("/library/", f"/library/{asset.public_id}/"):
        page = client.get(place).content
        assert b"<img src=x" not in page
        assert b"{{ 7 }}" in page
