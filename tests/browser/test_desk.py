import os

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import Served

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.mark.django_db(transaction=True)
def test_the_desk_is_seen_and_breaks_no_policy(page: Page, house: Served) -> None:
    dana = User.objects.create_superuser("dana@example.org")
    client = Client()
    client.force_login(dana, "allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": house.url}])
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for where in ("/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{dana.pk}/change/"):
            response = page.goto(house.url + where)
            assert response is not None
            assert "'unsafe-inline'" not in response.headers["content-security-policy"].partition("style-src")[0]
            expect(page.locator("#content, #main, main").first).to_be_visible()
            expect(page.locator("#search-input-command")).to_be_hidden()
