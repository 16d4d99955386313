"""A person made, or changed, from the command line; what was made is printed as one JSON object."""

import json
import uuid
from argparse import ArgumentParser
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import OperationalError, transaction

from accounts import api_keys
from accounts.models import Scope, User
from accounts.signals import granting


class Command(BaseCommand):
    help = "Create or update a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--password")
        parser.add_argument("--credits", type=int, default=0)
        parser.add_argument("--staff", action="store_true")
        parser.add_argument("--api-key", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address") from None
        if options["credits"] < 0:
            raise CommandError("--credits must not be negative")
        try:
            with transaction.atomic():
                user = _person(email, options["password"], options["staff"])
                _grant(user, options["credits"])
                secret = api_keys.issue(user, options["api_key"], Scope.values)[1] if options["api_key"] else None
        except OperationalError:
            raise CommandError("PostgreSQL cannot be reached. Is `make run` running with the same VAR_DIR?") from None
        self.stdout.write(json.dumps({"email": user.email, "api_key": secret}))


def _grant(user: User, credits: int) -> None:
    if not credits:
        return
    if not granting.has_listeners(User):
        raise CommandError("Nobody keeps the books in this installation, so no credits can be given.")
    granting.send(User, user=user, credits=credits, reference=f"newuser:{uuid.uuid4()}")


def _person(email: str, password: str | None, staff: bool) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    if password:
        user.set_password(password)
    if staff:
        user.is_staff = user.is_superuser = True
    user.save()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user
