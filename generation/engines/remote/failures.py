"""What a provider's answer means to the person whose job it is."""

from django.utils.translation import gettext_noop

from generation.errors import EngineFailed

BUSY = {429, 503}
TROUBLED = {408, 425, 500, 502, 504}
UNREADABLE = "provider_unreadable"


def meaning(status: int, log: str) -> EngineFailed:
    if status in BUSY | TROUBLED:
        return unreachable(log)
    if status in {401, 402, 403}:
        message = gettext_noop("The provider does not serve this installation at the moment.")
        return EngineFailed(message, retryable=False, log=log, code="provider_refused")
    if status in {404, 410}:
        message = gettext_noop("The provider no longer knows this job.")
        return EngineFailed(message, retryable=False, log=log, code="provider_lost")
    if 300 <= status < 400:
        return unreadable(log)
    message = gettext_noop("The provider did not accept these settings.")
    return EngineFailed(message, retryable=False, log=log, code="provider_refused")


def unreachable(log: str) -> EngineFailed:
    message = gettext_noop("The provider cannot be reached at the moment.")
    return EngineFailed(message, retryable=True, log=log, code="provider_unreachable")


def unreadable(log: str) -> EngineFailed:
    message = gettext_noop("The provider's answer could not be understood.")
    return EngineFailed(message, retryable=False, log=log, code=UNREADABLE)


def uncertain(log: str) -> EngineFailed:
    """It may be at work, and paid for: asking again could pay twice."""
    message = gettext_noop("The connection broke while the provider was asked. It was not asked again.")
    return EngineFailed(message, retryable=False, log=log, code="provider_uncertain")


def foreign(log: str) -> EngineFailed:
    return EngineFailed(
        gettext_noop("This did not come from the provider."), retryable=False, log=log, code="provider_foreign"
    )
