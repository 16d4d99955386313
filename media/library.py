"""The wall: whose, which, in what order. One query a page, tuples instead of models."""

from types import SimpleNamespace
from typing import Any, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from pydantic import Field

from accounts.models import User
from accounts.pagination import Paging, listing
from accounts.reading import Moment
from media.models import Asset, Project, Tag, Tagging
from media.models.asset import SEEN

COLUMNS = (
    "id", "public_id", "kind", "mime", "name", "bytes", "width", "height", "duration", "sha256", "colour",
    "placeholder", "origin", "recipe", "starred", "created_at", "trashed_at", "project__public_id",
    "labels",
)  # fmt: skip
ORDER = ("-created_at", "-id")


class Wanted(Paging):
    kind: Literal["image", "video", "audio"] | None = None
    project: UUID | None = None
    tag: str | None = Field(default=None, max_length=60)
    starred: bool | None = None
    trash: bool = Field(default=False, description="What lies in the trash instead of what does not")
    origin: Literal["job", "upload"] | None = None
    search: str | None = Field(default=None, max_length=200, description="Words of the name and of the prompt")
    created_after: Moment | None = None


def wall(user: User, wanted: Wanted) -> dict[str, Any]:
    if wanted.tag is not None:
        return _of_tag(user, wanted)
    return listing(shown(Asset.objects.filter(_asked(user, wanted))), wanted, described, ORDER)


def _of_tag(user: User, wanted: Wanted) -> dict[str, Any]:
    """Along the tag's own index: a tag may hang on ten of a million files or on all of them."""
    tag = Tag.objects.filter(user=user, name=wanted.tag).values("pk")
    rows = Tagging.objects.filter(_asked(user, wanted, "asset__"), tag=Subquery(tag))
    columns = (column if column == "labels" else f"asset__{column}" for column in COLUMNS)
    found = rows.annotate(labels=_labels("asset_id")).values_list("created_at", "asset_id", *columns, named=True)
    return listing(found, wanted, _tagged, ("-created_at", "-asset_id"))


def _tagged(row: Any) -> dict[str, Any]:
    return described(SimpleNamespace(**dict(zip(COLUMNS, row[2:], strict=True))))


def one(user: User, public_id: UUID) -> dict[str, Any] | None:
    row = shown(Asset.objects.of(user).filter(public_id=public_id)).first()
    return None if row is None else described(row)


def shown(rows: "QuerySet[Asset]") -> "QuerySet[Asset, Any]":
    return rows.annotate(labels=_labels("pk")).values_list(*COLUMNS, named=True)


def _labels(asset: str) -> ArraySubquery:
    hung = Tagging.objects.filter(asset=OuterRef(asset)).order_by("tag__name")
    return ArraySubquery(hung.values("tag__name"))


def described(row: Any) -> dict[str, Any]:
    at = f"/api/v1/assets/{row.public_id}"
    job = row.origin[4:] if row.origin.startswith("job:") else None
    return {
        "id": row.public_id, "kind": row.kind, "mime": row.mime, "name": row.name, "bytes": row.bytes,
        "width": row.width, "height": row.height, "duration": row.duration, "sha256": row.sha256,
        "colour": row.colour, "placeholder": row.placeholder,
        "created_at": row.created_at, "trashed_at": row.trashed_at, "starred": row.starred,
        "project": row.project__public_id, "tags": row.labels, "job": job, "recipe": row.recipe,
        "urls": {"self": at, "content": f"{at}/content", "thumbnail": f"{at}/content?variant=thumbnail"},
    }  # fmt: skip


def _asked(user: User, wanted: Wanted, under: str = "") -> Q:
    asked = {
        "kind": wanted.kind,
        "project": _project(user, wanted.project) if wanted.project else None,
        "starred": wanted.starred,
        "origin__startswith": wanted.origin and f"{wanted.origin}:",
        "created_at__gt": wanted.created_after,
        "search": SearchQuery(wanted.search, search_type="websearch", config="simple") if wanted.search else None,
    }
    given = {field: value for field, value in asked.items() if value is not None}
    always = {**SEEN, "user": user, "trashed_at__isnull": not wanted.trash, "keep_until": None}
    return Q(**{f"{under}{field}": value for field, value in (always | given).items()})


def _project(user: User, public_id: UUID) -> Subquery:
    """Known before the search begins, which a join is not: so the index in the wall's order serves."""
    return Subquery(Project.objects.filter(user=user, public_id=public_id).values("pk"))


def beside(user: User, asset: Asset, wanted: Wanted) -> tuple[UUID | None, UUID | None]:
    """What hangs next to it on the wall that was asked for: the newer one and the older one."""
    hung = Asset.objects.filter(_asked(user, wanted))
    if wanted.tag is not None:
        hung = hung.filter(pk__in=Tagging.objects.filter(tag__user=user, tag__name=wanted.tag).values("asset"))
    at = (asset.created_at, asset.pk)
    newer = hung.filter(Q(created_at__gt=at[0]) | Q(created_at=at[0], id__gt=at[1])).order_by("created_at", "id")
    older = hung.filter(Q(created_at__lt=at[0]) | Q(created_at=at[0], id__lt=at[1])).order_by(*ORDER)
    return _name_of(newer), _name_of(older)


def _name_of(rows: "QuerySet[Asset]") -> UUID | None:
    return rows.values_list("public_id", flat=True).first()
