"""EMAIL_URL as providers hand it out: passwords of theirs hold slashes and signs."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from klikyai import env
from klikyai.env import Mail


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("smtp+tls://u:p@mail.example.org", Mail("mail.example.org", 587, "u", "p", True, False)),
        ("smtps://u:p@mail.example.org", Mail("mail.example.org", 465, "u", "p", False, True)),
        ("smtps://u:p@mail.example.org:2465", Mail("mail.example.org", 2465, "u", "p", False, True)),
        ("smtp+tls://me%40here:a%2Fb%25@h:25", Mail("h", 25, "me@here", "a/b%", True, False)),
        ("smtp://h", Mail("h", 587, "", "", False, False)),
    ],
)
def test_read_as_meant(monkeypatch: pytest.MonkeyPatch, url: str, meant: Mail) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    assert env.mail("EMAIL_URL") == meant


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://h", "smtp+tls://", "smtp+tls://u:hush/hush@h:587"])
def test_what_cannot_be_read_is_said_without_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    with pytest.raises(ImproperlyConfigured) as told:
        env.mail("EMAIL_URL")
    assert "EMAIL_URL must look like" in str(told.value)
    assert "hush" not in str(told.value)
