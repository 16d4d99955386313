"""How many streams of events one person has open in this process."""

from threading import Lock
from weakref import WeakSet

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import RateLimited
from accounts.models import User

SOON = 5


class Seat:
    def __init__(self, user: User) -> None:
        self.user_id = user.pk

    def leave(self) -> None:
        with _lock:
            _taken.discard(self)


_lock = Lock()
# Whoever hangs up while their view still works gets an answer that nobody ever opens or closes. It is thrown away,
# and its seat with it.
_taken: WeakSet[Seat] = WeakSet()


def take(user: User) -> Seat:
    seat = Seat(user)
    with _lock:
        if sum(other.user_id == seat.user_id for other in _taken) >= settings.STREAMS_EACH:
            raise RateLimited(_("So many streams are open that no other can be. Close one first."), retry_after=SOON)
        _taken.add(seat)
    return seat
