from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from accounts.reading import Body
from billing import usage

Cap = Annotated[int, Field(ge=0, le=2**31 - 1)]


class NewCaps(Body):
    """What is not named stays as it is; null lifts a cap."""

    daily_cap: Cap | None = None
    monthly_cap: Cap | None = None


class NewCoupon(Body):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{3,40}$")] = Field(examples=["SUNRISE-2026"])


class ShownWallet(BaseModel):
    available: int
    held: int
    frozen: int
    debt: int
    daily_cap: int | None
    monthly_cap: int | None
    expiring: int = Field(description="Credits that expire next")
    expires_at: datetime | None
    plan: str


class ShownEntry(BaseModel):
    id: str
    at: datetime
    kind: str
    words: str = Field(description="The kind, said to a person")
    title: str
    note: str
    available: int = Field(description="Change of what can be spent")
    held: int = Field(description="Change of what is set aside")
    frozen: int = Field(description="Change of what a dispute holds back")
    debt: int = Field(description="Change of what is owed")
    charged: int = Field(description="What it cost; negative when it was refunded")
    reference: str = Field(description="What it was for: `job:<id>`")


class UsageQuery(Body):
    days: Annotated[int, Field(ge=1, le=usage.LONGEST, description="So many days until now")] = 30


class ShownSpent(BaseModel):
    day: date = Field(description="UTC")
    tool: str = Field(description="Empty: other")
    key: UUID | None = Field(description="None: by hand, or a key that is gone")
    key_name: str
    credits: int
    jobs: int


class Usage(BaseModel):
    since: date
    items: list[ShownSpent]
    credits: int
    jobs: int


class Entries(BaseModel):
    items: list[ShownEntry]
    pagination: dict[str, Any]


class ShownPack(BaseModel):
    id: str
    title: str
    credits: int
    amount: int = Field(description="In the currency's smallest unit")
    currency: str
    price: str


class Packs(BaseModel):
    items: list[ShownPack]


class ShownPlan(BaseModel):
    id: str
    title: str
    monthly: int = Field(description="Credits a month")
    amount: int = Field(description="A month, in the currency's smallest unit")
    currency: str
    price: str
    running: int = Field(description="Jobs at once")
    queued: int = Field(description="Jobs that may wait")
    storage: int = Field(description="Bytes")
    current: bool


class Plans(BaseModel):
    items: list[ShownPlan]
