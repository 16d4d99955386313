"""For other people's data and money: nothing is guessed, and what is missing is named before anything starts."""

import os
from urllib.parse import urlsplit

import sentry_sdk

from klikyai import env
from klikyai.scrubber import before_send
from klikyai.settings import storages

_given = env.required(
    [
        *("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "MFA_KEYS", "AUDIT_KEY", "EMAIL_URL", "SITE_URL"),
        *("STRIPE_KEY", "STRIPE_WEBHOOK_SECRET"),
    ]
)
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "/tmp/klikyai-metrics")  # noqa: S108
os.makedirs(os.environ["PROMETHEUS_MULTIPROC_DIR"], exist_ok=True)

from klikyai.settings.base import *  # noqa: E402, F403

SECRET_KEY = _given["SECRET_KEY"]
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
MFA_KEYS = env.words("MFA_KEYS")
AUDIT_KEY = _given["AUDIT_KEY"]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
SITE_URL = _given["SITE_URL"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
DEBUG = False
ADMIN_REQUIRES_MFA = env.flag("ADMIN_REQUIRES_MFA", True)

TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True

_mail = env.mail("EMAIL_URL")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _mail.host
EMAIL_PORT = _mail.port
EMAIL_HOST_USER = _mail.user
EMAIL_HOST_PASSWORD = _mail.password
EMAIL_USE_TLS = _mail.starts_tls
EMAIL_USE_SSL = _mail.speaks_tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL") or f"KlikyAI <no-reply@{urlsplit(SITE_URL).hostname}>"

STORAGES = {
    "default": storages.media(),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

if _dsn := env.text("SENTRY_DSN"):
    sentry_sdk.init(
        _dsn,
        release=VERSION,  # noqa: F405
        send_default_pii=False,
        before_send=before_send,  # type: ignore[arg-type]
        before_send_transaction=before_send,  # type: ignore[arg-type]
        include_local_variables=False,
        max_request_body_size="never",
    )
