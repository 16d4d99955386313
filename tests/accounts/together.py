"""What may happen between reading a count and writing it does happen: no quiet machine lets the twin pass."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Event

from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess

PATIENCE = 10  # where so many do not come, as the other process was first

_met = Event()
_together = Barrier(8, _met.set)  # once, more than may guess
_write = AbstractCodeVerificationProcess.record_invalid_attempt


def record_invalid_attempt(process: AbstractCodeVerificationProcess) -> bool:
    if not _met.is_set():
        with suppress(BrokenBarrierError):
            _together.wait(PATIENCE)
    return bool(_write(process))


def mend() -> None:
    AbstractCodeVerificationProcess.record_invalid_attempt = record_invalid_attempt
