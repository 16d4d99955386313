"""Whoever closes an account leaves no word behind but those that the documents say stay, and why."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts import closure
from accounts.models import AuditEntry, User
from billing.models import Membership, Plan
from tests.klikyai.rows import CANARY, Maker, columns_with, theirs, wordy
from tests.klikyai.test_roles import BACKEND

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
STAYS = ROOT / "docs/adr/0005-what-stays-of-somebody-who-left.md"
DIGESTS = {"usersessions_usersession.session_key"}
COLUMN = re.compile(r"`(\w+\.\w+)`")


def column(model: type, name: str) -> str:
    return f"{model._meta.db_table}.{model._meta.get_field(name).column}"  # type: ignore[attr-defined]


def told() -> set[str]:
    return set(COLUMN.findall(STAYS.read_text()))


def test_no_words_stay_but_those_that_the_documents_name(alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(
        email=f"{CANARY}@example.org", email_key=f"{CANARY}@example.org", name=CANARY, language=CANARY
    )
    make, models = Maker(alice, bob), sorted(theirs(), key=lambda model: model._meta.label)
    for model in filter(wordy, models):
        make.row(model)
    planted = {column(model, field.name) for model in models for field in wordy(model)}
    assert len(planted) > 60
    # The search is worth something: each is found while the account is open.
    assert planted - columns_with(CANARY) == DIGESTS
    closure.close(User.objects.get(pk=alice.pk))
    assert columns_with(CANARY) == told()


def test_the_desk_forgets_the_address(alice: User, dana: User) -> None:
    desk, plan = Client(), Plan.objects.get(slug="studio")
    desk.force_login(dana, BACKEND)
    at = "/admin/billing/membership/"
    assert desk.post(f"/admin/accounts/user/{alice.pk}/change/", {"name": "Alicia"}).status_code == 302
    assert desk.post(f"{at}add/", {"user": alice.pk, "plan": plan.pk}).status_code == 302
    member, until = Membership.objects.get(), timezone.now() + timedelta(days=30)
    day = {"until_0": f"{until:%Y-%m-%d}", "until_1": "00:00:00"}
    assert desk.post(f"{at}{member.pk}/change/", {"user": alice.pk, "plan": plan.pk, **day}).status_code == 302
    # Somebody who once had another address is still called by it.
    User.objects.filter(pk=alice.pk).update(email="alicia@example.org", email_key="alicia@example.org")
    assert "django_admin_log.object_repr" in columns_with("alice@example.org")
    closure.close(User.objects.get(pk=alice.pk))
    assert columns_with("alice@example.org") | columns_with("alicia") == set()
    assert AuditEntry.objects.filter(facts__user=str(alice.public_id)).exists()
    assert apps.get_model("admin.LogEntry").objects.count() == 3
