"""Secrets planted in a running house, then looked for in everything it wrote down."""

import base64
import json
import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from klikyai.services.postgres import binaries
from klikyai.services.process import free_port
from tests.klikyai.test_up import ROOT, House

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("canaries") / "var", free_port())
    house.start()
    yield house
    house.kill_everything()


def call(house: House, path: str, body: object = None, **headers: str) -> str:
    """The answer, whatever its status. Only what the house writes down counts here."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    url = f"http://127.0.0.1:{house.port}{path}"
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} | headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def manage(house: House, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=house.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def plant(house: House) -> dict[str, str]:
    """Twenty secrets, each carried in by the way that such a secret comes."""
    new = {name: f"canary{secrets.token_hex(12)}" for name in CARRIED}
    key = json.loads(manage(house, "newuser", "eve@example.org", "--password", new["password"], "--api-key", "x"))
    tokens = json.loads(call(house, "/api/v1/auth/login", {"email": "eve@example.org", "password": new["password"]}))
    access, refresh = tokens["data"]["access_token"], tokens["data"]["refresh_token"]
    call(house, "/api/v1/auth/me", None, Authorization=f"Bearer {key['api_key']}")
    call(house, "/api/v1/auth/me", None, Authorization=f"Bearer {access}")
    call(house, f"/api/v1/auth/me?api_key=klik_{new['key in a query']}")
    call(house, f"/?token={new['token in a query']}&password={new['password in a query']}")
    call(house, "/api/v1/auth/login", {"email": "eve@example.org", "password": new["wrong password"]})
    call(house, "/api/v1/auth/login", f'{{"password": "{new["password in broken JSON"]}"'.encode())
    call(house, "/api/v1/auth/login", {"email": "eve@example.org", new["unknown field"]: 1})
    call(house, "/api/v1/auth/refresh", {"refresh_token": new["false refresh token"]})
    call(house, "/api/v1/auth/me", None, Authorization=f"Bearer klik_{new['unknown key']}")
    call(house, "/api/v1/auth/me", None, Authorization=f"Bearer eyJ{new['false token']}.e30.x")
    basic = base64.b64encode(f"eve:{new['basic password']}".encode()).decode()
    call(house, "/api/v1/auth/me", None, Authorization=f"Basic {basic}")
    call(house, "/account/", None, Cookie=f"sessionid={new['cookie']}; csrftoken={new['csrf cookie']}")
    call(house, "/accounts/login/", f"password={new['password in a form']}".encode(), **{"Content-Type": FORM})
    call(house, "/webhooks/stripe/", b"{}", **{"Stripe-Signature": f"t=1,v1={new['signature']}"})
    files = {
        name: (house.var / name).read_text().strip() for name in ("postgres/password", "redis/password", "secret_key")
    }
    return new | files | {"api key": key["api_key"], "access token": access, "refresh token": refresh, "basic": basic}


FORM = "application/x-www-form-urlencoded"
CARRIED = [
    "password", "key in a query", "token in a query", "password in a query", "wrong password",
    "password in broken JSON", "unknown field", "false refresh token", "unknown key", "false token",
    "basic password", "cookie", "csrf cookie", "password in a form", "signature",
]  # fmt: skip


def written(house: House) -> dict[str, str]:
    url = house.database_url()
    dump = subprocess.run(
        [str(binaries() / "pg_dump"), "--inserts", url],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    folders = {"log": house.log, "mail": house.var / "mail", "postgres log": house.var / "postgres" / "log"}
    return {"dump": dump.stdout} | {name: _read(path) for name, path in folders.items()}


def _read(path: Path) -> str:
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return "\n".join(file.read_text(errors="replace") for file in files)


def test_no_planted_secret_is_written_down(house: House) -> None:
    planted = plant(house)
    assert len(planted) >= 20
    places = written(house)
    assert "eve@example.org" in places["dump"]
    assert "/api/v1/auth/me" in places["log"]
    found = [
        f"{name} in {place}" for name, secret in planted.items() for place, text in places.items() if secret in text
    ]
    assert found == []
