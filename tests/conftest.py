"""The cast: Alice has credits, Bob has none, Charlie must see nothing of Alice's, Dana is staff."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts import api_keys, limits
from accounts.models import Scope, User


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests that need real commits empty every table afterwards, also those whose rows nobody may remove."""
    find = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%no_truncate'"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(find)
        for trigger, table in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger} ON {table}")


@pytest.fixture(autouse=True)
def fresh_redis() -> None:
    """Limits outlive a test as they outlive a request."""
    limits.connection().flushdb()


@pytest.fixture(autouse=True)
def own_storage(settings: Settings, tmp_path: Path) -> Path:
    """Of files: nothing of a test is found by the next, nor in somebody's own library."""
    settings.MEDIA_ROOT, settings.MEDIA_ARRIVALS = tmp_path / "media", tmp_path / "arrivals"
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A request's language outlives it in its thread."""
    yield
    translation.deactivate()


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", "correct horse alice", name="Alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob@example.org", "correct horse bob", name="Bob")


@pytest.fixture
def charlie(db: None) -> User:
    return User.objects.create_user("charlie@example.org", "correct horse charlie", name="Charlie")


@pytest.fixture
def dana(db: None) -> User:
    return User.objects.create_superuser("dana@example.org", "correct horse dana", name="Dana")


@pytest.fixture
def api() -> APIClient:
    """Somebody nobody knows, calling the API."""
    return APIClient()


@pytest.fixture
def alice_api(alice: User) -> APIClient:
    return with_key(alice)


@pytest.fixture
def bob_api(bob: User) -> APIClient:
    return with_key(bob)


@pytest.fixture
def charlie_api(charlie: User) -> APIClient:
    return with_key(charlie)


@pytest.fixture
def dana_api(dana: User) -> APIClient:
    return with_key(dana)


def with_key(user: User) -> APIClient:
    _key, secret = api_keys.issue(user, "tests", Scope.values)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client
