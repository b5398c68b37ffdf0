"""The `due` table: what must happen at a time though nothing arrives.

One row per (kind, subject). A row is set in the transaction that makes it due and cleared, or
moved, in the transaction that does it: a crash in between leaves it, and it fires again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Min

from waypost.jobs.models import Due
from waypost.upsert import Upsert

AT_ONCE = 1000  # rows written, or fired, in one statement


@dataclass(frozen=True, slots=True)
class DueRow:
    kind: str
    subject: str
    due_at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


def set_due(rows: Collection[DueRow]) -> None:
    """Write rows; one that is there already is moved."""
    names = ["kind", "subject", "due_at", "detail"]
    values = [(row.kind, row.subject, row.due_at, dict(row.detail)) for row in rows]
    Upsert(Due, unique=["kind", "subject"], names=names, rows=values).save()


def clear(kind: str, subjects: Collection[str]) -> None:
    """Take rows away; those that are not there are no matter."""
    waiting = sorted(subjects)
    for start in range(0, len(waiting), AT_ONCE):
        Due.objects.filter(kind=kind, subject__in=waiting[start : start + AT_ONCE]).delete()


def past(kind: str, *, now: datetime, limit: int = AT_ONCE) -> list[DueRow]:
    """Rows of a kind whose time has come, earliest first."""
    records = Due.objects.filter(kind=kind, due_at__lte=now).order_by("due_at", "pk")[:limit]
    return [DueRow(one.kind, one.subject, one.due_at, one.detail) for one in records]


def waiting(kind: str, subjects: Collection[str]) -> dict[str, DueRow]:
    """Rows of a kind for these subjects, due or not, by subject."""
    records = Due.objects.filter(kind=kind)
    if len(subjects) <= AT_ONCE // 2:
        records = records.filter(subject__in=list(subjects))
    rows = records.values_list("kind", "subject", "due_at", "detail")
    return {row[1]: DueRow(*row) for row in rows if row[1] in subjects}


def next_due_at() -> datetime | None:
    """When the next row of any kind falls due; None when there is none."""
    found: datetime | None = Due.objects.aggregate(at=Min("due_at"))["at"]
    return found
