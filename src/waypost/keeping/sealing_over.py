"""Sealing what stands in the database already, table by table, a few thousand rows a transaction.

What is read is opened, and what is written is sealed (access/sealing.py): each row is written as it
was read. Running it twice writes every row anew and changes nothing that is said.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction

from waypost.access import audit
from waypost.access.sealing import Sealed
from waypost.access.values import Posted
from waypost.keeping.records import free_pages, secure_deletes

AT_ONCE = 2_000


def sealed_columns() -> dict[type[models.Model], list[str]]:
    """Every table with sealed columns, and which they are."""
    found = {
        model: [field.name for field in model._meta.concrete_fields if isinstance(field, Sealed)]
        for model in apps.get_models()
    }
    return {model: names for model, names in found.items() if names}


def seal_over(*, opening: bool, by: Posted, now: datetime) -> dict[str, int]:
    """Rows written by table. What stood there before is overwritten in SQLite's file."""
    secure_deletes()
    Sealed.is_opening = opening
    try:
        counts = {
            model._meta.label: _over(model, names) for model, names in sealed_columns().items()
        }
    finally:
        Sealed.is_opening = False
    free_pages()
    with transaction.atomic():
        kind = "identity:opened" if opening else "identity:sealed"
        audit.record(kind, by=by, at=now, detail={"rows": counts})
    return counts


def _over(model: type[models.Model], names: list[str]) -> int:
    manager: Any = model._base_manager
    last, count = 0, 0
    while True:
        with transaction.atomic():
            waiting = manager.select_for_update().filter(pk__gt=last).order_by("pk")
            rows = list(waiting.only("pk", *names)[:AT_ONCE])
            if not rows:
                return count
            for row in rows:
                said = {name: getattr(row, name) for name in names}
                manager.filter(pk=row.pk).update(**said)
            last = rows[-1].pk
            count += len(rows)
