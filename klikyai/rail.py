"""What stands at the left of every page of somebody who is signed in. Nothing is asked until a page shows it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from billing import credits
from generation import tools


def rail(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {"tools": tools.composed(), "wallet": SimpleLazyObject(lambda: credits.balance(user))}
