import io

from rest_framework.test import APIClient

from accounts.models import User
from media.intake import accept_upload
from media.models import Asset, Project
from tests.media import samples


def second(user: User) -> Asset:
    return accept_upload(user, io.BytesIO(samples.encoded("PNG")), "second.png")


def test_many_change_at_once(photo: Asset, alice_api: APIClient) -> None:
    other, project = second(photo.user), Project.objects.create(user=photo.user, name="sea")
    ids = [str(photo.public_id), str(other.public_id)]
    change = {"ids": ids, "starred": True, "project": str(project.public_id)}
    assert alice_api.patch("/api/v1/assets", change, format="json").json()["data"] == {"changed": 2}
    assert Asset.objects.filter(starred=True, project=project).count() == 2
    for trashed in (True, False):
        alice_api.patch("/api/v1/assets", {"ids": ids, "trashed": trashed}, format="json")
        assert Asset.objects.filter(trashed_at__isnull=not trashed).count() == 2


def test_a_foreign_file_among_them_changes_nothing(photo: Asset, charlie: User, alice_api: APIClient) -> None:
    foreign = second(charlie)
    ids = [str(photo.public_id), str(foreign.public_id)]
    assert alice_api.patch("/api/v1/assets", {"ids": ids, "trashed": True}, format="json").status_code == 404
    assert not Asset.objects.exclude(trashed_at=None).exists()


def test_a_foreign_project_takes_nothing_in(photo: Asset, charlie: User, alice_api: APIClient) -> None:
    foreign = Project.objects.create(user=charlie, name="his")
    change = {"ids": [str(photo.public_id)], "project": str(foreign.public_id)}
    assert alice_api.patch("/api/v1/assets", change, format="json").status_code == 404
