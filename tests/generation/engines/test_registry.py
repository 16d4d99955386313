"""Engines are found by name, once, and only where somebody asks for them."""

import subprocess
import sys
from pathlib import Path

import pytest

from generation.engines import registry

ROOT = Path(__file__).resolve().parents[3]
WEB = "import klikyai.asgi, generation.catalogue, generation.engines.registry, sys; print('torch' in sys.modules)"


class Fake:
    pass


@pytest.fixture(autouse=True)
def forget() -> None:
    registry.local.cache_clear()
    yield
    registry.local.cache_clear()


def test_an_engine_is_made_once(settings: object) -> None:
    settings.ENGINES = {"fake": f"{__name__}.Fake"}
    engine = registry.local("fake")
    assert isinstance(engine, Fake)
    assert registry.local("fake") is engine


def asked(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_web_never_loads_torch() -> None:
    assert asked(WEB).strip() == "False"


def test_asking_for_the_engine_does_load_it() -> None:
    assert asked(WEB.replace("print", "generation.engines.registry.local('local'); print")).strip() == "True"
