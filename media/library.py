"""The wall: whose, which, in what order. One query a page, tuples instead of models."""

from typing import Any, Literal
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import FilteredRelation, Q, QuerySet, Subquery
from pydantic import AwareDatetime, Field

from accounts.models import User
from accounts.pagination import Paging, listing
from media.models import Asset, Project, Tag

COLUMNS = (
    "id", "public_id", "kind", "mime", "name", "bytes", "width", "height", "duration", "sha256", "colour",
    "placeholder", "origin", "recipe", "starred", "created_at", "trashed_at", "project__public_id",
)  # fmt: skip
ORDER = ("-created_at", "-id")


class Wanted(Paging):
    kind: Literal["image", "video", "audio"] | None = None
    project: UUID | None = None
    tag: str | None = Field(default=None, max_length=60)
    starred: bool | None = None
    trash: bool = False
    origin: Literal["job", "upload"] | None = None
    search: str | None = Field(default=None, max_length=200)
    created_after: AwareDatetime | None = None


def wall(user: User, wanted: Wanted) -> dict[str, Any]:
    rows = Asset.objects.of(user).filter(trashed_at__isnull=not wanted.trash)
    for field, value in _filters(user, wanted).items():
        if value is not None:
            rows = rows.filter(**{field: value})
    if wanted.search:
        rows = rows.filter(search=SearchQuery(wanted.search, search_type="websearch", config="simple"))
    if wanted.tag is not None:
        return _of_tag(user, rows, wanted)
    return listing(rows.values_list(*COLUMNS, named=True), wanted, described, ORDER)


def _of_tag(user: User, rows: "QuerySet[Asset]", wanted: Wanted) -> dict[str, Any]:
    """Along the tag's own index: a tag may be on ten of a million files or on all of them."""
    tag = Tag.objects.filter(user=user, name=wanted.tag).values("pk")
    tagged = FilteredRelation("taggings", condition=Q(taggings__tag=Subquery(tag)))
    hung = rows.annotate(at=tagged).filter(at__isnull=False)
    order = ("-at__created_at", "-at__asset_id")
    return listing(hung.values_list(*COLUMNS, "at__created_at", "at__asset_id", named=True), wanted, described, order)


def one(user: User, public_id: UUID) -> dict[str, Any] | None:
    row = Asset.objects.of(user).filter(public_id=public_id).values_list(*COLUMNS, named=True).first()
    return None if row is None else described(row)


def described(row: Any) -> dict[str, Any]:
    at = f"/api/v1/assets/{row.public_id}"
    job = row.origin[4:] if row.origin.startswith("job:") else None
    return {
        "id": row.public_id, "kind": row.kind, "mime": row.mime, "name": row.name, "bytes": row.bytes,
        "width": row.width, "height": row.height, "duration": row.duration, "sha256": row.sha256,
        "colour": row.colour, "placeholder": row.placeholder,
        "created_at": row.created_at, "trashed_at": row.trashed_at, "starred": row.starred,
        "project": row.project__public_id, "job": job, "recipe": row.recipe,
        "urls": {"self": at, "content": f"{at}/content", "thumbnail": f"{at}/content?variant=thumbnail"},
    }  # fmt: skip


def _filters(user: User, wanted: Wanted) -> dict[str, Any]:
    # A subquery instead of a join: known before the search begins, so that the index in the wall's order serves.
    project = Project.objects.filter(user=user, public_id=wanted.project).values("pk")
    return {
        "kind": wanted.kind,
        "project": wanted.project and Subquery(project),
        "starred": wanted.starred,
        "origin__startswith": wanted.origin and f"{wanted.origin}:",
        "created_at__gt": wanted.created_after,
    }


def beside(user: User, asset: Asset) -> tuple[UUID | None, UUID | None]:
    """What hangs next to it on the wall: the newer one and the older one."""
    hung = Asset.objects.of(user).on_the_wall()
    at = (asset.created_at, asset.pk)
    newer = hung.filter(Q(created_at__gt=at[0]) | Q(created_at=at[0], id__gt=at[1])).order_by("created_at", "id")
    older = hung.filter(Q(created_at__lt=at[0]) | Q(created_at=at[0], id__lt=at[1])).order_by(*ORDER)
    return _name_of(newer), _name_of(older)


def _name_of(rows: "QuerySet[Asset]") -> UUID | None:
    return rows.values_list("public_id", flat=True).first()
