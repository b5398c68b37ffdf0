"""Many rows written by one statement run many times, without a model's object for each.

Django builds an object, a compiler and a text for rows that are the same but for their values:
sixty microseconds a row, during which SQLite's only lock is held. Here all that is done before the
transaction; inside it `save` costs a few microseconds a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import Model

# Fields whose numbers and texts every database takes as they are: preparing each took longer than
# writing the row. By the very class, since one of ours that seals its text is a text field, too.
PLAIN: dict[type[models.Field[Any, Any]], type] = {
    models.BigIntegerField: int,
    models.IntegerField: int,
    models.SmallIntegerField: int,
    models.BooleanField: bool,
    models.FloatField: float,
    models.CharField: str,
    models.TextField: str,
    models.ForeignKey: int,
    models.OneToOneField: int,
}


class Upsert:
    """Rows to be inserted, or updated where `unique` is known already.

    names   of the fields, as the model calls them (a foreign key by its id: "activation_id")
    rows    their values in that order, as a model would take them
    """

    def __init__(
        self,
        model: type[Model],
        *,
        unique: Sequence[str],
        names: Sequence[str],
        rows: Iterable[Sequence[Any]],
    ) -> None:
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        fields = [by_name[name] for name in names]
        quoted = [connection.ops.quote_name(str(field.column)) for field in fields]
        keys = [connection.ops.quote_name(str(by_name[name].column)) for name in unique]
        changes = ", ".join(f"{one} = excluded.{one}" for one in quoted if one not in keys)
        table = connection.ops.quote_name(model._meta.db_table)
        self._sql = (
            f"INSERT INTO {table} ({', '.join(quoted)}) "  # noqa: S608 - names of our own columns
            f"VALUES ({', '.join(['%s'] * len(fields))}) "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
        )
        self._rows = [
            [_prepared(field, value) for field, value in zip(fields, row, strict=True)]
            for row in rows
        ]

    def save(self) -> None:
        """Write them, inside the caller's transaction."""
        if self._rows:
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, self._rows)


class Insert:
    """New rows only: where one of them is known already, IntegrityError undoes the caller's all."""

    def __init__(
        self, model: type[Model], *, names: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        fields = [by_name[name] for name in names]
        quoted = [connection.ops.quote_name(str(field.column)) for field in fields]
        table = connection.ops.quote_name(model._meta.db_table)
        self._sql = (
            f"INSERT INTO {table} ({', '.join(quoted)}) "  # noqa: S608 - names of our own columns
            f"VALUES ({', '.join(['%s'] * len(fields))})"
        )
        self._rows = [
            [_prepared(field, value) for field, value in zip(fields, row, strict=True)]
            for row in rows
        ]

    def save(self) -> None:
        """Write them, inside the caller's transaction."""
        if self._rows:
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, self._rows)


class Update:
    """Rows that are there already, some of their columns changed: as `Upsert`, without inserting.

    key     the field that a row is known by
    names   of the fields that change; each row is (key, *values)
    """

    def __init__(
        self, model: type[Model], *, key: str, names: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        fields = [by_name[name] for name in names]
        quoted = [connection.ops.quote_name(str(field.column)) for field in fields]
        known = connection.ops.quote_name(str(by_name[key].column))
        table = connection.ops.quote_name(model._meta.db_table)
        changes = ", ".join(f"{one} = %s" for one in quoted)
        self._sql = f"UPDATE {table} SET {changes} WHERE {known} = %s"  # noqa: S608 - own columns
        self._rows = [
            [
                *(_prepared(field, value) for field, value in zip(fields, row[1:], strict=True)),
                row[0],
            ]
            for row in rows
        ]  # fmt: skip

    def save(self) -> None:
        """Write them, inside the caller's transaction."""
        if self._rows:
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, self._rows)


def _prepared(field: models.Field[Any, Any], value: Any) -> Any:
    if type(value) is PLAIN.get(type(field)):
        return value
    return field.get_db_prep_save(value, connection)
