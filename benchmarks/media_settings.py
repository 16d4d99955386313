"""As the tests, with the addresses that a benchmark compares with."""

from tests.generation.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
