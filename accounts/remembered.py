"""Who holds a dump of the database signs in as nobody: it keeps digests of what cookies and tokens say.

Between request and row a session has its true name; the two columns that hold it turn it into a digest on their way
in. A digest that comes from outside names no session.
"""

import hashlib
from typing import Any

from allauth.core import context
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

MARK = "#"
LONGEST = 40


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(super()._validate_session_key(key)) and not str(key).startswith(MARK)  # type: ignore[misc]


class KnownStore(db.SessionStore):
    """Named by what the database keeps, as no request may."""

    key_salt = db.SessionStore().key_salt


def kept(name: Any) -> Any:
    if name is None or str(name).startswith(MARK):
        return name
    return (MARK + hashlib.sha256(str(name).encode()).hexdigest())[:LONGEST]


def mend() -> None:
    for model in (Session, UserSession):
        model._meta.get_field("session_key").get_prep_value = kept  # type: ignore[method-assign]
    UserSession.is_current = _is_current
    UserSession._session_store = _known


def forget_expired() -> None:
    SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def _is_current(row: UserSession) -> bool:
    return bool(kept(row.session_key) == kept(context.request.session.session_key))


def _known(_row: UserSession, *name: str) -> KnownStore:
    return KnownStore(*name)
