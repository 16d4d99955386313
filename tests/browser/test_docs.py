import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.mark.django_db(transaction=True)
def test_the_docs_page_shows_the_api_under_our_own_policy(page: Page, house: Served) -> None:
    response = page.goto(f"{house.url}/api/v1/docs/")
    assert response is not None
    assert "unsafe" not in response.headers["content-security-policy"]
    expect(page.get_by_text("/api/v1/keys", exact=True).first).to_be_visible()
