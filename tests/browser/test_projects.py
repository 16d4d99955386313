"""Frames go to a project by hand, by key, and to one that did not exist a moment ago."""

import os

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from media.models import Asset, Project
from tests.browser.conftest import Served
from tests.browser.test_library import CELLS, hang, sheet
from tests.browser.test_sign_in import complaints

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sheet"]
ROW = ".projects [data-project]"


@pytest.fixture
def boats(alice: User) -> Project:
    hang(alice, 8)
    return Project.objects.create(user=alice, name="Boats")


def inside(project: Project) -> set[str]:
    return set(Asset.objects.filter(project=project).values_list("name", flat=True))


def test_chosen_frames_are_dragged_onto_a_project_and_taken_back(sheet: Page, house: Served, boats: Project) -> None:
    sheet.goto(f"{house.url}/library/")
    choose(sheet, "frame 1", "frame 3")
    frame(sheet, "frame 3").drag_to(sheet.locator(ROW, has_text="Boats"))
    expect(sheet.get_by_text("Moved to Boats: 2.")).to_be_visible()
    assert inside(boats) == {"frame 1", "frame 3"}
    expect(sheet.locator("contact-sheet")).not_to_have_class("carrying")
    sheet.get_by_label("Boats").check()
    expect(sheet.locator(CELLS)).to_have_count(2)
    sheet.keyboard.press("z")
    expect(sheet.locator(CELLS)).to_have_count(0)
    assert inside(boats) == set()


def test_a_frame_dragged_alone_leaves_the_chosen_where_they_are(sheet: Page, house: Served, boats: Project) -> None:
    sheet.goto(f"{house.url}/library/")
    choose(sheet, "frame 1")
    frame(sheet, "frame 4").drag_to(sheet.locator(ROW, has_text="Boats"))
    expect(sheet.get_by_text("Moved to Boats: 1.")).to_be_visible()
    assert inside(boats) == {"frame 4"}


def test_frames_dropped_on_new_project_begin_it(sheet: Page, house: Served, boats: Project, alice: User) -> None:
    sheet.goto(f"{house.url}/library/")
    frame(sheet, "frame 2").drag_to(sheet.get_by_role("button", name="New project"))
    name = sheet.get_by_label("Name of a new project")
    expect(name).to_be_focused()
    sheet.keyboard.type("Boats")
    sheet.keyboard.press("Enter")
    expect(sheet.get_by_text("You already have a project of this name.")).to_be_visible()
    sheet.complaints.clear()  # type: ignore[attr-defined]  # the refusal
    name.fill("Whales")
    sheet.keyboard.press("Enter")
    expect(sheet.get_by_text("Moved to Whales: 1.")).to_be_visible()
    assert inside(Project.objects.get(user=alice, name="Whales")) == {"frame 2"}
    sheet.get_by_label("Whales").check()
    expect(sheet.locator(CELLS)).to_have_count(1)


def test_the_whole_move_by_keyboard(sheet: Page, house: Served, boats: Project) -> None:
    sheet.goto(f"{house.url}/library/")
    expect(sheet.locator(CELLS).first).to_be_visible()
    for key in ("ArrowRight", "x", "ArrowRight", "x", "m"):
        sheet.keyboard.press(key)
    expect(sheet.get_by_role("heading", name="Move to project")).to_be_visible()
    expect(sheet.get_by_role("button", name="Boats", exact=True)).to_be_focused()
    for key in ("ArrowDown", "ArrowUp", "Enter"):
        sheet.keyboard.press(key)
    expect(sheet.get_by_text("Moved to Boats: 2.")).to_be_visible()
    assert inside(boats) == {"frame 0", "frame 1"}
    sheet.keyboard.press("m")
    for key in ("ArrowDown", "Enter"):
        sheet.keyboard.press(key)
    expect(sheet.get_by_text("Moved to no project: 1.")).to_be_visible()
    assert inside(boats) == {"frame 0"}


def test_more_projects_than_the_row_holds_are_found_by_name(sheet: Page, house: Served, alice: User) -> None:
    hang(alice, 3)
    Project.objects.bulk_create([Project(user=alice, name=f"Boats {number:03}") for number in range(130)])
    sheet.goto(f"{house.url}/library/")
    expect(sheet.locator(ROW)).to_have_count(24 + 1)  # and the one that begins another
    sheet.route("**/api/v1/projects?*", lambda route: route.abort())
    sheet.get_by_role("link", name="106 more…").click()
    expect(sheet.get_by_role("dialog").get_by_text("no line to the server")).to_be_visible()
    sheet.unroute("**/api/v1/projects?*")
    sheet.complaints.clear()  # type: ignore[attr-defined]  # the cut
    sheet.get_by_role("button", name="Close").click()
    sheet.get_by_role("link", name="106 more…").click()
    expect(sheet.get_by_role("heading", name="Show a project")).to_be_visible()
    sheet.get_by_role("searchbox", name="Find a project").fill("097")
    sheet.get_by_role("button", name="Boats 097").click()
    expect(sheet.get_by_label("Boats 097")).to_be_checked()
    expect(sheet.locator(CELLS)).to_have_count(0)
    sheet.get_by_label("All projects").check()
    choose(sheet, "frame 1")
    sheet.get_by_role("button", name="Move to…").click()
    sheet.get_by_role("searchbox", name="Find a project").fill("123")
    sheet.get_by_role("button", name="Boats 123").click()
    expect(sheet.get_by_text("Moved to Boats 123: 1.")).to_be_visible()
    assert inside(Project.objects.get(name="Boats 123")) == {"frame 1"}


@pytest.mark.parametrize("width", [360, 1440])
def test_the_row_and_the_question_are_accessible(sheet: Page, house: Served, boats: Project, width: int) -> None:
    sheet.set_viewport_size({"width": width, "height": 900})
    sheet.emulate_media(reduced_motion="reduce")  # a question that still fades in is no question of contrast
    sheet.goto(f"{house.url}/library/")
    sheet.get_by_role("button", name="Choose frame 1", exact=True).click()
    sheet.get_by_role("button", name="Move to…").click()
    expect(sheet.get_by_role("heading", name="Move to project")).to_be_visible()
    assert complaints(sheet) == []


def frame(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True)


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=f"Choose {name}", exact=True).click()
