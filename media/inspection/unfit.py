"""Why a file is not taken in. Only the reason's name crosses from the child process."""


class Unfit(Exception):
    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
