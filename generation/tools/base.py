"""A tool is what a user can ask for. One file here is one tool; nothing else has to know of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from django.utils.functional import Promise
from pydantic import Field

from accounts.reading import Body
from generation.models import Model

LARGEST_SEED = 2**32 - 1
Text = Annotated[str, Field(max_length=2000)]


class Params(Body):
    """Base of the params of every tool. Fields that name a file of the user are listed in `files`."""

    files: ClassVar[Sequence[str]] = ()

    model: (
        Annotated[str, Field(max_length=80, description="Name of a model; the best one installed if left out")] | None
    ) = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="The same seed makes the same picture")] | None = None


Settled = Mapping[str, Any]
Size = tuple[int, int]


def any_size(params: Settled, sizes: Mapping[str, Size]) -> None:
    """Most tools shrink what they are given."""


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    title: str | Promise
    note: str | Promise
    params: type[Params]
    makes: str  # kind of its outputs
    settle: Callable[[Any, Model], dict[str, Any]]  # params with every default of the model filled in
    units: Callable[[Settled, Model], float]  # work and price, in pictures of the model's own size and steps
    shape: Callable[[Settled], str]  # jobs of one model and shape may share a batch
    steps: Callable[[Settled], int]
    fits: Callable[[Settled, Mapping[str, Size]], None] = any_size  # refuses pictures that it cannot work on
    pool: str = "images"
    facts: Mapping[str, Any] = field(default_factory=dict)
