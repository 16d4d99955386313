"""`python deploy/make_secrets.py`: makes, once, what compose.yaml reads and chance can make; names the rest."""

import base64
import secrets
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
YOURS = {
    "email_url": "smtp+tls://user:password@mail.example.org:587",
    "stripe_key": "sk_live_… or rk_live_…",
    "stripe_webhook_secret": "whsec_…",
}


def made() -> dict[str, str]:
    database, redis = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    return {
        "postgres_password": database,
        "database_url": f"postgresql://klikyai:{database}@postgres:5432/klikyai",
        "redis_password": redis,
        "redis_url": f"redis://:{redis}@redis:6379/0",
        "secret_key": secrets.token_urlsafe(50),
        "audit_key": secrets.token_urlsafe(50),
        "mfa_keys": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "metrics_token": secrets.token_urlsafe(24),
        "minio_user": secrets.token_hex(10),
        "minio_password": secrets.token_urlsafe(30),
    }


def main() -> None:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    if (FOLDER / "secret_key").exists():
        print(f"{FOLDER} holds secrets already; nothing was changed.")
    else:
        for name, value in made().items():
            # The folder is closed; the containers' own users read each file that is mounted for them.
            (FOLDER / name).write_text(value)
            (FOLDER / name).chmod(0o644)
        print(f"Made {len(made())} secrets in {FOLDER}.")
    for name in [name for name in YOURS if not (FOLDER / name).exists()]:
        print(f"Write {FOLDER / name} yourself: {YOURS[name]}")


if __name__ == "__main__":
    main()
