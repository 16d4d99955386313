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


def test_the_house_as_it_is_keeps_its_rules(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("room", "wrong"),
    [
        ("accounts", "import billing"),
        ("accounts", "import media"),
        ("accounts", "import generation"),
        ("accounts", "import klikyai.env"),
        ("billing", "import media"),
        ("billing", "import generation"),
        ("billing", "import klikyai.env"),
        ("media", "import billing"),
        ("media", "import generation"),
        ("generation", "import klikyai.env"),
        ("klikyai", "import torch"),
        ("accounts", "import transformers"),
        ("media", "import diffusers"),
        ("generation", "import billing.ledger"),
        ("billing/payments", "from billing import ledger"),
        ("billing/admin", "from billing import ledger"),
        ("billing", "import stripe"),
        ("billing/payments", "from stripe import StripeClient"),
        ("klikyai", "import stripe"),
        ("generation/tools", "from generation import broadcast"),
        ("generation/models", "from generation import lifecycle"),
        ("generation/engines", "import generation.models"),
        ("generation/engines/local", "import generation.submission"),
    ],
)
def test_a_wrong_import_is_noticed(copy: Path, room: str, wrong: str) -> None:
    intruder = copy / room / "intruder.py"
    intruder.write_text(f"{wrong}\n")
    try:
        done = lint(copy)
    finally:
        intruder.unlink()
    assert done.returncode != 0
    assert "BROKEN" in done.stdout
