"""The database, asked from the event loop by a few threads: a thousand sockets need no more of them."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_THREADS = ThreadPoolExecutor(4, "live")


def aside(function: Callable[Given, Answer]) -> Callable[Given, Awaitable[Answer]]:
    # Each time anew, because the wrapper remembers the loop that it was made in.
    @wraps(function)
    async def asked(*args: Any, **kwargs: Any) -> Answer:
        answer: Answer = await database_sync_to_async(function, thread_sensitive=False, executor=_THREADS)(
            *args, **kwargs
        )
        return answer

    return asked
