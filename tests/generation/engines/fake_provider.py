"""A provider on this machine and its adapter: takes an order, works on it, is asked, calls back; fails on demand."""

import json
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests

from generation.contract import File, Pending, Progress, Request, Result, Ticket
from generation.engines.remote import signatures
from generation.engines.remote.base import Provider
from generation.engines.remote.transport import Answer
from generation.errors import EngineFailed

PICTURE = b"\x89PNG what the provider drew"


class Fake(Provider):
    name = "fake"
    ask_again_in = 0.01

    def order(self, request: Request) -> tuple[str, Mapping[str, Any]]:
        return "/orders", {"prompt": request.params["prompt"], "seed": request.seed, "call": self.callback}

    def read_order(self, answer: Answer) -> Ticket:
        return Ticket(self.name, str(answer.json()["id"]))

    def check_path(self, ticket: Ticket) -> str:
        return f"/orders/{ticket.id}"

    def read_check(self, answer: Answer) -> Pending | Result:
        said = answer.json()
        if said["state"] == "failed":
            raise EngineFailed(said["why"], retryable=False, code="content_refused")
        if said["state"] != "done":
            return Pending(Progress(said["percent"], 100), self.ask_again_in)
        return Result([File(self.transport.fetch(said["url"]).content, "image/png", said["seed"])])

    def cancel_path(self, ticket: Ticket) -> str:
        return f"/orders/{ticket.id}/cancel"

    def read_call(self, said: Any) -> str:
        return str(said["id"])


class NoticesRepeats(Fake):
    notices_repeats = True


class CallsBack(Fake):
    """Asked seldom, because it says itself when something is done."""

    name = "calls-back"
    ask_again_in = 3.0


class Studio(ThreadingHTTPServer):
    """`faults` are used up one an answer: a status, or `drops`, `stalls`, `garbage`, `elsewhere`, `endless`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.orders: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.finishes_by_itself = True
        self.silent_about: set[str] = set()
        self.faults: list[int | str] = []
        self.asked: list[str] = []
        self.picture_at = ""
        self.heard_keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def finish(self, order: str, secret: str) -> int:
        """And say so where the order asked to be told."""
        self.orders[order]["state"] = "done"
        return self.call_back(self.orders[order]["call"], order, secret)

    def call_back(self, to: str, order: str, secret: str) -> int:
        body = json.dumps({"id": order}).encode()
        headers = {signatures.HEADER: signatures.sign(body, secret, int(time.time()))}
        return requests.post(to, data=body, headers=headers, timeout=5).status_code


class Desk(BaseHTTPRequestHandler):
    server: Studio

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/cancel"):
            return self._answer(lambda: self._cancel(self.path.split("/")[2]))
        return self._answer(lambda: self._take(said))

    def do_GET(self) -> None:
        self._answer(self._picture if self.path == "/picture" else lambda: self._say(self.path.split("/")[2]))

    def _take(self, said: dict[str, Any]) -> bytes:
        key = self.headers.get("Idempotency-Key")
        known = self.server.keys.get(key or "")
        order = known or f"order-{len(self.server.orders) + 1}"
        self.server.orders.setdefault(order, {"asked": 0, "state": "drawing"} | said)
        if key:
            self.server.keys[key] = order
        return json.dumps({"id": order}).encode()

    def _say(self, order: str) -> bytes:
        found = self.server.orders[order]
        found["asked"] += 1
        while order in self.server.silent_about:
            time.sleep(0.02)
        if self.server.finishes_by_itself and found["state"] == "drawing" and found["asked"] > 2:
            found["state"] = "done"
        url = self.server.picture_at or f"{self.server.url}/picture"
        return json.dumps(found | {"percent": 40 * found["asked"], "url": url, "why": "Not nice."}).encode()

    def _cancel(self, order: str) -> bytes:
        self.server.orders[order]["state"] = "canceled"
        return b"{}"

    def _picture(self) -> bytes:
        self.server.heard_keys.append(self.headers.get("Authorization"))
        return PICTURE

    def _answer(self, work: Any) -> None:
        """Faults come after the work was done, as the evil ones do."""
        self.server.asked.append(f"{self.command} {self.path}")
        fault = self.server.faults.pop(0) if self.server.faults else 200
        heard = {200, "drops", "stalls", "garbage", "endless", "elsewhere", 500, 502, 504}
        content = work() if fault in heard else b"{}"
        if fault == "drops":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.send_response(302 if fault == "elsewhere" else fault if isinstance(fault, int) else 200)
        self.send_header("Location", "http://127.0.0.1:9/metadata")
        self.send_header("Retry-After", "7")
        content = {"garbage": b"<html>", "endless": b"x" * 5000}.get(str(fault), content)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault == "stalls":
            self.wfile.write(content[:1])
            time.sleep(1)
            return
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[Studio]:
    studio = Studio()
    thread = Thread(target=studio.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield studio
    finally:
        studio.shutdown()
        studio.server_close()
        thread.join()
