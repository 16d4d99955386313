"""The production settings in a process of their own, as a server would read them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {
    "SECRET_KEY": "k9!" + "aZ4-" * 20,
    "DATABASE_URL": "postgresql://u:p@127.0.0.1/k",
    "REDIS_URL": "redis://127.0.0.1/0",
    "ALLOWED_HOSTS": "studio.example.org",
    "MFA_KEYS": Fernet.generate_key().decode(),
    "AUDIT_KEY": "a" * 40,
    "EMAIL_URL": "smtp+tls://u:p@mail.example.org:587",
    "SITE_URL": "https://studio.example.org",
    "STRIPE_KEY": "sk_test_" + "x" * 24,
    "STRIPE_WEBHOOK_SECRET": "whsec_" + "x" * 24,
}


def manage(tmp_path: Path, given: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {"DJANGO_SETTINGS_MODULE": "klikyai.settings.production", "VAR_DIR": str(tmp_path)}
    metrics = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=bare | settings | metrics | given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_missing_secret_is_named_at_once(tmp_path: Path) -> None:
    done = manage(tmp_path, {}, "check")
    assert done.returncode != 0
    assert all(name in done.stderr for name in NEEDED)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", NEEDED)
def test_each_secret_is_needed(tmp_path: Path, missing: str) -> None:
    done = manage(tmp_path, {name: value for name, value in NEEDED.items() if name != missing}, "check")
    assert done.returncode != 0
    assert missing in done.stderr
    assert not [name for name in NEEDED if name != missing and name in done.stderr]


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(NEEDED["SECRET_KEY"] + "\n")
    given = NEEDED | {"SECRET_KEY_FILE": str(tmp_path / "key")}
    del given["SECRET_KEY"]
    assert manage(tmp_path, given, "check").returncode == 0


@pytest.mark.parametrize("given", [{}, {"DEFAULT_FROM_EMAIL": ""}, {"DEFAULT_FROM_EMAIL": "We <us@example.org>"}])
def test_letters_come_from_the_studio_unless_it_is_said(tmp_path: Path, given: dict[str, str]) -> None:
    show = "from django.conf import settings; print(settings.DEFAULT_FROM_EMAIL)"
    done = manage(tmp_path, NEEDED | given, "shell", "-v", "0", "-c", show)
    meant = given.get("DEFAULT_FROM_EMAIL") or "KlikyAI <no-reply@studio.example.org>"
    assert done.stdout.strip() == meant, done.stderr


def test_deploy_checks_are_clean(tmp_path: Path) -> None:
    done = manage(tmp_path, NEEDED, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
