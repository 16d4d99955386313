"""As development, with throw-away state; tests/embedded.py has started the services before this is read."""

from klikyai.settings.development import *  # noqa: F403

SECRET_KEY = "only-for-tests-" + "x" * 40
AUDIT_KEY = "the audit key of the tests"
MFA_KEYS = ["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
