"""The parts of the form of /v1/images/edits are read as strictly as JSON."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from generation.models import Job
from media.models import Asset
from tests.media import samples


@pytest.mark.parametrize("field", ["prompt", "user"])
def test_what_cannot_be_stored_is_refused(rich: User, alice_api: APIClient, field: str) -> None:
    picture = SimpleUploadedFile("a.png", samples.encoded("PNG", samples.picture((64, 64))))
    said = {"prompt": "a boat", "image": picture} | {field: "a\x00b"}
    answer = alice_api.post("/v1/images/edits", said, format="multipart")
    assert answer.status_code == 400, answer.content
    assert not Job.objects.exists()
    assert not Asset.objects.exists()
