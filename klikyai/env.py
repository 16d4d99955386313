"""Typed readers for settings that come from outside. A value that cannot be read stops the start with its name."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from redis.connection import parse_url

Value = TypeVar("Value")

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def raw(name: str) -> str | None:
    """The variable, or the content of the file that NAME_FILE points to (Docker and Kubernetes secrets)."""
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        return os.environ.get(name)
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from None


def text(name: str, default: str = "") -> str:
    value = raw(name)
    return default if value is None else value


def number(name: str, default: int) -> int:
    return _read(name, default, int, "a whole number")


def port(name: str, default: int) -> int:
    return _read(name, default, _port, "a whole number from 1 to 65535")


def redis(name: str, default: str) -> str:
    url = text(name, default)
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"{name} must look like redis://:password@host:6379/0")
    return url


def redis_number(url: str) -> int:
    return int(parse_url(url).get("db", 0))  # type: ignore[no-untyped-call]


def flag(name: str, default: bool) -> bool:
    return _read(name, default, _truth, "yes or no")


def database(name: str, default: str) -> dict[str, Any]:
    url = text(name, default)
    try:
        found = dict(dj_database_url.parse(url))
    except ValueError:
        found = {}
    if found.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/name")
    return found


def rate(name: str, default: tuple[int, int]) -> tuple[int, int]:
    """Calls and seconds, written as 30/60."""
    return _read(name, default, _rate, "calls/seconds, as 30/60")


@dataclass(frozen=True)
class Mail:
    host: str
    port: int
    user: str
    password: str
    starts_tls: bool
    speaks_tls: bool


def mail(name: str) -> Mail:
    """smtp://, smtps:// (TLS from the first byte) or smtp+tls:// (STARTTLS); what is not a letter in %-writing."""
    usual = {"smtp": 587, "smtps": 465, "smtp+tls": 587}
    try:
        found = urlsplit(text(name))
        given = found.port
    except ValueError:  # a password with a slash in it ends the host too early, and the error would show it
        found, given = urlsplit(""), None
    if found.scheme not in usual or not found.hostname:
        raise ImproperlyConfigured(
            f"{name} must look like smtp+tls://user:password@host:587, with %2F for a slash and %40 for an @ in it"
        )
    user, password = (unquote(part or "") for part in (found.username, found.password))
    port = given or usual[found.scheme]
    return Mail(found.hostname, port, user, password, found.scheme == "smtp+tls", found.scheme == "smtps")


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    value = raw(name)
    if value is None:
        return list(default)
    return [word.strip() for word in value.split(",") if word.strip()]


def required(names: list[str]) -> dict[str, str]:
    """All of them, or one error that names every missing one."""
    values = {name: text(name) for name in names}
    if missing := [name for name, value in values.items() if not value]:
        raise ImproperlyConfigured(f"Set these before starting (NAME or NAME_FILE): {', '.join(missing)}")
    return values


def _truth(value: str) -> bool:
    lowered = value.strip().lower()
    if lowered not in TRUE | FALSE:
        raise ValueError(value)
    return lowered in TRUE


def _port(value: str) -> int:
    found = int(value)
    if not 0 < found < 65536:
        raise ValueError(value)
    return found


def _rate(value: str) -> tuple[int, int]:
    calls, seconds = (int(part) for part in value.split("/"))
    if calls < 1 or seconds < 1:
        raise ValueError(value)
    return calls, seconds


def _read(name: str, default: Value, convert: Callable[[str], Value], expected: str) -> Value:
    value = raw(name)
    if value is None:
        return default
    try:
        return convert(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be {expected}") from None
