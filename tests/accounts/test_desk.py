import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client, override_settings
from django.urls import reverse

from accounts import api_keys
from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def staff(role: str) -> User:
    user = User.objects.create_user(f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, BACKEND)
    return client


def page(user: User, name: str, *arguments: object) -> int:
    return signed_in(user).get(reverse(f"admin:{name}", args=arguments)).status_code


def test_strangers_are_led_to_the_studios_own_sign_in(client: Client) -> None:
    answer = client.get("/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/")


def test_people_without_the_right_are_refused(alice: User) -> None:
    assert page(alice, "index") == 403


@pytest.mark.parametrize(
    ("role", "people", "keys", "log", "queues"),
    [("support", 200, 200, 403, 403), ("finance", 200, 403, 403, 403), ("operator", 200, 200, 200, 200)],
)
def test_each_role_sees_its_own_desk(role: str, people: int, keys: int, log: int, queues: int) -> None:
    user = staff(role)
    assert page(user, "index") == 200
    assert page(user, "accounts_user_changelist") == people
    assert page(user, "accounts_apikey_changelist") == keys
    assert page(user, "accounts_auditentry_changelist") == log
    assert signed_in(user).get("/django-rq/").status_code == queues


@override_settings(ADMIN_REQUIRES_MFA=True)
def test_staff_need_a_second_factor(dana: User) -> None:
    assert signed_in(dana).get("/admin/")["Location"] == reverse("mfa_index")
    Authenticator.objects.create(user=dana, type=Authenticator.Type.TOTP, data={})
    assert page(dana, "index") == 200


@override_settings(ADMIN_REQUIRES_MFA=True)
def test_recovery_codes_alone_are_no_second_factor(dana: User) -> None:
    Authenticator.objects.create(user=dana, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert page(dana, "index") == 302


@override_settings(ADMIN_ALLOWED_ADDRESSES=["192.0.2.0/24"])
def test_elsewhere_there_is_no_admin(dana: User) -> None:
    assert page(dana, "index") == 404
    client = signed_in(dana)
    assert client.get("/admin/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_support_deactivates_with_a_reason(alice: User) -> None:
    supporter, key = staff("support"), api_keys.issue(alice, "laptop")[1]
    theirs = signed_in(alice)
    address = f"/admin/accounts/user/{alice.pk}/deactivate/"
    assert signed_in(supporter).get(address).status_code == 200
    signed_in(supporter).post(address, {"reason": " "})
    alice.refresh_from_db()
    assert alice.is_active
    signed_in(supporter).post(address, {"reason": "sells accounts"})
    alice.refresh_from_db()
    assert not alice.is_active
    assert AuditEntry.objects.get().facts == {"reason": "sells accounts"}
    assert theirs.get("/account/").status_code == 302
    assert api_keys.find(key) is None


def test_support_cannot_make_itself_an_owner(dana: User) -> None:
    supporter = staff("support")
    address = reverse("admin:accounts_user_change", args=[supporter.pk])
    everything = {"name": "S", "is_staff": "on", "is_superuser": "on", "groups": [Group.objects.get(name="finance").pk]}
    signed_in(supporter).post(address, everything)
    supporter.refresh_from_db()
    assert not supporter.is_superuser
    assert [group.name for group in supporter.groups.all()] == ["support"]


def test_support_cannot_shut_out_an_owner(dana: User) -> None:
    signed_in(staff("support")).post(f"/admin/accounts/user/{dana.pk}/deactivate/", {"reason": "coup"})
    dana.refresh_from_db()
    assert dana.is_active


def test_finance_cannot_deactivate(alice: User) -> None:
    answer = signed_in(staff("finance")).post(f"/admin/accounts/user/{alice.pk}/deactivate/", {"reason": "late"})
    alice.refresh_from_db()
    assert answer.status_code == 403
    assert alice.is_active


def test_no_hash_is_shown(dana: User, alice: User) -> None:
    key = api_keys.issue(alice, "laptop")[0]
    text = signed_in(dana).get(reverse("admin:accounts_user_change", args=[alice.pk])).content.decode()
    text += signed_in(dana).get(reverse("admin:accounts_apikey_change", args=[key.pk])).content.decode()
    assert alice.password not in text
    assert key.digest not in text


def test_the_log_cannot_be_written_here(dana: User) -> None:
    assert page(dana, "accounts_auditentry_add") == 403


@pytest.mark.parametrize("name", ["index", "accounts_user_changelist", "accounts_auditentry_changelist"])
def test_pages_ask_little_of_the_database(
    dana: User, alice: User, name: str, django_assert_max_num_queries: object
) -> None:
    client = signed_in(dana)
    client.get(reverse("admin:index"))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(reverse(f"admin:{name}"))


def test_support_cannot_shut_out_a_colleague() -> None:
    colleague = staff("operator")
    signed_in(staff("support")).post(f"/admin/accounts/user/{colleague.pk}/deactivate/", {"reason": "coup"})
    colleague.refresh_from_db()
    assert colleague.is_active


def test_a_key_is_revoked_by_a_form_and_never_by_a_link(alice: User) -> None:
    key, secret = api_keys.issue(alice, "laptop")
    address, supporter = f"/admin/accounts/apikey/{key.pk}/revoke/", signed_in(staff("support"))
    supporter.get(address)
    assert api_keys.find(secret) is not None
    supporter.post(address, {"reason": "leaked"})
    assert api_keys.find(secret) is None
    assert AuditEntry.objects.get().facts == {"prefix": key.prefix, "reason": "leaked"}
