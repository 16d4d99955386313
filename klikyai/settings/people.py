"""Who may come in, and how: accounts, sign-in, second factors, other houses' doors, tokens."""

from typing import Any

from klikyai import env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
MAIL_ON_A_PAGE = False
OWNER_AT_FIRST = False  # make somebody who owns the studio when there is nobody yet
SMS_GATEWAY = env.text("SMS_GATEWAY")
SIGN_UP_OPEN = env.flag("SIGN_UP_OPEN", True)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.providers.SocialAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"} if SMS_GATEWAY else {"email"}
ACCOUNT_FORMS = {"login": "accounts.forms.SignIn"}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.sign_up.OneMailbox"
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1"] if SMS_GATEWAY else ["email*", "password1"]
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_PHONE_VERIFICATION_MAX_ATTEMPTS = 5
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/studio/"
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "KlikyAI"
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, list[dict[str, Any]]]] = {}
ELSEWHERE: list[str] = []  # where a sign-in may lead to
if env.text("GOOGLE_CLIENT_ID"):
    SOCIALACCOUNT_PROVIDERS["google"] = {
        "APPS": [{"client_id": env.text("GOOGLE_CLIENT_ID"), "secret": env.text("GOOGLE_CLIENT_SECRET")}]
    }
    ELSEWHERE.append("https://accounts.google.com")
if env.text("OPENID_CLIENT_ID"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "openid",
                "name": env.text("OPENID_NAME", "OpenID"),
                "client_id": env.text("OPENID_CLIENT_ID"),
                "secret": env.text("OPENID_CLIENT_SECRET"),
                "settings": {"server_url": env.text("OPENID_SERVER_URL")},
            }
        ]
    }
    ELSEWHERE.append("/".join(env.text("OPENID_SERVER_URL").split("/")[:3]))

HEADLESS_CLIENTS = ["app", "browser"]
HEADLESS_TOKEN_STRATEGY = "accounts.tokens.FamilyStrategy"  # noqa: S105
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 24 * 3600
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 7 * 24 * 3600
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
