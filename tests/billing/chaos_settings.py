"""A house as on a developer's machine, with the tests' engine and without bounds on how often somebody may ask."""

from klikyai.settings.development import *  # noqa: F403

ENGINES = {"local": "generation.engines.local.engine.Diffusers", "patient": "tests.generation.patient.Patient"}
RATES = dict.fromkeys(("read", "write", "generate", "content", "convert", "auth"), (1_000_000, 60))
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
UPKEEP = UPKEEP | {"billing.payments.reconciling.reconcile": 30}  # noqa: F405
