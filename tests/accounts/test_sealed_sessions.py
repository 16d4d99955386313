"""A code on its way lies in the session; a dump of the database must not show it."""

import base64
import zlib

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from accounts.models import User
from tests.accounts.test_auth_api import code, proved


def as_a_thief_reads_it() -> str:
    """Whoever has a dump undoes Django's signature, base64 and compression without any key."""
    packed = Session.objects.get().session_data.rsplit(":", 2)[0]
    raw = base64.urlsafe_b64decode(packed.lstrip(".") + "==")
    return (zlib.decompress(raw) if packed.startswith(".") else raw).decode(errors="replace")


def code_by_mail(client: Client, alice: User) -> str:
    client.post("/accounts/login/code/", {"email": proved(alice).email})
    return code()


def test_a_dump_shows_no_code_and_the_code_still_works(client: Client, alice: User) -> None:
    given = code_by_mail(client, alice)
    assert given not in as_a_thief_reads_it()
    client.post("/accounts/login/code/confirm/", {"code": given})
    assert client.session["_auth_user_id"] == str(alice.pk)


@override_settings(SESSION_SERIALIZER="django.contrib.sessions.serializers.JSONSerializer")
def test_without_the_seal_the_code_is_there_to_read(client: Client, alice: User) -> None:
    assert code_by_mail(client, alice) in as_a_thief_reads_it()


def test_a_session_outlives_a_change_of_keys(client: Client, alice: User) -> None:
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    old = Fernet.generate_key().decode()
    with override_settings(MFA_KEYS=[old]):
        client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    with override_settings(MFA_KEYS=[Fernet.generate_key().decode(), old]):
        assert client.get("/account/").status_code == 200


@pytest.mark.django_db
def test_what_cannot_be_opened_is_an_empty_session(client: Client, alice: User) -> None:
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    with override_settings(MFA_KEYS=[Fernet.generate_key().decode()]):
        assert client.get("/account/").status_code == 302
