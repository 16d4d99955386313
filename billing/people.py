"""Who gets a present once, however many accounts they make."""

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.mailboxes import mailbox
from accounts.models import User


def names(user: User) -> list[str]:
    """One mailbox is one person: outlives the account, so that leaving and coming back is not a way to earn; tells
    nobody the address. The first is today's, the others are those under secrets that were replaced.
    """
    local, _at, domain = mailbox(user.email).rpartition("@")
    address = f"{local.partition('+')[0]}@{domain}"
    return [
        salted_hmac("billing.welcome", address, secret=secret, algorithm="sha256").hexdigest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
