"""A database that is away for a moment must not cost a job: its lease would be prolonged, and nobody would be at it."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from generation import watching
from generation.broadcast import LOST

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

PAUSE = 1.0


def endure(act: Callable[[bool], Answer]) -> Answer:
    """Until the database answers, or we are to go. `act` hears whether it was tried before, and perhaps done."""
    again = False
    while True:
        try:
            return act(again)
        except LOST as error:
            if watching.draining():
                raise
            log.warning("the database is away", extra={"reason": repr(error)})
            again = True
            connection.close()
            time.sleep(PAUSE)
