"""A letter about money: the same words as plain text and in the house's dress."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Step:
    """What to do about it."""

    words: str
    link: str


def write(user: User, subject: str, body: str, step: Step | None = None) -> None:
    text = body.strip() + (f"\n\n{step.words}: {step.link}" if step else "")
    shown = {"subject": subject, "paragraphs": body.strip().split("\n\n"), "step": step, "site": settings.SITE_URL}
    letter = EmailMultiAlternatives(subject, f"{text}\n", settings.DEFAULT_FROM_EMAIL, [user.email])
    letter.attach_alternative(render_to_string("billing/mail/letter.html", shown), "text/html")
    letter.send()
