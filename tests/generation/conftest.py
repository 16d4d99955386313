import io
from typing import Any

import pytest

from accounts.models import User
from billing import credits
from billing.models import Plan
from billing.plans import FREE
from generation import forecast
from generation.engines import registry
from generation.models import Model
from media.intake import accept_upload
from tests.media.samples import encoded

PATIENT = "patient"


@pytest.fixture
def patient(db: None, settings: Any) -> Model:
    """A model that is made by the tests' own engine, and the default here."""
    settings.ENGINES = {**settings.ENGINES, PATIENT: "tests.generation.patient.Patient"}
    registry.local.cache_clear()
    forecast.forget()
    return make_patient()


def make_patient() -> Model:
    model, _made = Model.objects.update_or_create(
        slug=PATIENT,
        defaults={
            "title": "Patient", "engine": PATIENT, "family": "tests", "source": "models/klikyai-sketch",
            "tools": ["text_to_image", "image_to_image", "inpaint"], "rank": 1000, "enabled": True, "installed": True,
            "defaults": {"width": 64, "height": 64, "steps": 4, "guidance": 4}, "credits": 4,
            "limits": {"multiple": 8, "smallest": 64, "largest": 512, "steps": 100},
        },
    )  # fmt: skip
    return model


def roomy() -> None:
    """Everybody's plan lets as many jobs wait as a trial needs."""
    Plan.objects.update_or_create(slug=FREE, defaults={"queued": 10_000})


def grant(user: User, amount: int) -> None:
    credits.grant(user, amount, reference=f"tests:{user.pk}:{amount}", kind="promotion")


@pytest.fixture
def rich(alice: User) -> User:
    """Alice with credits."""
    grant(alice, 1000)
    return alice


@pytest.fixture
def drawn(alice: User) -> str:
    """A picture in Alice's library."""
    return str(accept_upload(alice, io.BytesIO(encoded("PNG")), "drawn.png").public_id)
