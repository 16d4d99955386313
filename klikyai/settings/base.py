"""What every way of running shares. No secret has a default here."""

from datetime import timedelta
from pathlib import Path

from corsheaders.defaults import default_headers
from csp.constants import NONCE as csp_nonce
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from klikyai import desk, env, logs
from klikyai.settings import storages
from klikyai.settings.people import *  # noqa: F403
from klikyai.settings.people import ELSEWHERE

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()
VERSION = "0.1.0"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "accounts.apps.Accounts",
    "billing.apps.Billing",
    "media",
    "generation.apps.Generation",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "allauth.headless",
    "channels",
    "corsheaders",
    "csp",
    "django_htmx",
    "django_rq",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "klikyai.apps.KlikyAI",
]

MIDDLEWARE = [
    "klikyai.proxies.Proxies",
    "klikyai.probes.Probes",
    "klikyai.middleware.RequestName",
    "klikyai.doorkeeper.Doorkeeper",
    "media.origin.OnlyContent",
    "klikyai.metrics.Counted",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "klikyai.middleware.LeftClean",
    "accounts.attempts.CodeAttempts",
    "klikyai.staff_gate.StaffGate",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "klikyai.urls"
WSGI_APPLICATION = "klikyai.wsgi.application"
ASGI_APPLICATION = "klikyai.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.theme.appearance",
                "klikyai.rail.rail",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", "postgresql://localhost/klikyai")}
DATABASES["default"] |= {
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 3,
        # Two seconds, and a fresh try for every call: left alone, the pool pauses longer after each failed one.
        "pool": {"min_size": 1, "max_size": 20, "timeout": 2, "reconnect_timeout": 2},
        "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 "
        "-c synchronous_commit=on "
        # Flash and small questions: else the planner reads 200,000 words' places to save 500 steps along an index,
        # and starts two helpers for what one finishes sooner.
        "-c random_page_cost=1.1 -c max_parallel_workers_per_gather=0",
    },
}
ADMIN_REQUIRES_MFA = env.flag("ADMIN_REQUIRES_MFA", False)
ADMIN_ALLOWED_ADDRESSES = env.words("ADMIN_ALLOWED_ADDRESSES")
UNFOLD = desk.look()
TRUSTED_PROXIES = 0
METRICS_TOKEN = env.text("METRICS_TOKEN")
LOGGING = logs.configuration(env.text("LOG_LEVEL", "INFO"))
CSRF_FAILURE_VIEW = "klikyai.pages.foreign_form"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL", "redis://localhost:6379/0")
# Two seconds and no retries: with redis-py's own retries a frozen Redis held a page for 20 seconds.
REDIS_OPTIONS = {"socket_timeout": 2, "socket_connect_timeout": 2, "retry": Retry(NoBackoff(), 0)}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": dict(REDIS_OPTIONS),
    }
}
# Redis keeps the keys of its databases apart, but not their channels: a studio beside ours would hear our people.
CHANNEL_PREFIX = f"asgi-{env.redis_number(REDIS_URL)}"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": CHANNEL_PREFIX},
    }
}
RQ_QUEUES = {
    name: {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 600, "SERIALIZER": "rq.serializers.JSONSerializer"}
    for name in ("generation", "remote", "media", "upkeep")
}

# Dotted paths of what upkeep calls, and every how many seconds.
UPKEEP: dict[str, int] = {
    "accounts.idempotency.forget_old": 3600,
    "billing.credits.expire_holds": 600,
    "accounts.remembered.forget_expired": 3600,
    "billing.credits.expire_lots": 60,
    "billing.payments.events.forget_old": 3600,
    "billing.payments.reconciling.reconcile": 300,
    "billing.payments.topups.run": 30,
    "billing.recount.recount": 6 * 3600,
    "billing.reminders.tell_low": 300,
    "generation.api.openai.calls.forget_old": 600,
    "generation.broadcast.forget_old": 600,
    "generation.tidings.tell": 15,
    "generation.upkeep.reconcile": 5,
    "media.trash.empty_old": 300,
    "media.ringing.ring_again": 600,
    "media.reconciling.tidy": 3600,
}

# Where people find this house, for links in mails.
SITE_URL = env.text("SITE_URL", f"http://localhost:{env.port('PORT', 8000)}")
# Without keys the sandbox takes the money; production refuses to start so.
STRIPE_KEY = env.text("STRIPE_KEY")
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRET")
STRIPE_API = env.text("STRIPE_API", "https://api.stripe.com")
STRIPE_TAX = env.flag("STRIPE_TAX", False)
STRIPE_PROMOTION_CODES = env.flag("STRIPE_PROMOTION_CODES", False)
PAYMENTS_SANDBOX = "billing.payments.sandbox.Sandbox"
PAYMENTS_GATEWAY = "billing.payments.gateway.Stripe" if STRIPE_KEY else PAYMENTS_SANDBOX

WELCOME_CREDITS = env.number("WELCOME_CREDITS", 50)
WELCOME_DAYS = env.number("WELCOME_DAYS", 30)
WELCOMES_A_DAY = env.number("WELCOMES_A_DAY", 200)
LOW_BALANCE = env.number("LOW_BALANCE", 20)

