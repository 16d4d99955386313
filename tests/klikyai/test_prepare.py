"""The first start makes an owner, whatever their password begins with."""

import json
import secrets
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User


@pytest.mark.parametrize("password", ["-Xq3_begins-with-a-dash", "--staff", "plain-0123456789"])
def test_the_owner_gets_in_with_what_was_said(db: None, settings: Any, monkeypatch: Any, password: str) -> None:
    settings.OWNER_AT_FIRST = True
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _bytes: password)
    out = StringIO()
    call_command("prepare", stdout=out)
    said = json.loads(out.getvalue())
    assert said["password"] == password
    assert User.objects.get(email=said["email"]).check_password(password)
