"""Lists: numbered pages for people, a cursor without a COUNT for programs."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.core import signing
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext as _
from pydantic import Field

from accounts.errors import InvalidRequest
from accounts.reading import Body

SALT = "cursor"
Show = Callable[[Any], Any]


class Paging(Body):
    """Base of the query of every list."""

    limit: Annotated[int, Field(ge=1, le=100, description="So many at a time")] = 20
    cursor: Annotated[
        str | None, Field(max_length=3000, description="What “next” or “previous” of the last answer said")
    ] = None
    page: Annotated[int | None, Field(ge=1, le=1_000_000, description="Instead of a cursor: the number of a page")] = (
        None
    )


def listing(
    rows: "QuerySet[Any]", query: Paging, show: Show, order: Sequence[str] = ("-created_at", "-pk")
) -> dict[str, Any]:
    """One page of `rows`. The last field of `order` must be unique."""
    if query.page is None:
        return _by_cursor(rows, query, show, order)
    if query.cursor is not None:
        raise InvalidRequest(_("Give a page or a cursor, not both."))
    total = rows.count()
    start = (query.page - 1) * query.limit
    found = rows.order_by(*order)[start : start + query.limit]
    numbers = {"page": query.page, "limit": query.limit, "total": total, "pages": -(-total // query.limit)}
    return {"items": [show(row) for row in found], "pagination": numbers}


def _by_cursor(rows: "QuerySet[Any]", query: Paging, show: Show, order: Sequence[str]) -> dict[str, Any]:
    back, place = _open(query.cursor, order) if query.cursor else (False, None)
    towards = [_turned(field) for field in order] if back else list(order)
    if place is not None:
        rows = rows.filter(_beyond(towards, place))
    found = list(rows.order_by(*towards)[: query.limit + 1])
    more = len(found) > query.limit
    found = found[: query.limit]
    if back:
        found.reverse()
    ahead, behind = (place is not None, more) if back else (more, place is not None)
    ends = {
        "limit": query.limit,
        "next": _close(False, found[-1], order) if ahead and found else None,
        "previous": _close(True, found[0], order) if behind and found else None,
    }
    return {"items": [show(row) for row in found], "pagination": ends}


def _beyond(order: Sequence[str], place: Sequence[str]) -> Q | LessThan | GreaterThan:
    ways = {field.startswith("-") for field in order}
    return _as_one_row(order, place, down=ways.pop()) if len(ways) == 1 else _step_by_step(order, place)


def _as_one_row(order: Sequence[str], place: Sequence[str], *, down: bool) -> LessThan | GreaterThan:
    """PostgreSQL jumps to the place, and knows how much lies behind it."""
    parts = [F(field.lstrip("-")) for field in order], [Value(text) for text in place]
    row, there = (Func(*part, function="ROW", output_field=BooleanField()) for part in parts)
    return LessThan(row, there) if down else GreaterThan(row, there)


def _step_by_step(order: Sequence[str], place: Sequence[str]) -> Q:
    beyond, same = Q(), Q()
    for field, value in zip(order, place, strict=True):
        name = field.lstrip("-")
        beyond |= same & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        same &= Q(**{name: value})
    # The OR alone is a filter over everything before it; this bound lets the index jump to the place.
    first, start = order[0].lstrip("-"), place[0]
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": start}) & beyond


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _close(back: bool, row: Model, order: Sequence[str]) -> str:
    return signing.dumps([back, *order, *(_text(getattr(row, field.lstrip("-"))) for field in order)], salt=SALT)


def _open(cursor: str, order: Sequence[str]) -> tuple[bool, Sequence[str]]:
    try:
        back, *rest = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        rest = []
    # A cursor of another list is as wrong as a forged one.
    if rest[: len(order)] != list(order):
        raise InvalidRequest(_("This cursor is not valid."), details={"cursor": [_("Not valid.")]})
    return back, rest[len(order) :]


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