# Who makes things, by the name that a row of the catalogue gives. Imported late: the web never sees torch.
ENGINES = {
    "local": "generation.engines.local.engine.Diffusers",
    "builtin": "generation.engines.builtin.engine.Builtin",
}
PROVIDERS: dict[str, dict[str, str]] = {}  # {"name": {"engine": dotted path, "key": …, "secret": …}}
REMOTE_AT_ONCE = env.number("REMOTE_AT_ONCE", 16)  # jobs of providers that one process waits for
LOCAL_THREADS = env.number("LOCAL_THREADS", 0)  # 0: as many as torch likes
LOCAL_MEMORY = env.number("LOCAL_MEMORY", 0)  # bytes for warm models where they compute; 0: what there is to spare
LOCAL_RAM = env.number("LOCAL_RAM", 0)  # bytes for models that wait beside a card; 0: half of the machine's
HF_ENDPOINT = env.text("HF_ENDPOINT")  # a mirror of the model hub
LONG_JOB = env.number("LONG_JOB", 180)  # seconds after which an end is told by e-mail to whoever is away
JOB_SECONDS = env.number("JOB_SECONDS", 900)
QUEUE_ROOM = env.number("QUEUE_ROOM", 20_000)
SOCKETS_EACH = env.number("SOCKETS_EACH", 12)
STREAMS_EACH = env.number("STREAMS_EACH", 24)
EVENTS_KEPT = timedelta(hours=24)
WORKER_GRACE = env.number("WORKER_GRACE", 10)
WORKER_STARTS_IN = env.number("WORKER_STARTS_IN", 120)
# With the reconciler's five seconds a dead worker is noticed within thirty; its watchdog beats four times in a lease.
WORKER_LEASE = env.number("WORKER_LEASE", 20)
WORKER_LATE = env.number("WORKER_LATE", 8)  # seconds past a job's deadline; the worker is dead within ten
WORKER_RESTS = env.number("WORKER_RESTS", 30)  # seconds at most before one that keeps falling is started again
WORKER_WARMS_UP = env.flag("WORKER_WARMS_UP", True)

TILLS = ["https://checkout.stripe.com", "https://billing.stripe.com"] if STRIPE_KEY else []
SESSION_ENGINE = "accounts.remembered"
SESSION_SERIALIZER = "accounts.sealing.Sealed"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", csp_nonce],
        "style-src": ["'self'", csp_nonce],
        "img-src": ["'self'", "data:", "blob:", *storages.origins()],
        "media-src": ["'self'", "blob:", *storages.origins()],
        "connect-src": ["'self'", *storages.origins()],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'", *ELSEWHERE, *TILLS],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
# Django would open each file to the whole machine.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": storages.media(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Uploads on their way in; on the same disk, so that several web processes see the same pieces.
MEDIA_ARRIVALS = VAR_DIR / "arrivals"
MEDIA_QUOTA = env.number("MEDIA_QUOTA", 20 << 30)  # for everybody, where nobody keeps plans
# Dotted path of a function from a person to the bytes that their plan allows.
PLAN_STORAGE = "billing.plans.storage_of"
# "stream" by ourselves, "accel" by nginx (X-Accel-Redirect under MEDIA_ACCEL), "signed" by the storage's own links.
MEDIA_DELIVERY = env.text("MEDIA_DELIVERY", "stream")
MEDIA_ACCEL = env.text("MEDIA_ACCEL", "/protected/")
# Can browsers reach the bucket themselves? Amazon's yes; one of our own often stands behind us.
MEDIA_DIRECT = env.flag("MEDIA_DIRECT", not env.text("MEDIA_ENDPOINT"))
# https://another.name that leads to the same web processes: files are shown from there, by links of five minutes.
MEDIA_ORIGIN = env.text("MEDIA_ORIGIN").rstrip("/")

LARGEST_JSON = 1024 * 1024
LARGEST_BODY = 2 * 1024 * 1024
# Addresses, as patterns, that take more.
LARGER_BODIES = {
    r"/api/v1/(assets|uploads)|/library/add/": 256 * 1024 * 1024,
    r"/v1/images/edits": 64 * 1024 * 1024,
}
# Calls and seconds, per person (or per address, before anybody has signed in). docs/adr/0010-rates.md says why.
RATES = {
    "read": env.rate("RATE_READ", (75, 5)),
    "write": env.rate("RATE_WRITE", (30, 60)),
    "generate": env.rate("RATE_GENERATE", (600, 60)),
    "content": env.rate("RATE_CONTENT", (600, 10)),
    "convert": env.rate("RATE_CONVERT", (30, 10)),
    "auth": env.rate("RATE_AUTH", (5, 300)),
}
# Dotted path of a function from a person to the calls that their plan allows, by the names above.
PLAN_RATES = "billing.plans.rates_of"

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "klikyai.schema.EnvelopedSchema",
    "DEFAULT_RENDERER_CLASSES": ["klikyai.api.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["klikyai.json_parser.StrictJSON"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "klikyai.api.AlwaysJSON",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.KeyAuthentication",
        "accounts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.access.Declared"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttle.Budget"],
    "EXCEPTION_HANDLER": "klikyai.api.answer_error",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "KlikyAI",
    "DESCRIPTION": "Pictures, videos, voices and more, made by one job and one bill.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"validatorUrl": None, "deepLinking": True},
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {},
}
CORS_ALLOWED_ORIGINS = env.words("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_HEADERS = (*default_headers, "idempotency-key", "x-request-id", "last-event-id")
CORS_EXPOSE_HEADERS = ["x-request-id", "retry-after", "idempotency-replayed"]
CORS_URLS_REGEX = r"^/(api|v1)/"
