"""What can be refused where credits are concerned."""

from accounts.errors import Conflict, InvalidRequest, Refused, Unavailable


class InsufficientCredits(Refused):
    code = "insufficient_credits"


class OverLimit(InsufficientCredits):
    """A cap that the person or a key set."""


class TooMuch(Conflict):
    """More than is there to give back."""


class UsedUp(Conflict):
    """A code that gives nothing more, to this person or to anybody."""


class Whole(InvalidRequest):
    pass


class PaymentsDown(Unavailable):
    """Nobody answered, or not clearly: it may have happened or not, and may be asked again."""


class PaymentRefused(Conflict):
    """A clear no."""

    def __init__(self, message: str, *, why: str = "", log: str = "") -> None:
        super().__init__(message, log=log)
        self.why = why


class NotGenuine(InvalidRequest):
    """An event that its signature does not prove."""
