"""Every address that names one thing: to anybody but its owner it is not there. A new kind of thing takes a line."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts import api_keys, limits
from accounts.access import Rule
from accounts.models import User
from billing import credits
from billing.models import Order, Pack
from billing.payments import checkout
from generation import submission
from generation.api import streams
from generation.models import Job, Preset
from media import sharing
from media.intake import accept_upload
from media.models import Asset, Project, Upload
from tests.conftest import with_key
from tests.klikyai.routes import Route, every_route
from tests.media import samples

NAME = re.compile(r"<\w+:(\w+)>")


def an_asset(user: User) -> Asset:
    return Asset.objects.filter(user=user).first() or accept_upload(
        user, io.BytesIO(samples.phone_photo()), "her secret garden.jpg"
    )


def a_job(user: User) -> Job:
    known = Job.objects.filter(user=user).first()
    wish = submission.settle(user, "text_to_image", {"prompt": "hers"})
    credits.grant(user, 100, reference=f"tests:{user.pk}", kind="promotion")
    return known or submission.submit(user, wish)


def an_order(user: User) -> Order:
    pack, _new = Pack.objects.get_or_create(slug="ten", title="Ten", credits=10, amount=100)
    return checkout.buy_pack(user, pack.slug, site="http://testserver", key="hers")


THINGS: dict[str, Callable[[User], Any]] = {
    "key_id": lambda user: api_keys.issue(user, "hers")[0],
    "asset_id": an_asset,
    "link_id": lambda user: sharing.share(an_asset(user), None)[0],
    "project_id": lambda user: Project.objects.create(user=user, name="hers"),
    "job_id": a_job,
    "order_id": an_order,
    "preset_id": lambda user: Preset.objects.create(user=user, tool="text_to_image", name="hers"),
    "upload_id": lambda user: Upload.objects.create(user=user, length=10),
}


# Names of what belongs to the house: everybody sees it.
COMMON = {"tool", "name", "model"}


def routes() -> list[Route]:
    mine = [route for route in every_route() if route.ours and route.rule is Rule.USER and "<" in route.pattern]
    return [route for route in mine if not COMMON & set(NAME.findall(route.pattern))]


def ask(client: Client, method: str, address: str) -> HttpResponse:
    limits.connection().flushdb()
    with transaction.atomic():
        body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
        response = getattr(client, method.lower())(address, **body)
        transaction.set_rollback(True)
    return response


def clients(user: User, route: Route) -> Client:
    if route.api:
        return with_key(user)
    client = Client()
    client.force_login(user)
    return client


def test_every_kind_of_thing_is_tried() -> None:
    named = {name for route in routes() for name in NAME.findall(route.pattern)}
    assert named - THINGS.keys() == set()


def test_what_is_anothers_is_not_there(alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch) -> None:
    # A stream gives its connection back, and with it the transaction of the test.
    monkeypatch.setattr(streams.connection, "close", lambda: None)
    hers = {name: str(make(alice).public_id) for name, make in THINGS.items()}
    wrong = []
    for route in routes():
        address = "/" + NAME.sub(lambda found: hers[found[1]], route.pattern)
        for method in route.methods:
            kind = "get" if method in {"GET", "HEAD"} else method
            seen, other = (ask(clients(user, route), kind, address) for user in (alice, charlie))
            refused_alike = seen.status_code == other.status_code >= 400 and seen.status_code != 404
            if other.status_code not in {404, 405} and not refused_alike:
                wrong.append(f"{method} {address} shows another: {other.status_code}")
            if method == "GET" and seen.status_code == 404:
                wrong.append(f"{method} {address} hides it from its owner")
    assert wrong == []
