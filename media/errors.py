"""What media refuses. `Unfit` names why a file cannot be taken in."""

from accounts.errors import InvalidRequest, NotFound, TooLarge, Unavailable, UnsupportedMedia


class Unsupported(UnsupportedMedia):
    pass


class Unreadable(InvalidRequest):
    pass


class TooBig(TooLarge):
    pass


class StorageFailed(Unavailable):
    pass


class Missing(NotFound):
    pass
