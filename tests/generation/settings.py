"""As the tests, for processes of their own: they have the tests' engine too."""

from klikyai import env
from klikyai.settings.test import *  # noqa: F403

ENGINES = ENGINES | {"patient": "tests.generation.patient.Patient"}  # noqa: F405
RATES = dict.fromkeys(("read", "write", "generate", "content", "convert", "auth"), (1_000_000, 60))
# Shorter than any work: RQ's own clock must not end a job.
RQ_QUEUES = {name: queue | {"DEFAULT_TIMEOUT": 1} for name, queue in RQ_QUEUES.items()}  # noqa: F405
PROVIDERS = {
    "calls-back": {
        "engine": "tests.generation.engines.fake_provider.CallsBack", "key": "our-key", "base": env.text("STUDIO"),
        "secret": "whispered",
    }
}  # fmt: skip
UPKEEP = UPKEEP | {"generation.upkeep.reconcile": env.number("RECONCILE", 5)}  # noqa: F405
