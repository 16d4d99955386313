"""Settings of a house whose guesses are counted by allauth alone: the twin that shows what the guard is for."""

from klikyai.settings.test import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.accounts.unguarded_app.Unguarded"]  # noqa: F405
MIDDLEWARE = [name for name in MIDDLEWARE if name != "accounts.attempts.CodeAttempts"]  # noqa: F405
