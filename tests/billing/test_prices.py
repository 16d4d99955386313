"""A price that somebody was told holds for as long as they were told it would."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing import prices
from billing.models import Price

pytestmark = pytest.mark.django_db


def costs(credits: int, minutes_ago: float) -> None:
    since = timezone.now() - timedelta(minutes=minutes_ago)
    Price.objects.create(tool="text_to_image", model="x", credits=credits, since=since)


def rate(fallback: int = 4) -> tuple[int, int]:
    found = prices.rate("text_to_image", "x", fallback)
    return found.each, found.honoured


def test_without_a_row_the_model_says_what_it_costs() -> None:
    assert rate() == (4, 4)


def test_the_first_row_leaves_what_was_told_before_it() -> None:
    costs(9, 1)
    assert rate() == (9, 4)


def test_after_a_while_only_the_new_price_counts() -> None:
    costs(9, 21)
    assert rate() == (9, 9)


def test_of_several_changes_the_lowest_told_holds() -> None:
    for credits, minutes in ((1, 300), (8, 90), (3, 15), (9, 5)):
        costs(credits, minutes)
    assert rate() == (9, 3)


def test_a_lower_price_is_everybodys_at_once() -> None:
    costs(9, 300)
    costs(2, 0)
    assert rate() == (2, 2)


def test_a_price_of_tomorrow_is_not_asked_today() -> None:
    costs(9, -60)
    assert rate() == (4, 4)


def test_another_tool_or_model_has_its_own() -> None:
    Price.objects.create(tool="inpaint", model="x", credits=7)
    Price.objects.create(tool="text_to_image", model="y", credits=7)
    assert rate() == (4, 4)
