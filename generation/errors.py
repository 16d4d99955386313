"""What can go wrong while things are made. An error knows whether trying again helps."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from accounts.errors import Conflict, InvalidRequest, Refused


class QueueFull(Refused):
    code = "queue_full"


class CannotCancel(Conflict):
    pass


class CannotRetry(Conflict):
    pass


class JobFailed(Refused):
    """Of somebody who waited for it. Trying again may help."""

    code = "job_failed"


class JobCanceled(Refused):
    code = "job_canceled"


class StillRunning(Refused):
    code = "still_running"


class UnknownTool(InvalidRequest):
    pass


class EngineFailed(Exception):
    """`message` is for the person whose job it is, `log` for us."""

    code = "engine_failed"

    def __init__(self, message: str, *, retryable: bool, log: str = "", code: str = "") -> None:
        super().__init__(log or message)
        self.message = message
        self.retryable = retryable
        self.log = log or message
        self.code = code or self.code


def in_words(error: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A failure is kept in English, which is the key to its words in every other language."""
    return {**error, "message": gettext(error["message"])} if error and error.get("message") else error


class Stale(Exception):
    """Somebody else holds this job by now: throw away what was made and walk away."""
