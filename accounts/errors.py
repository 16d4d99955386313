"""What can be refused. The domain knows no HTTP: klikyai/api.py turns codes into statuses."""

from collections.abc import Mapping, Sequence

Details = Mapping[str, Sequence[str]]


class Refused(Exception):
    """Base of everything that a person is told. `log` is for us and never reaches them."""

    code = "invalid_request"

    def __init__(
        self, message: str, *, details: Details | None = None, retry_after: int | None = None, log: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        self.retry_after = retry_after
        self.log = log or message


class InvalidRequest(Refused):
    pass


class Unauthenticated(Refused):
    code = "unauthenticated"


class Forbidden(Refused):
    code = "forbidden"


class NotFound(Refused):
    code = "not_found"


class Conflict(Refused):
    code = "conflict"


class TooLarge(Refused):
    code = "too_large"


class UnsupportedMedia(Refused):
    code = "unsupported_media"


class IdempotencyMismatch(Refused):
    code = "idempotency_mismatch"


class RateLimited(Refused):
    code = "rate_limited"


class Unavailable(Refused):
    code = "unavailable"


class MethodNotAllowed(Refused):
    code = "method_not_allowed"


class Internal(Refused):
    """Not of the caller's making."""

    code = "internal"
