"""A pytest plugin, loaded before Django's settings: real PostgreSQL and Redis for the tests, gone afterwards."""

import os
from pathlib import Path

import pytest

from klikyai.services.embedded import Embedded

VAR = Path(os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test")))
os.environ.setdefault("KLIKYAI_POSTGRES_OPTIONS", "-c fsync=off -c full_page_writes=off -c max_connections=300")

# Tests empty Redis before each test: never somebody's own.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ.pop("REDIS_URL", None)
_embedded = Embedded(VAR)
_ours = not _embedded.running() and "PYTEST_XDIST_WORKER" not in os.environ
os.environ.update(_embedded.start())
if (_worker := os.environ.get("PYTEST_XDIST_WORKER", "")).startswith("gw"):
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{int(_worker[2:]) + 1}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if _ours:
        _embedded.stop()
