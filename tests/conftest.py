"""The cast: Alice has credits, Bob has none, Charlie must see nothing of Alice's, Dana is staff."""

import pytest

from accounts import limits
from accounts.models import User


@pytest.fixture(autouse=True)
def fresh_redis() -> None:
    """Limits outlive a test as they outlive a request."""
    limits.connection().flushdb()


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
