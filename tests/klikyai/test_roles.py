"""What each role of the staff can do at the desk, over every model that stands there."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from billing import credits
from billing.models import Hold, Posting, Transfer, Wallet
from generation.models import Job
from media.models import Asset
from tests.klikyai.test_ownership import a_job, an_asset

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ROLES = ["support", "finance", "operator"]
BOOKS = {Wallet, Transfer, Hold, Posting}


def staff(role: str) -> User:
    user = User.objects.create_user(f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def at_the_desk(role: str) -> Client:
    client = Client()
    client.force_login(staff(role), BACKEND)
    return client


def may(role: str) -> dict[type, dict[str, bool]]:
    request = RequestFactory().get("/admin/")
    request.user = staff(role)
    return {model: desk.get_model_perms(request) for model, desk in admin.site._registry.items()}


def address(thing: Any, verb: str = "change") -> str:
    return f"/admin/{thing._meta.label_lower.replace('.', '/')}/{thing.pk}/{verb}/"


@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_a_book_or_the_log_by_hand(role: str) -> None:
    rights = may(role)
    closed = {model for model in rights if model in BOOKS or model._meta.label == "accounts.AuditEntry"}
    assert len(closed) >= 4
    assert {model for model in closed if any(rights[model][verb] for verb in ("add", "change", "delete"))} == set()


def test_finance_looks_at_every_book_and_at_nothing_of_the_makers() -> None:
    rights = may("finance")
    assert all(rights[model]["view"] for model in BOOKS & rights.keys())
    foreign = {model._meta.app_label for model, verbs in rights.items() if verbs["view"]}
    assert foreign == {"billing", "accounts"}


def test_support_sees_no_verb_of_money_and_can_use_none(alice: User) -> None:
    credits.grant(alice, 100, reference="tests:alice", kind="promotion")
    credits.hold(alice, 10, reference="tests:hold", title="A picture")
    wallet, hold, desk = Wallet.objects.get(user=alice), Hold.objects.get(), at_the_desk("support")
    for thing, verb in ((wallet, "adjust"), (hold, "refund")):
        page = desk.get(address(thing))
        assert page.status_code == 200
        assert address(thing, verb) not in page.content.decode()
        assert desk.post(address(thing, verb), {"amount": 5, "reason": "please"}).status_code == 403
    owner = at_the_desk("finance").get(address(wallet)).content.decode()
    assert address(wallet, "adjust") in owner


@pytest.mark.parametrize("role", ROLES)
def test_no_role_sees_what_people_made(alice: User, role: str) -> None:
    asset, job = an_asset(alice), a_job(alice)
    Job.objects.filter(pk=job.pk).update(params=job.params | {"prompt": "a very private wish"})
    Asset.objects.filter(pk=asset.pk).update(prompt="a very private wish", recipe={"prompt": "a very private wish"})
    desk = at_the_desk(role)
    for model in admin.site._registry:
        desk.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    pages = "".join(desk.get(address(thing)).content.decode() for thing in (asset, job))
    assert "a very private wish" not in pages
    assert asset.name not in pages
    assert f"{asset.public_id}/content" not in pages
    for door in ("/library/{}/", "/api/v1/assets/{}", "/api/v1/assets/{}/content"):
        assert desk.get(door.format(asset.public_id)).status_code == 404
    assert Client().get(f"/api/v1/assets/{asset.public_id}/content").status_code == 401


@pytest.mark.parametrize("role", ROLES)
def test_no_desk_falls_over_for_a_role(alice: User, role: str) -> None:
    a_job(alice), an_asset(alice)
    rights, desk = may(role), Client()
    desk.force_login(User.objects.get(email=f"{role}@example.org"), BACKEND)
    for model, verbs in rights.items():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        status = desk.get(reverse(f"admin:{label}_changelist")).status_code
        assert status == (200 if verbs["view"] else 403), label
