import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.accounts.test_auth_api import post, proved

SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "correct horse alice"


def now() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


@pytest.fixture
def still() -> Iterator[None]:
    """A code lives until the clock says so, which may be between making and sending it."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


@pytest.fixture
def guarded(alice: User) -> Iterator[User]:
    TOTP.activate(proved(alice), SECRET)
    return alice


def begin(client: Client, user: User) -> str:
    return str(post(client, "login", {"email": user.email, "password": PASSWORD}).json()["data"]["ticket"])


def test_secrets_are_not_readable_in_the_database(guarded: User) -> None:
    codes = RecoveryCodes.activate(guarded).get_unused_codes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        stored = cursor.fetchone()[0]
    assert not any(secret in stored for secret in [SECRET, *codes])


def test_keys_can_be_rotated(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.MFA_KEYS = [old]
    written = get_adapter().encrypt(SECRET)
    settings.MFA_KEYS = [new, old]
    assert get_adapter().decrypt(written) == SECRET
    settings.MFA_KEYS = [new]
    with pytest.raises(InvalidToken):
        get_adapter().decrypt(written)


@pytest.mark.usefixtures("still")
def test_a_code_of_the_app_works_once(client: Client, guarded: User) -> None:
    first, second = begin(client, guarded), begin(client, guarded)
    code = now()
    assert post(client, "login", {"ticket": first, "code": code}).status_code == 200
    assert post(client, "login", {"ticket": second, "code": code}).status_code == 400


def test_a_recovery_code_works_once(client: Client, guarded: User) -> None:
    spare = RecoveryCodes.activate(guarded).get_unused_codes()[0]
    first, second = begin(client, guarded), begin(client, guarded)
    assert post(client, "login", {"ticket": first, "code": spare}).status_code == 200
    assert post(client, "login", {"ticket": second, "code": spare}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_works_once_at_once(client: Client, guarded: User) -> None:
    spare = RecoveryCodes.activate(guarded).get_unused_codes()[0]
    tickets = [begin(client, guarded) for _number in range(4)]

    def confirm(ticket: str) -> int:
        try:
            return int(post(Client(), "login", {"ticket": ticket, "code": spare}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(confirm, tickets)).count(200) == 1


@pytest.mark.usefixtures("still")
def test_the_password_alone_is_not_enough(client: Client, guarded: User) -> None:
    client.post("/accounts/login/", {"login": guarded.email, "password": PASSWORD})
    assert client.get("/account/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": now()})
    assert client.get("/account/").status_code == 200


@pytest.mark.usefixtures("still")
def test_turning_it_off_asks_for_the_password_again(client: Client, guarded: User) -> None:
    client.post("/accounts/login/", {"login": guarded.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": now()})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()
    answer = client.post("/accounts/2fa/totp/deactivate/")
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert Authenticator.objects.filter(user=guarded, type="totp").exists()
