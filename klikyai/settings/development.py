"""One machine, no keys: services out of wheels, mail into a page, everything under VAR_DIR."""

import base64
import hashlib
import os
import secrets as random
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from klikyai import env
from klikyai.services.embedded import Embedded

# Whatever we write, also from a second shell, is ours alone.
os.umask(0o077)
_var = Path(env.text("VAR_DIR", str(Path(__file__).resolve().parent.parent.parent / "var")))
os.environ.update(Embedded(_var).running())
os.environ.setdefault("SMS_GATEWAY", "accounts.phones.by_mail")
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_var / "metrics"))

from klikyai.settings.base import *  # noqa: E402, F403


def _own_secret() -> str:
    """Made once for this folder, so that sessions outlive a restart."""
    file = _var / "secret_key"
    try:
        _var.mkdir(parents=True, exist_ok=True)
        Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)
        if not file.exists() or not file.stat().st_size:
            file.touch(mode=0o600)
            file.write_text(random.token_urlsafe(50))
        return file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"VAR_DIR {_var} cannot be used ({error.strerror}); choose another") from None


SECRET_KEY = env.text("SECRET_KEY") or _own_secret()
AUDIT_KEY = env.text("AUDIT_KEY") or hashlib.sha256(b"audit" + SECRET_KEY.encode()).hexdigest()
MFA_KEYS = [base64.urlsafe_b64encode(hashlib.sha256(b"mfa" + SECRET_KEY.encode()).digest()).decode()]
STRIPE_WEBHOOK_SECRETS = env.words(
    "STRIPE_WEBHOOK_SECRET", ("whsec_" + hashlib.sha256(b"sandbox" + SECRET_KEY.encode()).hexdigest(),)
)
HOST = env.text("HOST", "127.0.0.1")
PORT = env.port("PORT", 8000)
DEBUG = env.flag("DEBUG", False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = _var / "mail"
MAIL_ON_A_PAGE = True
OWNER_AT_FIRST = env.flag("OWNER_AT_FIRST", True)
# Browsers count localhost as safe, and so passkeys work there.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
