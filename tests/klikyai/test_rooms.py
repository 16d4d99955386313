"""The arrows and locked doors of the house, each tried by a wrong import that must be noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["klikyai", "accounts", "billing", "media", "generation"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([str(linter), "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120)


# Room, the wrong import, and what it reaches for.
WRONG = [
    ("accounts", "import billing", "billing"),
    ("accounts", "import media", "media"),
    ("accounts", "import generation", "generation"),
    ("accounts", "import klikyai.env", "klikyai.env"),
    ("billing", "import media", "media"),
    ("billing", "import generation", "generation"),
    ("billing", "import klikyai.env", "klikyai.env"),
    ("media", "import billing", "billing"),
    ("media", "import generation", "generation"),
    ("media", "import klikyai.env", "klikyai.env"),
    ("generation", "import klikyai.env", "klikyai.env"),
    ("klikyai", "import torch", "torch"),
    ("accounts", "import transformers", "transformers"),
    ("media", "import diffusers", "diffusers"),
    ("billing", "import torch", "torch"),
    ("generation", "import torch", "torch"),
    ("generation.engines", "import torch", "torch"),
    ("generation.engines", "from generation.engines import local", "generation.engines.local"),
    ("klikyai", "import generation.engines.local.engine", "generation.engines.local.engine"),
    ("generation", "import billing.ledger", "billing.ledger"),
    ("klikyai", "import billing.ledger", "billing.ledger"),
    ("billing", "import billing.ledger", "billing.ledger"),
    ("billing.api", "from billing import ledger", "billing.ledger"),
    ("billing.payments", "from billing import ledger", "billing.ledger"),
    ("billing.admin", "from billing import ledger", "billing.ledger"),
    ("billing", "import stripe", "stripe"),
    ("billing.payments", "from stripe import StripeClient", "stripe"),
    ("generation", "import stripe", "stripe"),
    ("klikyai", "import stripe", "stripe"),
    ("generation.tools", "from generation import broadcast", "generation.broadcast"),
    ("generation.models", "from generation import lifecycle", "generation.lifecycle"),
    ("generation.api", "from generation import urls", "generation.urls"),
    ("generation.engines", "import generation.models", "generation.models"),
    ("generation.engines.local", "import generation.submission", "generation.submission"),
    ("generation.engines", "from accounts import limits", "accounts.limits"),
]


@pytest.fixture(scope="module")
def said(copy: Path) -> str:
    """All of them at once, each from a file of its own: the linter names whom it caught."""
    for number, (room, wrong, _target) in enumerate(WRONG):
        (copy / room.replace(".", "/") / f"intruder_{number}.py").write_text(f"{wrong}\n")
    done = lint(copy)
    assert done.returncode != 0
    return done.stdout


def test_the_house_as_it_is_keeps_its_rules() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[f"{room}: {wrong}" for room, wrong, _target in WRONG])
def test_a_wrong_import_is_noticed(said: str, number: int) -> None:
    room, _wrong, target = WRONG[number]
    assert f"{room}.intruder_{number} -> {target} (" in said
