"""What engines speak. They know no Django model, no user and no credit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from generation.errors import EngineFailed

MOST_STEPS = 1_000_000
MOST_PIXELS = 4096 * 4096


@dataclass(frozen=True, slots=True)
class Weights:
    """A row of the catalogue, as far as an engine needs it."""

    slug: str
    family: str
    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """One job. `seed` is the first picture's; picture number i of a job has seed + i."""

    job: str
    tool: str
    weights: Weights
    params: Mapping[str, Any]
    seed: int
    inputs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    step: int
    steps: int
    stage: str = ""
    preview: bytes | None = None  # a small WebP

    @property
    def possible(self) -> bool:
        """Providers say all sorts of things about how far they are."""
        numbers = (self.step, self.steps)
        return all(type(number) is int for number in numbers) and 0 <= self.step <= self.steps <= MOST_STEPS


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    mime: str
    seed: int


@dataclass(frozen=True, slots=True)
class Result:
    """`facts` go into the recipe: revision, versions of libraries, what was changed to fit."""

    files: Sequence[File]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Asked to stop, and did, after `step` of `steps`."""

    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Left:
    """The worker goes, and another goes on where this one stood."""


Outcome = Result | Stopped | Left | EngineFailed


class Watch(Protocol):
    """Called from the thread that computes, so neither may wait for anything."""

    def progress(self, job: str, progress: Progress) -> None: ...

    def wants_preview(self, job: str) -> bool: ...

    def stopped(self, job: str) -> bool: ...


class LocalEngine(Protocol):
    def load(self, weights: Weights) -> None:
        """Into memory, before anybody waits for it."""
        ...

    def generate(self, requests: Sequence[Request], watch: Watch) -> Sequence[Outcome]:
        """Several compatible requests at once; one outcome each, in their order."""
        ...

    def warm(self) -> Mapping[str, int]:
        """Slugs of the models in memory, and the bytes that each takes."""
        ...


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a provider calls our job. Stored, so that a restarted worker goes on asking and never pays twice."""

    provider: str
    id: str


@dataclass(frozen=True, slots=True)
class Pending:
    progress: Progress | None = None
    ask_again_in: float = 2.0


class RemoteEngine(Protocol):
    notices_repeats: bool  # the same job sent twice is one order there

    def submit(self, request: Request, sending: Callable[[], None]) -> Ticket | Result:
        """`sending` is called before anything that may cost leaves this machine."""
        ...

    def check(self, ticket: Ticket) -> Pending | Result: ...

    def cancel(self, ticket: Ticket) -> None: ...

    def heard(self, headers: Mapping[str, str], body: bytes) -> Ticket:
        """Which job a call that came to us is about, if it is the provider's."""
        ...
