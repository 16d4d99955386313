"""The web as a server runs it: production settings, every secret from the environment, all friends elsewhere dead."""

import gzip
import secrets
import subprocess
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests
from cryptography.fernet import Fernet

from klikyai.services.process import free_port
from klikyai.services.redis import Redis
from tests.klikyai.test_up import ROOT, House
from tests.media import samples

DEAD = "127.0.0.1:9"


class Sentry:
    """Hears what would have gone to the error tracker."""

    def __init__(self) -> None:
        heard: list[str] = []

        class Ear(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append((gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode(errors="replace"))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_words: Any) -> None:
                pass

        self.heard, self.server = heard, ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def dsn(self, key: str) -> str:
        return f"http://{key}@127.0.0.1:{self.server.server_port}/1"


class Serving:
    def __init__(self, house: House, sentry: Sentry) -> None:
        self.house, self.sentry, self.port = house, sentry, free_port()
        self.folder = house.var.parent / "production"
        self.log = house.var.parent / "production.log"
        self.secrets = {
            "SECRET_KEY": secrets.token_urlsafe(50), "AUDIT_KEY": secrets.token_urlsafe(30),
            "MFA_KEYS": Fernet.generate_key().decode(), "STRIPE_KEY": f"sk_test_{secrets.token_hex(16)}",
            "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}", "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
            "AWS_ACCESS_KEY_ID": secrets.token_hex(10).upper(), "METRICS_TOKEN": secrets.token_urlsafe(20),
            "GOOGLE_CLIENT_SECRET": secrets.token_hex(16), "OPENID_CLIENT_SECRET": secrets.token_hex(16),
            "mail": secrets.token_hex(12), "sentry": secrets.token_hex(16),
        }  # fmt: skip

    def environment(self) -> dict[str, str]:
        plain = {
            "DJANGO_SETTINGS_MODULE": "klikyai.settings.production", "VAR_DIR": str(self.folder),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"), "ALLOWED_HOSTS": "studio.example.org",
            "DATABASE_URL": self.house.database_url(), "REDIS_URL": Redis(self.house.var / "redis").url(),
            "EMAIL_URL": f"smtp://mailer:{self.secrets['mail']}@{DEAD}", "SITE_URL": "https://studio.example.org",
            "SENTRY_DSN": self.sentry.dsn(self.secrets["sentry"]), "STRIPE_API": f"http://{DEAD}",
            "MEDIA_STORAGE": "s3", "MEDIA_BUCKET": "klikyai", "MEDIA_ENDPOINT": f"http://{DEAD}",
            "GOOGLE_CLIENT_ID": "google", "OPENID_CLIENT_ID": "openid", "OPENID_SERVER_URL": f"http://{DEAD}",
        }  # fmt: skip
        return self.house.environment(**plain, **{name: one for name, one in self.secrets.items() if name.isupper()})

    def ask(self, path: str, **more: Any) -> int:
        headers = {"Host": "studio.example.org", "X-Forwarded-Proto": "https"} | more.pop("headers", {})
        how = "POST" if more else "GET"
        return requests.request(
            how, f"http://127.0.0.1:{self.port}{path}", headers=headers, allow_redirects=False, timeout=60, **more
        ).status_code

    def use(self, key: str) -> list[int]:
        """Statuses of calls that need what is dead."""
        daphne = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(self.port)]
        command = [*daphne, "klikyai.asgi:application"]
        with self.log.open("wb") as log:
            web = subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log)
        try:
            self._await(web)
            return list(self._calls({"Authorization": f"Bearer {key}"}))
        finally:
            web.terminate()
            web.wait(30)

    def _await(self, web: subprocess.Popen[bytes]) -> None:
        while True:
            with suppress(requests.ConnectionError):
                return assert_alive(self.ask("/healthz"))
            assert web.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def _calls(self, known: dict[str, str]) -> Any:
        yield self.ask("/api/v1/assets", files={"file": ("a.png", samples.encoded("PNG"))}, headers=known)
        yield self.ask("/api/v1/wallet/checkout", json={"pack": "credits-500"}, headers=known)
        yield self.ask("/api/v1/auth/login", json={"email": "eve@example.org"})
        yield self.ask("/webhooks/stripe/", data=b"{}", headers={"Stripe-Signature": "t=1,v1=0"})
        yield self.ask("/accounts/oidc/openid/login/")
        yield self.ask("/accounts/google/login/callback/?code=x&state=y")
        yield self.ask("/metrics", headers={"Authorization": f"Bearer {self.secrets['METRICS_TOKEN']}"})


def assert_alive(status: int) -> None:
    assert status == 200
