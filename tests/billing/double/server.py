"""The network's end: keys, idempotency, and the ways in which an answer does not come."""

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.billing.double import form, routes
from tests.billing.double.store import Store, Wrong
from tests.billing.double.world import World

KEY = "sk_test_of_the_double"


@dataclass
class Fault:
    """Once, at the first call that fits. `how`: before (500, nothing done), after (500, done), sticky (500, done, and
    the 500 is what the key will answer for ever), cut (done, and the line goes dead), slow (answered late)."""

    call: str
    how: str
    seconds: float = 0.0


class Unmoved(ThreadingHTTPServer):
    """By callers who are killed while they speak."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@dataclass
class Memory:
    asked: Any
    answer: tuple[int, Any] | None = None


@dataclass
class Server:
    store: Store
    world: World
    faults: list[Fault] = field(default_factory=list)
    keys: dict[str, Memory] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    listens: Callable[[str], object] = lambda call: None

    def __post_init__(self) -> None:
        self.http = Unmoved(("127.0.0.1", 0), _handler(self))
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def forget(self) -> None:
        """A new Stripe at the same address."""
        self.store.things.clear()
        self.keys.clear()
        self.faults.clear()
        self.calls.clear()
        self.listens = lambda call: None
        self.store.clock = 0

    def fault(self, call: str) -> Fault | None:
        with self.store.lock:
            found = next((one for one in self.faults if re.search(one.call, call)), None)
            if found is not None:
                self.faults.remove(found)
            return found

    def remember(self, key: str | None, asked: Any) -> Memory:
        """Whether this key was used, by the same call or by another, and whether that one is still running."""
        with self.store.lock:
            known = self.keys.get(key) if key else None
            if known is None:
                memory = Memory(asked)
                if key:
                    self.keys[key] = memory
                return memory
        if known.asked != asked:
            raise Wrong(400, "Keys for idempotent requests can only be used with the same parameters they were first "
                        "used with.", kind="idempotency_error")  # fmt: skip
        if known.answer is None:
            raise Wrong(409, "There is currently another in-progress request using this key.",
                        "idempotency_key_in_use", "idempotency_error")  # fmt: skip
        return known

    def answer(self, method: str, path: str, params: Any) -> tuple[int, Any]:
        try:
            return 200, routes.answer(self.world, method, path, params)
        except Wrong as wrong:
            return wrong.status, wrong.body


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve(form.read(urlsplit(self.path).query), None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._serve(form.read(body), self.headers.get("Idempotency-Key"))

        def do_DELETE(self) -> None:
            self._serve({}, None)

        def _serve(self, params: Any, key: str | None) -> None:
            path = urlsplit(self.path).path
            call = f"{self.command} {path}"
            server.calls.append(call)
            server.listens(call)
            fault = server.fault(call)
            try:
                if self.headers.get("Authorization") != f"Bearer {KEY}":
                    raise Wrong(401, "Invalid API Key provided")
                if fault and fault.how == "before":
                    raise Wrong(500, "An unknown error occurred", kind="api_error")
                memory = server.remember(key, (call, params))
            except Wrong as wrong:
                return self._say(wrong.status, wrong.body)
            replayed = memory.answer is not None
            if memory.answer is None:
                memory.answer = server.answer(self.command, path, params)
            if fault is None:
                return self._say(*memory.answer, replayed=replayed)
            return self._misbehave(fault, memory)

        def _misbehave(self, fault: Fault, memory: Memory) -> None:
            assert memory.answer is not None
            sad = 500, Wrong(500, "An unknown error occurred", kind="api_error").body
            if fault.how == "slow":
                time.sleep(fault.seconds)
                return self._say(*memory.answer)
            if fault.how == "cut":
                self.close_connection = True
                return self.connection.shutdown(2)
            if fault.how == "sticky":
                memory.answer = sad
            return self._say(*sad)

        def _say(self, status: int, body: Any, replayed: bool = False) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Request-Id", f"req_{uuid.uuid4().hex[:14]}")
            if replayed:
                self.send_header("Idempotent-Replayed", "true")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler
