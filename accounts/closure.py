"""Ending things: the sessions of a person, their access, and at their wish everything that is theirs."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, signals
from accounts.desk_log import unname
from accounts.errors import Conflict, InvalidRequest, Unauthenticated
from accounts.models import Answered, Phone, User


@transaction.atomic
def deactivate(user: User, *, reason: str, actor: User | None) -> None:
    """From the next request on no session, token or key of this person opens anything."""
    _check(user, reason, actor)
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    sign_out_everywhere(user)
    audit.record(actor, "person deactivated", str(user.public_id), reason=reason.strip())
    _after(signals.deactivated, user)


@transaction.atomic
def reactivate(user: User, *, reason: str, actor: User | None) -> None:
    _check(user, reason, actor)
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    audit.record(actor, "person reactivated", str(user.public_id), reason=reason.strip())


@transaction.atomic
def close(user: User) -> None:
    """What law does not want kept goes; what must stay (the books) stays without a name."""
    # Not its key: whoever refers to it must be able to end, or would wait for us with locks that we need.
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    signals.leaving.send(User, user=locked)
    signals.closing.send(User, user=locked)
    sign_out_everywhere(locked)
    EmailAddress.objects.filter(user=locked).delete()
    Authenticator.objects.filter(user=locked).delete()
    SocialAccount.objects.filter(user=locked).delete()
    Phone.objects.filter(user=locked).delete()
    Answered.objects.filter(user=locked).delete()
    locked.api_keys.all().delete()
    unname(User.objects.filter(pk=locked.pk))
    locked.groups.clear()
    locked.user_permissions.clear()
    locked.email = f"closed-{locked.public_id}@invalid"
    locked.name = locked.language = ""
    locked.is_active = locked.is_staff = locked.is_superuser = False
    locked.last_login = None
    locked.set_unusable_password()
    locked.save()
    audit.record(locked, "account closed by its owner", str(locked.public_id))
    _after(signals.deactivated, locked)


def staying(user: User, *beside: str) -> User:
    """Behind the lock that closing takes first: what is begun here is seen there and taken away, or it is refused.
    `beside` names what is to be read along.
    """
    rows = User.objects.select_for_update(of=("self",), no_key=True)
    known = (rows.select_related(*beside) if beside else rows).get(pk=user.pk)
    if not known.is_active:
        raise Unauthenticated(_("Sign in first."))
    return known


def sign_out_everywhere(user: User) -> None:
    """Tokens live in their session, so they go with it."""
    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()


def _after(signal: Any, user: User) -> None:
    transaction.on_commit(lambda: signal.send(User, user=user))


def _check(user: User, reason: str, actor: User | None) -> None:
    if not reason.strip():
        raise InvalidRequest(_("Say why."), details={"reason": [_("This is needed.")]})
    if actor is not None and actor.pk == user.pk:
        raise Conflict(_("Nobody does this to themselves."))
    if actor is not None and user.is_staff and not actor.is_superuser:
        raise Conflict(_("Only an owner may do this to a colleague."))
