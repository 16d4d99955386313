"""Who may read on a page what would have been sent: whoever reads a letter can be who it was sent to, the owner too."""

from django.conf import settings
from django.http import HttpRequest

from accounts.addresses import is_here


def to(request: HttpRequest) -> bool:
    """Only the machine itself, in development. What a proxy or a tunnel brings comes from elsewhere."""
    brought = getattr(request, "forwarded", False)
    return settings.MAIL_ON_A_PAGE and not brought and is_here(str(request.META["REMOTE_ADDR"]))
