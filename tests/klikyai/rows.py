"""Makes a row of any model, with a canary in each of its columns that could hold somebody's words."""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from accounts.models import User
from billing.models import Posting

CANARY = "cnry7f"
SHORTEST = len(CANARY) + 4
# What the database's own rules want of a row beside its required columns.
RULES: dict[str, Callable[["Maker"], dict[str, Any]]] = {
    "billing.Order": lambda make: {"pack": make.row(apps.get_model("billing.Pack"))},
    "generation.Job": lambda _make: {"status": "succeeded", "finished_at": timezone.now()},
    "media.AbuseReport": lambda make: {"asset": make.somebody_elses("media.Asset")},
}
AFTERWARDS: dict[str, Callable[[Any], object]] = {"billing.Transfer": lambda made: _legs(made)}
EMPTY: dict[str, Any] = {
    "BooleanField": False, "FloatField": 1.0, "CharField": "x", "TextField": "x", "SlugField": "x", "BinaryField": b"",
    "GenericIPAddressField": "127.0.0.1",
}  # fmt: skip


def theirs() -> set[type[models.Model]]:
    """Every model from whose rows a way leads to a person."""
    found: set[type[models.Model]] = {User}
    while more := {model for model in apps.get_models() if set(_kin(model)) & found} - found:
        found |= more
    return found - {User}


def _kin(model: type[models.Model]) -> Iterator[type[models.Model]]:
    fields = [*model._meta.concrete_fields] if model._meta.managed else []
    yield from (field.related_model for field in fields if field.is_relation)  # type: ignore[misc]


def wordy(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if _holds_words(field)]


def _holds_words(field: Any) -> bool:
    if field.choices or field.is_relation or field.primary_key or getattr(field, "generated", False):
        return False
    if isinstance(field, ArrayField):
        return _holds_words(field.base_field)
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    return isinstance(field, kinds) and (field.max_length or SHORTEST) >= SHORTEST


def _legs(transfer: Any) -> None:
    to = Posting(transfer=transfer, account="available", user=transfer.user, amount=1)
    Posting.objects.bulk_create([to, Posting(transfer=transfer, account="promotions", amount=-1)])


class Maker:
    def __init__(self, user: User, other: User) -> None:
        self.user, self.other, self.number, self.mine = user, other, 0, theirs()

    def row(self, model: type[models.Model]) -> Any:
        marked = model in self.mine and self.user is not self.other
        values = {field.name: self._value(field, marked) for field in model._meta.concrete_fields}
        given = {name: value for name, value in values.items() if value is not None}
        rules = RULES.get(model._meta.label, lambda _make: {})
        row = model._default_manager.create(**given | rules(self))
        AFTERWARDS.get(model._meta.label, lambda _row: None)(row)
        return row

    def somebody_elses(self, label: str) -> Any:
        return Maker(self.other, self.other).row(apps.get_model(label))

    def _value(self, field: Any, marked: bool) -> Any:
        if getattr(field, "generated", False) or isinstance(field, models.AutoField):
            return None
        if field.is_relation:
            return self._relation(field)
        if marked and _holds_words(field):
            return self._words(field)
        return None if field.null or field.has_default() else self._least(field)

    def _relation(self, field: Any) -> Any:
        if field.related_model is User:
            return self.user
        return None if field.null else self.row(field.related_model)

    def _words(self, field: Any) -> Any:
        self.number += 1
        word = f"{CANARY}{self.number}"
        if isinstance(field, models.BinaryField):
            return word.encode()
        if isinstance(field, ArrayField):
            return [word]
        return {"prompt": word} if isinstance(field, models.JSONField) else word

    def _least(self, field: Any) -> Any:
        self.number += 1
        if field.choices:
            return field.choices[0][0]
        if isinstance(field, models.DateTimeField):
            return timezone.now()
        if isinstance(field, models.CharField):
            return f"{self.number}"[: field.max_length]
        return EMPTY.get(field.get_internal_type(), 1)


def columns_with(word: str) -> set[str]:
    """Everywhere in the database, as table.column."""
    packed = word.encode().hex()
    with connection.cursor() as cursor:
        found = set()
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT DISTINCT cell.key FROM {table} AS one, jsonb_each_text(to_jsonb(one)) AS cell"
                " WHERE strpos(lower(cell.value), %s) > 0 OR strpos(cell.value, %s) > 0",
                [word, packed],
            )
            found |= {f"{table}.{name}" for (name,) in cursor.fetchall()}
    return found
