from typing import Any

from rest_framework.response import Response


class Reply(Response):
    """An answer with a sentence for a person; the roof puts both into the envelope."""

    def __init__(self, data: Any, message: str = "", status: int = 200) -> None:
        super().__init__(data, status=status)
        self.message = message
