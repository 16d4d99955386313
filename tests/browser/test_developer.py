import os
import subprocess

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from billing import credits
from generation.models import Job
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.test_sign_in import grave, wear

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_examples_work_as_they_stand(page: Page, house: Served, alice: User) -> None:
    credits.grant(alice, 50, reference="tests", kind="promotion")
    enter(page, house, alice)
    page.goto(f"{house.url}/developer/")
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    for example in ("quote", "make"):
        shell = page.locator(f"[data-example={example}] code").inner_text()
        answer = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=30, check=True).stdout
        assert '"success":true' in answer.replace(" ", ""), answer
    assert Job.objects.get().params["prompt"] == "a red boat on the sea"
    for example in ("openai", "python"):
        compile(page.locator(f"[data-example={example}] code").inner_text(), "example", "exec")


def test_what_was_spent_is_unknown_when_nobody_answers(page: Page, house: Served, alice: User) -> None:
    page.route("**/api/v1/wallet/usage*", lambda route: route.abort())
    enter(page, house, alice)
    with page.expect_event("requestfailed"):
        page.goto(f"{house.url}/developer/")
    expect(page.locator("[data-sum]")).to_have_text("–")
    page.complaints.clear()  # type: ignore[attr-defined]  # the cut


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_developer_page_is_accessible(page: Page, house: Served, alice: User, theme: str) -> None:
    enter(page, house, alice)
    wear(page, house, theme)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert grave(page, f"{house.url}/developer/") == []
