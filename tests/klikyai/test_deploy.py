"""The files of deploy/, read beside the code that they are to run."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import yaml
from django.test import Client

from klikyai.programs import programs
from klikyai.services.process import free_port
from tests.klikyai.test_production import NEEDED, manage

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if "build" in one}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PORT = re.compile(r"127\.0\.0\.1:(\d+)/healthz")


def image_of(target: str) -> str:
    return DOCKERFILE.split(f" AS {target}\n")[1].split("\nFROM ")[0]


def command_of(name: str) -> list[str]:
    service = SERVICES[name]
    return service.get("command") or json.loads(
        re.findall(r"^CMD (.+)$", image_of(service["build"]["target"]), re.M)[-1]
    )


def test_every_program_of_make_run_has_its_service(settings: Any) -> None:
    settings.PROVIDERS = {"elsewhere": {"engine": "one.of.theirs"}}
    running = {program.name: list(program.command[2:]) for program in programs("0.0.0.0", 8000)}
    del running["web"]  # there it is two: pages by threads, streams by daphne
    assert running == {name: command_of(name)[2:] for name in running}
    assert set(OURS) - set(running) == {"prepare", "web", "events"}


def test_only_the_worker_carries_torch() -> None:
    assert {name for name, one in OURS.items() if one["build"]["target"] == "worker"} == {"worker"}


@pytest.mark.parametrize("name", OURS)
def test_every_needed_secret_reaches_every_service(name: str) -> None:
    given = OURS[name]["environment"]
    assert [one for one in NEEDED if one not in given and f"{one}_FILE" not in given] == []
    mounted = {path.rpartition("/")[2] for one, path in given.items() if one.endswith("_FILE")}
    assert mounted == set(OURS[name]["secrets"])


def test_what_is_mounted_is_declared_and_what_is_declared_is_mounted() -> None:
    secrets = {secret for one in SERVICES.values() for secret in one.get("secrets", [])}
    volumes = {volume.split(":")[0] for one in SERVICES.values() for volume in one.get("volumes", [])}
    assert secrets == set(COMPOSE["secrets"])
    assert {volume for volume in volumes if not volume.startswith(".")} == set(COMPOSE["volumes"])


def test_secrets_can_be_made_and_stay_out_of_image_and_repository(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy/make_secrets.py", tmp_path)
    said = subprocess.run([sys.executable, tmp_path / "make_secrets.py"], capture_output=True, text=True, check=True)
    made = {file.name for file in (tmp_path / "secrets").iterdir()}
    asked = set(re.findall(r"secrets/(\w+) yourself", said.stdout))
    assert made | asked == set(COMPOSE["secrets"])
    assert "deploy/secrets" in (ROOT / ".dockerignore").read_text().splitlines()
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", ["web", "events"])
def test_health_is_asked_where_the_service_listens(name: str) -> None:
    check = " ".join(SERVICES[name].get("healthcheck", {}).get("test", [])) or image_of("web")
    command = command_of(name)
    listening = command[command.index("--port" if "--port" in command else "-p") + 1]
    assert PORT.findall(check) == [listening]


@pytest.mark.parametrize("name", OURS)
def test_pieces_are_shared_and_figures_end_with_the_container(name: str) -> None:
    assert any(volume.startswith("arrivals:") for volume in OURS[name]["volumes"])
    assert OURS[name]["tmpfs"] == ["/tmp"]
    assert "/tmp/klikyai-metrics" in (ROOT / "klikyai/settings/production.py").read_text()


def test_a_health_check_needs_no_name(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["studio.example.org"]
    assert client.get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/status/", headers={"Host": "127.0.0.1:8000"}).status_code == 400


def test_the_image_can_collect_its_files(tmp_path: Path) -> None:
    line = re.search(r"RUN (SECRET_KEY=.*?) python manage", DOCKERFILE.replace("\\\n", " "), re.S)
    assert line
    given = dict(pair.split("=", 1) for pair in line[1].split())
    done = manage(tmp_path, given, "collectstatic", "--noinput", "--dry-run")
    assert done.returncode == 0, done.stderr


def test_a_worker_without_a_port_shows_that_it_lives() -> None:
    alive = [sys.executable, str(ROOT / "deploy/alive.py")]
    assert subprocess.run(alive, env=os.environ, cwd="/").returncode == 0
    dead = os.environ | {"REDIS_URL": "redis://127.0.0.1:9/0"}
    assert subprocess.run(alive, env=dead, cwd="/", capture_output=True).returncode != 0


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"port": self.server.server_port} | dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[str]:
    """deploy/nginx.conf as it stands, but for names and numbers, before two servers that say what reached them."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    echoes = {name: ThreadingHTTPServer(("127.0.0.1", 0), Echo) for name in ("web:8000", "events:8001")}
    conf, port = (ROOT / "deploy/nginx.conf").read_text(), free_port()
    for name, echo in echoes.items():
        Thread(target=echo.serve_forever, daemon=True).start()
        conf = conf.replace(name, f"127.0.0.1:{echo.server_port}")
    conf = conf.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/etc/nginx/tls", f"{tmp_path}/tls")
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {tmp_path}/pid; error_log {tmp_path}/errors; daemon off; events {{}} http {{ {paths}\n{conf}\n}}"
    (tmp_path / "nginx.conf").write_text(whole)
    command = [program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    at = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                requests.get(at, timeout=5)
                break
            except requests.ConnectionError:
                assert running.poll() is None
        yield at
    finally:
        running.terminate()
        running.wait(10)
        for echo in echoes.values():
            echo.shutdown()


def test_nginx_hands_on_what_an_outer_proxy_said_and_keeps_figures_inside(nginx: str) -> None:
    plain = requests.get(f"{nginx}/studio/", headers={"X-Forwarded-For": "203.0.113.9"}, timeout=5).json()
    assert (plain["X-Forwarded-Proto"], plain["X-Forwarded-For"]) == ("http", "203.0.113.9, 127.0.0.1")
    assert requests.get(nginx, headers={"X-Forwarded-Proto": "https"}, timeout=5).json()["X-Forwarded-Proto"] == "https"
    odd = requests.get(nginx, headers={"X-Forwarded-Proto": "gopher"}, timeout=5).json()
    assert odd["X-Forwarded-Proto"] == "http"
    assert requests.get(f"{nginx}/metrics", timeout=5).status_code == 404
    for path in ("/", "/ws/"):
        assert (
            "Daphne-Root-Path" not in requests.get(nginx + path, headers={"Daphne-Root-Path": "/x"}, timeout=5).json()
        )


def test_nginx_sends_streams_to_daphne_and_pages_to_the_web(nginx: str) -> None:
    ports = {path: requests.get(nginx + path, timeout=5).json()["port"] for path in ("/", "/api/v1/jobs", "/v1/models")}
    waiting = ("/ws/", "/api/v1/jobs/1/events", "/v1/images/generations")
    streams = {path: requests.get(nginx + path, timeout=5).json() for path in waiting}
    assert len(set(ports.values())) == 1
    assert {one["port"] for one in streams.values()}.isdisjoint(ports.values())
    upgraded = requests.get(f"{nginx}/ws/", headers={"Upgrade": "websocket", "Connection": "Upgrade"}, timeout=5).json()
    assert (upgraded["Upgrade"], upgraded["Connection"]) == ("websocket", "upgrade")
