"""What every provider's adapter stands on. An adapter says what to send and how to read what comes back."""

from collections.abc import Callable, Mapping
from typing import Any

from generation.contract import Pending, Request, Result, Ticket
from generation.engines.remote import signatures
from generation.engines.remote.failures import foreign
from generation.engines.remote.transport import Answer, Transport

LONGEST_NAME = 200


class Provider:
    name = ""
    base = ""
    hosts: tuple[str, ...] = ()
    # Whether it takes an Idempotency-Key: then a request that may have been heard may be sent again.
    notices_repeats = False

    def __init__(self, *, key: str, base: str = "", secret: str = "", callback: str = "") -> None:
        """`callback` is where it may call us; what it says there it signs with `secret`."""
        self.secret = secret
        self.callback = callback
        self.transport = Transport(base or self.base, self.headers(key), self.hosts)

    def submit(self, request: Request, sending: Callable[[], None]) -> Ticket | Result:
        path, body = self.order(request)
        sending()
        key = request.job if self.notices_repeats else ""
        return self.read_order(self.transport.send(path, body, repeatable=self.notices_repeats, key=key))

    def check(self, ticket: Ticket) -> Pending | Result:
        return self.read_check(self.transport.ask(self.check_path(ticket)))

    def cancel(self, ticket: Ticket) -> None:
        if path := self.cancel_path(ticket):
            self.transport.send(path, {}, repeatable=True)

    def heard(self, headers: Mapping[str, str], body: bytes) -> Ticket:
        """Which job a provider's own call is about, if it is the provider's. The job is then asked for as ever."""
        said = signatures.checked(headers, body, self.secret)
        try:
            name = self.read_call(said)
        except (LookupError, TypeError, ValueError) as error:
            raise foreign("no job in it") from error
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise foreign("no name of a job")
        return Ticket(self.name, name)

    def headers(self, key: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {key}"}

    def order(self, request: Request) -> tuple[str, Mapping[str, Any]]:
        raise NotImplementedError

    def read_order(self, answer: Answer) -> Ticket | Result:
        raise NotImplementedError

    def check_path(self, ticket: Ticket) -> str:
        raise NotImplementedError

    def read_check(self, answer: Answer) -> Pending | Result:
        raise NotImplementedError

    def cancel_path(self, ticket: Ticket) -> str:
        """Empty where what began cannot be stopped."""
        return ""

    def read_call(self, said: Any) -> str:
        raise NotImplementedError
