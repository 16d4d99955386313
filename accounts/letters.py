"""A letter: the same words as plain text and in the house's dress, in the language of whoever reads it."""

import re
from dataclasses import dataclass

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


def write(user: User, subject: str, body: str, step: Step | None = None, foot: Step | None = None) -> None:
    text = body.strip() + (f"\n\n{step.words}: {step.link}" if step else "")
    letter = EmailMultiAlternatives(subject, f"{text}\n", settings.DEFAULT_FROM_EMAIL, [user.email])
    dress(letter, body, step, foot)
    letter.send()


def dress(letter: EmailMultiAlternatives, body: str, step: Step | None = None, foot: Step | None = None) -> None:
    """A paragraph that is nothing but a code stands out: it is what the reader came for."""
    paragraphs = [(part, CODE.fullmatch(part) is not None) for part in re.split(r"\n\s*\n", body.strip())]
    shown = {"subject": letter.subject, "paragraphs": paragraphs, "step": step, "foot": foot}
    letter.attach_alternative(render_to_string("mail/letter.html", shown), "text/html")
