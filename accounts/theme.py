"""Dark is the house's own light; somebody who chose the other keeps it in a cookie, without any script."""

from typing import Any

from django.http import HttpRequest

from accounts import letters_shown

COOKIE = "theme"
THEMES = ("dark", "light")


def chosen(request: HttpRequest) -> str:
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else THEMES[0]


def appearance(request: HttpRequest) -> dict[str, Any]:
    return {"theme": chosen(request), "mail_on_a_page": letters_shown.to(request)}
