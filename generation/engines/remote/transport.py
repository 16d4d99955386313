"""Asking a provider: what is waited for, tried again and given up, the same for all of them."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from generation.engines.remote.failures import BUSY, TROUBLED, meaning, uncertain, unreachable, unreadable
from generation.errors import EngineFailed

PATIENCE = (5.0, 60.0)  # seconds to connect, and between two pieces of an answer
TRIES = 4
LONGEST_PAUSE = 20.0
LARGEST = 64 << 20
PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise unreadable(f"no JSON: {self.content[:200]!r}") from error


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None = None
    repeatable: bool = True


class TryAgain(Exception):
    def __init__(self, failure: EngineFailed, pause: float = 0.0) -> None:
        super().__init__(failure.log)
        self.failure = failure
        self.pause = pause


@dataclass(slots=True)
class Transport:
    """`hosts` are those that files may come from, besides the provider's own."""

    base: str
    headers: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    pause: Callable[[float], None] = time.sleep

    def ask(self, path: str) -> Answer:
        """Asking changes nothing, so that it is tried again whatever happened."""
        return self._patiently(Call("GET", self.base + path, self.headers))

    def send(self, path: str, body: Mapping[str, Any], *, repeatable: bool, key: str = "") -> Answer:
        """What may have been heard is said twice only where the provider notices that it is the same."""
        headers = {**self.headers, "Idempotency-Key": key} if key else self.headers
        return self._patiently(Call("POST", self.base + path, headers, body, repeatable))

    def fetch(self, url: str) -> Answer:
        """A file, without our key: it may lie elsewhere."""
        own, found = urlsplit(self.base), urlsplit(url)
        if found.hostname not in {own.hostname, *self.hosts} or found.scheme not in {"https", own.scheme}:
            raise unreadable(f"a file at {found.scheme}://{found.hostname}, which is not the provider's")
        return self._patiently(Call("GET", url, {}))

    def _patiently(self, call: Call) -> Answer:
        for tried in range(1, TRIES):
            try:
                return _once(call)
            except TryAgain as again:
                self.pause(again.pause or 2.0 ** (tried - 1))
        try:
            return _once(call)
        except TryAgain as given_up:
            raise given_up.failure from given_up


def _once(call: Call) -> Answer:
    try:
        answer = _spoken(call)
    except requests.RequestException as error:
        if call.repeatable or _never_left(error):
            raise TryAgain(unreachable(repr(error))) from error
        raise uncertain(repr(error)) from error
    if answer.status < 300:
        return answer
    log = f"status {answer.status}: {answer.content[:200]!r}"
    if answer.status in BUSY or (answer.status in TROUBLED and call.repeatable):
        raise TryAgain(meaning(answer.status, log), _asked_pause(answer))
    raise uncertain(log) if answer.status in TROUBLED else meaning(answer.status, log)


def _spoken(call: Call) -> Answer:
    with requests.request(
        call.method, call.url, headers=dict(call.headers), json=call.body, timeout=PATIENCE, allow_redirects=False,
        stream=True,
    ) as answer:  # fmt: skip
        content = bytearray()
        for piece in answer.iter_content(PIECE):
            content += piece
            if len(content) > LARGEST:
                raise unreadable("an answer without end")
        return Answer(answer.status_code, answer.headers, bytes(content))


def _never_left(error: requests.RequestException) -> bool:
    """No connection, so that not a byte was heard."""
    return isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)


def _asked_pause(answer: Answer) -> float:
    said = answer.headers.get("Retry-After", "")
    return min(float(said), LONGEST_PAUSE) if said.isdecimal() else 0.0
