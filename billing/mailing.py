"""A letter about money: a template's words, with the way to the wallet below."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts import letters
from accounts.models import User


def write(
    user: User, subject: Promise, template: str, shown: dict[str, object], path: str = "", words: Promise | str = ""
) -> None:
    with letters.language_of(user):
        text = render_to_string(template, shown | {"user": user})
        step = letters.Step(str(words), settings.SITE_URL + path) if path else None
        foot = letters.Step(_("Your wallet and statement"), f"{settings.SITE_URL}/wallet/")
        letters.write(user, str(subject) % shown, text, step, foot)
