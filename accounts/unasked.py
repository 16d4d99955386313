"""Letters that nobody asked for by a press: whoever gets one can end them with one, signed in or not."""

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.letters import Step
from accounts.models import User

_SALT = "letters that may stop"


def foot(user: User) -> Step:
    return Step(_("No more of these letters"), settings.SITE_URL + reverse("letters-stop", args=[_token(user)]))


def headers(user: User) -> dict[str, str]:
    """What mail programs make their own button of: RFC 8058."""
    return {
        "List-Unsubscribe": f"<{foot(user).link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def stop(token: str) -> None:
    _named(token).update(mail_when_done=False)


def known(token: str) -> bool:
    return _named(token).exists()


def _named(token: str) -> QuerySet[User]:
    try:
        return User.objects.filter(public_id=signing.loads(token, salt=_SALT))
    except signing.BadSignature:
        return User.objects.none()


def _token(user: User) -> str:
    return signing.dumps(str(user.public_id), salt=_SALT)
