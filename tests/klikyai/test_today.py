"""What the desk says first, to whom it may."""

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generation import execution
from generation.models import Model
from klikyai import today
from tests.billing.test_income import paid
from tests.generation.asking import ask
from tests.generation.conftest import patient, rich
from tests.klikyai.test_roles import BACKEND, at_the_desk

__all__ = ["patient", "rich"]
pytestmark = pytest.mark.django_db(transaction=True)


def figures(desk: Client) -> dict[str, str]:
    return {str(name): str(figure) for name, figure in desk.get("/admin/").context["figures"]}


def test_the_day_is_told_in_work_and_money(rich: User, patient: Model, dana: User, client: Client) -> None:
    client.force_login(dana, BACKEND)
    assert figures(client)["Waited on average"] == today.NONE
    ask(rich)
    ask(rich, "fails")
    execution.work_off("images")
    ask(rich)
    # Money is told by days of UTC: at noon none ends while this runs.
    with time_machine.travel(timezone.now().replace(hour=12)):
        paid(rich, 900)
        paid(rich, 500, "jpy")
        told = figures(client)
    assert (told["Made today"], told["Failed today"], told["Waiting now"]) == ("1", "1", "1")
    assert told["Waited on average"].endswith(" s")
    assert told["Income today"] == "€9.00, ¥500"


@pytest.mark.parametrize(("role", "may"), [("finance", True), ("support", False), ("operator", False)])
def test_income_is_for_those_who_see_payments(role: str, may: bool) -> None:
    assert ("Income today" in figures(at_the_desk(role))) is may
