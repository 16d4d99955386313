"""The first start makes an owner, whatever their password begins with."""

import json
import secrets
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from klikyai.management.commands import prepare


@pytest.mark.parametrize("password", ["-Xq3_begins-with-a-dash", "--staff", "plain-0123456789"])
def test_the_owner_gets_in_with_what_was_said(db: None, settings: Any, monkeypatch: Any, password: str) -> None:
    settings.OWNER_AT_FIRST = True
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _bytes: password)
    out = StringIO()
    call_command("prepare", stdout=out)
    said = json.loads(out.getvalue())
    assert said["password"] == password
    assert User.objects.get(email=said["email"]).check_password(password)


def test_a_migration_may_take_longer_than_a_page(db: None, settings: Any, monkeypatch: Any) -> None:
    def asked(name: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"SHOW {name}")
            return str(cursor.fetchone()[0])

    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    usual, seen = [asked(name) for name in names], []
    monkeypatch.setattr(prepare, "call_command", lambda *_what, **_how: seen.extend(asked(name) for name in names))
    settings.OWNER_AT_FIRST = False
    prepare.Command().handle()
    assert usual == ["15s", "5s", "30s"]
    assert seen == ["0", "1min", "0"]
    assert [asked(name) for name in names] == usual
