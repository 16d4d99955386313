import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.test import Client, override_settings
from pytest_django import Settings

from accounts.models import User
from klikyai import health
from klikyai.health import Service
from klikyai.services.embedded import Embedded
from klikyai.services.process import free_port
from klikyai.settings import storages

NOWHERE = f"redis://127.0.0.1:{free_port()}/0"


@pytest.fixture(autouse=True)
def each_time_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH", 0.0)


@pytest.fixture
def other_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedded]:
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere")
    services = Embedded(tmp_path)
    yield services
    services.stop()


def test_ready_follows_redis_down_and_up(client: Client, other_redis: Embedded) -> None:
    with override_settings(REDIS_URL=other_redis.start()["REDIS_URL"]):
        assert client.get("/readyz").status_code == 200
        other_redis.stop()
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
    with override_settings(REDIS_URL=other_redis.start()["REDIS_URL"]):
        assert client.get("/readyz").status_code == 200


@override_settings(REDIS_URL=NOWHERE)
def test_report_names_what_is_down_and_leaks_nothing(client: Client) -> None:
    answer = client.get("/health")
    body = answer.json()
    assert answer.status_code == 503
    assert body["services"]["redis"] == {"status": "down"}
    assert body["services"]["postgresql"]["status"] == "up"
    assert NOWHERE not in json.dumps(body)


@pytest.mark.django_db
def test_the_page_says_how_soon_each_answered_however_soon(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"postgresql": {"status": "up", "milliseconds": 6.1}, "storage": {"status": "up", "milliseconds": 0.0}}
    monkeypatch.setattr(health, "look", lambda _checks: found | {"redis": {"status": "down"}})
    page = client.get("/status/").content.decode()
    assert "6.1 ms" in page
    assert "&lt; 0.1 ms" in page
    assert page.count(" ms</td>") == 2


@pytest.mark.django_db
def test_metrics_are_not_for_strangers(client: Client, alice: User, dana: User) -> None:
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    assert client.get("/metrics").status_code == 404
    client.force_login(alice, backend)
    assert client.get("/metrics").status_code == 404
    client.force_login(dana, backend)
    assert b"klikyai_requests_total" in client.get("/metrics").content


@pytest.mark.django_db
@override_settings(METRICS_TOKEN="let-prometheus-in")
def test_metrics_open_to_the_token(client: Client) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer let-prometheus-in"}).status_code == 200


def test_each_service_is_timed_by_itself() -> None:
    def late() -> None:
        Event().wait(0.2)

    found = health.look({"late": Service(late), "quick": Service(lambda: None)})
    assert found["quick"]["milliseconds"] < 150 < found["late"]["milliseconds"]


def test_a_bucket_that_cannot_be_reached_is_down_and_no_error(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "MEDIA_STORAGE": "s3", "MEDIA_BUCKET": "klikyai", "MEDIA_ENDPOINT": f"http://127.0.0.1:{free_port()}",
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "default": storages.media()}
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["services"]["storage"] == {"status": "down"}
    assert answer.json()["services"]["redis"]["status"] == "up"


def test_a_storage_that_hangs_leaves_the_house_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, looks = Event(), []

    def hang() -> None:
        looks.append(1)
        let_go.wait(60)

    monkeypatch.setattr(health, "PATIENCE", 0.5)
    monkeypatch.setattr(health, "ALL", health.ESSENTIAL | {"storage": Service(hang)})
    try:
        with ThreadPoolExecutor(12) as many:
            flood = [many.submit(health.look, health.ALL) for _each in range(12)]
        assert {each.result()["storage"]["status"] for each in flood} == {"down"}
        assert client.get("/readyz").status_code == 200
        assert client.get("/health").status_code == 503
        assert len(looks) == 1
    finally:
        let_go.set()


def test_what_was_found_is_told_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    service = Service(lambda: looks.append(1))
    for fresh, expected in ((60.0, 1), (0.0, 4)):
        monkeypatch.setattr(health, "FRESH", fresh)
        found = [health.look({"it": service})["it"]["status"] for _each in range(3)]
        assert (found, len(looks)) == (["up"] * 3, expected)
