"""Development settings without what keeps secrets out of logs and of the database: for the twin of the canaries."""

from klikyai.settings.development import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.klikyai.unguarded_app.Unguarded"]  # noqa: F405
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
MFA_ADAPTER = "allauth.mfa.adapter.DefaultMFAAdapter"
LOGGING["filters"]["scrub"] = {"()": "logging.Filter"}  # noqa: F405
