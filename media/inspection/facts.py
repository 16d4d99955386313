from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What the child found out about the clean copy it wrote."""

    mime: str
    kind: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    colour: str = ""
    placeholder: str = ""
    frames: int = 1
    bytes: int = 0
    sha256: str = ""
