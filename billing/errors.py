"""What can be refused where credits are concerned."""

from accounts.errors import Conflict, InvalidRequest, Refused


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
