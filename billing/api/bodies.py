from datetime import datetime
from typing import Any

from pydantic import BaseModel


class ShownWallet(BaseModel):
    available: int
    held: int
    debt: int
    plan: str


class Entry(BaseModel):
    id: str
    at: datetime
    kind: str
    title: str
    note: str
    available: int
    held: int
    frozen: int
    debt: int
    charged: int
    reference: str


class EntryList(BaseModel):
    items: list[Entry]
    pagination: dict[str, Any]


class ShownPack(BaseModel):
    id: str
    title: str
    credits: int
    amount: int
    currency: str


class PackList(BaseModel):
    items: list[ShownPack]


class ShownPlan(BaseModel):
    id: str
    title: str
    monthly: int
    amount: int
    currency: str
    running: int
    queued: int
    storage: int


class PlanList(BaseModel):
    items: list[ShownPlan]
