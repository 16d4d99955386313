"""A letter: the same words as plain text and in the house's dress, in the language of whoever reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from smtplib import SMTPDataError, SMTPRecipientsRefused
from types import MappingProxyType

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User

CODE = re.compile(r"[A-Z0-9]{3,8}(-[A-Z0-9]{3,8})?")


@dataclass(frozen=True, slots=True)
class Step:
    """What to do about it."""

    words: str
    link: str


def language_of(user: User) -> translation.override:
    return translation.override(user.language or settings.LANGUAGE_CODE)


def write(
    user: User, subject: str, body: str, step: Step | None = None, foot: Step | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> None:  # fmt: skip
    links = [f"{link.words}: {link.link}" for link in (step, foot) if link is not None]
    text = "\n\n".join([body.strip(), *links])
    letter = EmailMultiAlternatives(
        subject, f"{text}\n", settings.DEFAULT_FROM_EMAIL, [user.email], headers=dict(headers)
    )
    dress(letter, body, step, foot)
    letter.send()


def about_them(error: Exception) -> bool:
    """Is it this one letter that is not taken, while others may be?"""
    return isinstance(error, SMTPRecipientsRefused | SMTPDataError | ValueError)


def for_good(error: Exception) -> bool:
    """Will it never be taken? Codes of five hundred say so, and so does an address that no mail can carry."""
    codes = [error.smtp_code] if isinstance(error, SMTPDataError) else []
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
    return isinstance(error, ValueError) or (bool(codes) and min(codes) >= 500)


def dress(letter: EmailMultiAlternatives, body: str, step: Step | None = None, foot: Step | None = None) -> None:
    """A paragraph that is nothing but a code stands out: it is what the reader came for."""
    paragraphs = [(part, CODE.fullmatch(part) is not None) for part in re.split(r"\n\s*\n", body.strip())]
    shown = {"subject": letter.subject, "paragraphs": paragraphs, "step": step, "foot": foot}
    letter.attach_alternative(render_to_string("mail/letter.html", shown), "text/html")
