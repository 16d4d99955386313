from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, Field

from accounts.pagination import Paging
from accounts.reading import Body, Moment

ToolName = Annotated[str, Field(max_length=40, examples=["text_to_image"])]
AnyParams = Annotated[
    dict[str, Any], Field(description="As the tool says", examples=[{"prompt": "a red sailboat on the sea at sunset"}])
]


def _not_yet(value: str | None) -> str | None:
    if value is not None:
        raise ValueError(_("Webhooks of single jobs are not offered yet."))
    return value


class NewQuote(Body):
    tool: ToolName
    params: AnyParams


class NewJob(NewQuote):
    project: UUID | None = None
    lane: Literal["interactive", "batch", "idle"] = "interactive"
    sheet: Annotated[UUID | None, Field(description="A mark of one's own for jobs to be compared")] = None
    webhook: Annotated[str | None, AfterValidator(_not_yet)] = None


class PresetParams(Body):
    """What the form of a tool holds, less what belongs to one picture only."""

    prompt: Annotated[str, Field(max_length=2000)] = ""
    negative_prompt: Annotated[str, Field(max_length=2000)] = ""
    model: Annotated[str, Field(max_length=80)] | None = None
    style: Annotated[str, Field(max_length=40)] | None = None
    n: Annotated[int, Field(ge=1, le=8)] = 1
    width: Annotated[int, Field(ge=64, le=4096)] | None = None
    height: Annotated[int, Field(ge=64, le=4096)] | None = None
    steps: Annotated[int, Field(ge=1, le=150)] | None = None
    guidance: Annotated[float, Field(ge=0, le=30)] | None = None
    strength: Annotated[float, Field(ge=0.05, le=1)] | None = None


class NewPreset(Body):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    tool: ToolName
    params: PresetParams


class PresetChange(Body):
    shared: bool


class PresetQuery(Paging):
    tool: Annotated[str | None, Field(max_length=40, description="Only those of this tool")] = None


class ShownPreset(BaseModel):
    id: UUID
    name: str
    tool: str
    params: dict[str, Any]
    shared: bool
    url: str


class PresetList(BaseModel):
    items: list[ShownPreset]
    pagination: dict[str, Any]


class JobQuery(Paging):
    status: Literal["queued", "running", "succeeded", "failed", "canceled"] | None = None
    tool: Annotated[str | None, Field(max_length=40)] = None
    project: UUID | None = None
    sheet: Annotated[UUID | None, Field(description="Jobs that were made to be compared")] = None
    created_after: Moment | None = None


class Eta(BaseModel):
    p50: float
    p90: float
    measured: Annotated[int, Field(description="On how many jobs it rests; 0 is a guess")]


class Quote(BaseModel):
    credits: int
    expires_at: datetime = Field(description="Until then nobody pays more for the same, whatever it costs by then")
    breakdown: list[dict[str, Any]]
    eta: Eta
    queue_position: int
    model: str
    warnings: list[str]


class Cost(BaseModel):
    quoted: int
    held: int
    charged: int
    refunded: int


class Failure(BaseModel):
    code: str
    message: str
    retryable: bool


class ShownJob(BaseModel):
    id: UUID
    tool: str
    model: str
    status: Literal["queued", "running", "succeeded", "failed", "canceled"]
    progress: float
    step: int
    steps: int
    stage: str
    queue_position: int | None
    eta: Eta | None
    cost: Cost
    params: dict[str, Any]
    seed: int
    outputs: list[dict[str, Any]]
    error: Failure | None
    warnings: list[str]
    lane: str
    project: UUID | None
    sheet: UUID | None
    attempts: int
    canceling: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    urls: dict[str, str]


class JobList(BaseModel):
    items: list[ShownJob]
    pagination: dict[str, Any]


class ShownModel(BaseModel):
    name: str
    title: str
    note: str
    default: bool
    defaults: dict[str, Any]
    limits: dict[str, Any]
    styles: list[str]
    examples: list[str]
    credits: int


class ShownTool(BaseModel):
    name: str
    title: str
    note: str
    makes: str
    params: dict[str, Any] = Field(description="JSON Schema")
    models: list[ShownModel]
    price: dict[str, Any]
    limits: dict[str, Any]
    urls: dict[str, str]


class ToolList(BaseModel):
    items: list[ShownTool]
