"""No page asks the database more than twelve times, however much a person has."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing import credits
from generation import presets, submission
from generation.models import Model
from media.models import Asset
from tests.generation.conftest import patient

__all__ = ["patient"]
PAGES = [
    "/", "/status/", "/studio/text_to_image/", "/studio/image_to_image/", "/studio/inpaint/", "/library/",
    "/library/?search=boat&starred=true", "/wallet/", "/wallet/buy/", "/account/", "/account/security/",
    "/accounts/sessions/", "/account/data/", "/developer/", "/nowhere/", "/manifest.webmanifest", "/dev/components/",
]  # fmt: skip
MOST = 12


@pytest.fixture
def busy(alice: User, patient: Model) -> Client:
    credits.grant(alice, 1000, reference="tests", kind="promotion")
    for place in range(8):
        submission.submit(alice, submission.settle(alice, "text_to_image", {"prompt": f"a boat {place}"}))
        presets.keep(alice, "text_to_image", f"boats {place}", {"prompt": "a boat"})
    Asset.objects.bulk_create(
        Asset(
            user=alice, kind="image", mime="image/png", path=f"none/{n}", bytes=10, sha256="0" * 64, width=64,
            height=64, origin=f"job:{n}", ready=True, prompt="a boat", recipe={"prompt": "a boat"},
            created_at=timezone.now() - timedelta(seconds=n),
        )
        for n in range(100)
    )  # fmt: skip
    client = Client()
    client.force_login(alice)
    client.get("/account/")
    return client


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_twelve_times_at_most(busy: Client, page: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = busy.get(page)
    assert response.status_code in {200, 404}
    real = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(real) <= MOST, "\n".join(real)
