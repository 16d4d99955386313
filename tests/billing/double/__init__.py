"""A Stripe of our own: its wire format over HTTP, its memory, its bad days. The real package is pointed at it."""

from tests.billing.double.post import Post
from tests.billing.double.server import Fault, Server
from tests.billing.double.store import Store
from tests.billing.double.world import World

__all__ = ["Fault", "Post", "Server", "Store", "World"]
