from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from accounts.reading import Ahead, Body
from media.names import safe_name, shows


def _shown(name: str) -> str:
    if not shows(name):
        raise ValueError(_("Nothing of this name can be seen."))
    return name


Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True), AfterValidator(_shown)]
TagName = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True), AfterValidator(_shown)]


def _harmless(name: str) -> str:
    safe = safe_name(name)
    if not safe:
        raise ValueError(_("Nothing of this name can be kept."))
    return safe


FileName = Annotated[Name, AfterValidator(_harmless)]


class NewFile(Body):
    temporary: bool = False


class AssetChange(Body):
    name: FileName | None = None
    starred: bool | None = None
    project: UUID | None = None
    tags: Annotated[list[TagName], Field(max_length=20)] | None = None
    trashed: bool | None = None


class ManyChanges(Body):
    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    starred: bool | None = None
    project: UUID | None = None
    trashed: bool | None = None


class NewProject(Body):
    name: Name


class NewLink(Body):
    expires_at: Ahead | None = None


class NewArchive(Body):
    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ContentQuery(Body):
    variant: Annotated[str, Field(max_length=16)] | None = None
    format: Annotated[str, Field(pattern="^(png|jpeg|webp)$")] | None = None
    recipe: Annotated[str, Field(pattern="^(keep|strip)$")] = "strip"
    download: bool = False


class ShownAsset(BaseModel):
    id: UUID
    kind: str
    mime: str
    name: str
    bytes: int
    width: int | None
    height: int | None
    duration: float | None
    sha256: str
    colour: str
    placeholder: str
    created_at: datetime
    trashed_at: datetime | None
    starred: bool
    project: UUID | None
    tags: list[str]
    job: str | None
    recipe: dict[str, Any]
    urls: dict[str, str]


class AssetList(BaseModel):
    items: list[ShownAsset]
    pagination: dict[str, Any]


class Changed(BaseModel):
    changed: int


class ShownProject(BaseModel):
    id: UUID
    name: str
    created_at: datetime


class TagList(BaseModel):
    items: list[str]


class ProjectList(BaseModel):
    items: list[ShownProject]
    pagination: dict[str, Any]


class ShownLink(BaseModel):
    id: UUID
    created_at: datetime
    expires_at: datetime | None
    views: int


class NewLinkShown(ShownLink):
    url: str


class LinkList(BaseModel):
    items: list[ShownLink]
    pagination: dict[str, Any]


class BegunUpload(BaseModel):
    id: UUID
    url: str
    parts: str | None


class ShownPart(BaseModel):
    number: int
    at: int
    bytes: int
    url: str


class PartList(BaseModel):
    items: list[ShownPart]
