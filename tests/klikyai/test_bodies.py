import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
HEAD = "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(number)]
    web = subprocess.Popen([*command, "klikyai.asgi:application"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not listening(number):
        assert web.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield number
    web.kill()
    web.wait()


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def send_without_end(port: int, path: str, most: int) -> tuple[int, bytes]:
    """How much went out before the server answered, and what it said."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall((HEAD.format(path) + "Transfer-Encoding: chunked\r\n\r\n").encode())
        connection.setblocking(False)
        connection.settimeout(0.05)
        while sent < most:
            try:
                return sent, connection.recv(4096)
            except TimeoutError:
                connection.settimeout(10)
                connection.sendall(CHUNK)
                sent += len(CHUNK)
                connection.settimeout(0.001)
    return sent, b""


@pytest.mark.processes
def test_a_body_without_end_is_cut_off(port: int) -> None:
    sent, answer = send_without_end(port, "/api/v1/keys", most=64 * 1024 * 1024)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"too_large"' in answer
    assert sent < 16 * 1024 * 1024


@pytest.mark.processes
def test_an_announced_body_is_refused_before_it_comes(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall((HEAD.format("/api/v1/keys") + "Content-Length: 900000000\r\n\r\n").encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


@pytest.mark.processes
@pytest.mark.parametrize("path", ["/api/v1/assets", "/library/add/"])
def test_uploads_take_more(port: int, path: str) -> None:
    _sent, answer = send_without_end(port, path, most=8 * 1024 * 1024)
    assert answer == b""


@pytest.mark.processes
def test_a_form_that_is_too_large_is_answered_with_a_page(port: int) -> None:
    _sent, answer = send_without_end(port, "/account/", most=64 * 1024 * 1024)
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413")
    assert b"Content-Type: text/html" in head
    assert body.startswith(b"<!doctype html>")
    assert b"This is too large." in body


@pytest.mark.processes
def test_a_body_in_chunks_is_read(port: int) -> None:
    """It names no length; read as nothing, it would be answered as if a field were missing."""
    body = b'{"email": "nobody@example.com", "password": 7}'
    head = HEAD.format("/api/v1/auth/login") + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"password" in answer
    assert b"email" not in answer
