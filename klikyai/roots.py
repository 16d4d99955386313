"""Where addresses begin is ours to say: daphne would take a header of the caller for it.

An address that is routed without its first part and looked at with it gets past whoever guards it.
"""

from typing import Any


def ours(application: Any) -> Any:
    async def at_the_root(scope: Any, receive: Any, send: Any) -> None:
        await application(scope | {"root_path": ""}, receive, send)

    return at_the_root
