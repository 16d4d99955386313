"""Carries secrets into a running house, each by the way that such a secret comes."""

import base64
import json
import re
import secrets
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.klikyai.test_up import ROOT, House
from tests.media import samples

CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
PASSWORD = f"canary{secrets.token_hex(12)}"
CARRIED = [
    "key in a query", "token in a query", "password in a query", "wrong password", "password in broken JSON",
    "unknown field", "false refresh token", "unknown key", "false token", "basic password", "cookie",
    "csrf cookie", "password in a form", "signature",
]  # fmt: skip


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


class Browser:
    """A person at a browser: cookies, and the mail that comes to this machine."""

    def __init__(self, house: House) -> None:
        self.house, self.http = house, requests.Session()
        self.at = f"http://127.0.0.1:{house.port}"

    def ask(self, path: str, body: Any = None, method: str = "", **headers: str) -> requests.Response:
        """The answer, whatever its status. Only what the house writes down counts here."""
        if csrf := self.http.cookies.get("csrftoken"):
            headers["X-CSRFToken"] = csrf
        how = method or ("GET" if body is None else "POST")
        return self.http.request(how, self.at + path, json=body, headers=headers, timeout=20)

    def form(self, path: str, **fields: str) -> requests.Response:
        self.http.get(self.at + path, timeout=20)
        fields["csrfmiddlewaretoken"] = self.http.cookies.get("csrftoken", "")
        return self.http.post(self.at + path, fields, timeout=20)

    def code(self) -> str:
        letters = sorted((self.house.var / "mail").glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
        return CODE.findall(letters[-1].read_text())[-1]


def strangers(house: House) -> dict[str, str]:
    """What somebody sends who is not let in."""
    new = {name: f"canary{secrets.token_hex(12)}" for name in CARRIED}
    nobody, login = Browser(house), "/api/v1/auth/login"
    nobody.ask(f"/api/v1/auth/me?api_key=klik_{new['key in a query']}")
    nobody.ask(f"/?token={new['token in a query']}&password={new['password in a query']}")
    nobody.ask(login, {"email": "eve@example.org", "password": new["wrong password"]})
    broken = f'{{"password": "{new["password in broken JSON"]}"'
    requests.post(nobody.at + login, broken, headers={"Content-Type": "application/json"}, timeout=20)
    nobody.ask(login, {"email": "eve@example.org", new["unknown field"]: 1})
    nobody.ask("/api/v1/auth/refresh", {"refresh_token": new["false refresh token"]})
    basic = base64.b64encode(f"eve:{new['basic password']}".encode()).decode()
    for claim in (f"Bearer klik_{new['unknown key']}", f"Bearer eyJ{new['false token']}.e30.x", f"Basic {basic}"):
        nobody.ask("/api/v1/auth/me", Authorization=claim)
    nobody.ask("/account/", Cookie=f"sessionid={new['cookie']}; csrftoken={new['csrf cookie']}")
    nobody.form("/accounts/login/", login="eve@example.org", password=new["password in a form"])
    nobody.ask("/webhooks/stripe/", {}, **{"Stripe-Signature": f"t=1,v1={new['signature']}"})
    return new | {"basic": basic}


def people(house: House) -> dict[str, str]:
    """Sign-up, sign-in, second factor, phone, keys and links, as people use them."""
    found: dict[str, str] = {"password": PASSWORD}
    manage(house, "newuser", "eve@example.org", "--password", PASSWORD)
    eve, signing_up, signing_in = Browser(house), Browser(house), Browser(house)
    signing_up.form("/accounts/signup/", email="frank@example.org")
    found["sign-up code"] = signing_up.code()
    signing_in.form("/accounts/login/code/", email="eve@example.org")
    found["sign-in code"] = signing_in.code()
    eve.form("/accounts/login/", login="eve@example.org", password=PASSWORD)
    found["session"], found["session that waits"] = (one.http.cookies["sessionid"] for one in (eve, signing_in))
    found |= _second_factor(eve)
    number = eve.ask("/_allauth/browser/v1/account/phone", {"phone": "+4930901820"})
    assert number.status_code == 202, number.text
    found["phone code"] = eve.code()
    found["key by API"] = _key(eve)
    return found | _tokens(house) | _link(house, found["key by API"])


def _second_factor(eve: Browser) -> dict[str, str]:
    own = "/_allauth/browser/v1/account/authenticators"
    again = eve.ask("/_allauth/browser/v1/auth/reauthenticate", {"password": PASSWORD})
    assert again.status_code == 200, again.text
    secret = eve.ask(f"{own}/totp").json()["meta"]["secret"]
    done = _activated(eve, f"{own}/totp", secret)
    assert done.status_code == 200, done.text
    codes = eve.ask(f"{own}/recovery-codes").json()["data"]["unused_codes"]
    return {"TOTP secret": secret, "recovery code": codes[0], "last recovery code": codes[-1]}


def _activated(eve: Browser, door: str, secret: str) -> requests.Response:
    """A code that died on its way is followed by one that has half a minute."""
    for _try in range(2):
        done = eve.ask(door, {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
        if done.status_code == 200:
            break
    return done


def _key(eve: Browser) -> str:
    made = eve.ask(
        "/api/v1/keys", {"name": "canary", "scopes": ["read", "generate", "admin"]}, **{"Idempotency-Key": "1"}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["data"]["key"])


def own_key(house: House) -> str:
    made = manage(house, "newuser", "hugo@example.org", "--api-key", "canary")
    return str(json.loads(made)["api_key"])


def _tokens(house: House) -> dict[str, str]:
    manage(house, "newuser", "gina@example.org", "--password", PASSWORD)
    gina = Browser(house)
    both = gina.ask("/api/v1/auth/login", {"email": "gina@example.org", "password": PASSWORD}).json()["data"]
    gina.ask("/api/v1/auth/me", Authorization=f"Bearer {both['access_token']}")
    later = gina.ask("/api/v1/auth/refresh", {"refresh_token": both["refresh_token"]}).json()["data"]
    return {
        "access token": both["access_token"],
        "refresh token": both["refresh_token"],
        "later refresh token": later["refresh_token"],
    }


def _link(house: House, key: str) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {key}"}
    at = f"http://127.0.0.1:{house.port}"
    picture = {"file": ("a.png", samples.encoded("PNG"), "image/png")}
    asset = requests.post(f"{at}/api/v1/assets", files=picture, headers=headers, timeout=20).json()["data"]
    url = requests.post(f"{at}/api/v1/assets/{asset['id']}/links", json={}, headers=headers, timeout=20).json()
    token = urlsplit(url["data"]["url"]).path.strip("/").rpartition("/")[2]
    for path in (f"/shared/{token}/", f"/shared/{token}", f"/shared/{token}/content", f"/shared/{token}x/"):
        assert requests.get(at + path, timeout=20).status_code in {200, 404}
    return {"share link": token}


def kept_beside(house: House) -> dict[str, str]:
    """What the house made for itself, each in a file of its own."""
    return {
        name: (house.var / name).read_text().strip() for name in ("postgres/password", "redis/password", "secret_key")
    }
