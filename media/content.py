from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Content:
    path: str
    mime: str
    bytes: int
    mark: str  # changes whenever the bytes do
    name: str
    changed: datetime
