from typing import Any

import pytest
from django.core import signing

from accounts.errors import InvalidRequest
from accounts.models import User
from accounts.pagination import SALT, Paging, listing

ORDER = ("name", "-pk")


@pytest.fixture
def many(db: None) -> list[str]:
    # Two of each name, so that a page may end between equals.
    for number in range(25):
        User.objects.create_user(f"p{number}@example.org", name=f"n{number // 2:02}")
    return list(User.objects.order_by(*ORDER).values_list("email", flat=True))


def page(**query: Any) -> dict[str, Any]:
    return listing(User.objects.all(), Paging(**query), lambda user: user.email, ORDER)


def test_pages_have_numbers(many: list[str]) -> None:
    found = page(page=2, limit=10)
    assert found == {"items": many[10:20], "pagination": {"page": 2, "limit": 10, "total": 25, "pages": 3}}


def test_a_page_beyond_the_end_is_empty(many: list[str]) -> None:
    assert page(page=99)["items"] == []


def test_the_cursor_walks_every_row_once_and_back(many: list[str]) -> None:
    there, back, cursor = [], [], None
    for _number in range(4):
        found = page(limit=7, cursor=cursor)
        there.append(found["items"])
        cursor = found["pagination"]["next"]
    assert cursor is None
    assert [row for rows in there for row in rows] == many
    while cursor := found["pagination"]["previous"]:
        found = page(limit=7, cursor=cursor)
        back.append(found["items"])
    assert back == there[-2::-1]


def test_rows_that_come_meanwhile_shift_nothing(many: list[str]) -> None:
    first = page(limit=10)
    User.objects.create_user("early@example.org", name="a")
    assert page(limit=10, cursor=first["pagination"]["next"])["items"] == many[10:20]


def test_the_cursor_counts_nothing(many: list[str], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        page(limit=5)


@pytest.mark.parametrize(
    "cursor",
    ["x", "a:b:c", "é", signing.dumps([False, "-created_at", "1"], salt=SALT), signing.dumps([1], salt="other")],
    # A signature holds the moment it was made: no two processes would call the case the same.
    ids=["letter", "parts", "accent", "bool", "salt"],
)
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str, many: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        page(cursor=cursor)
    assert "cursor" in refused.value.details


def test_a_page_and_a_cursor_together_are_refused(many: list[str]) -> None:
    with pytest.raises(InvalidRequest):
        page(page=1, cursor="x")
