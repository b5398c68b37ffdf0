"""The number that live pages watch: raised in every transaction that changes an alert."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from waypost.alerts.models import InboxVersion

THE_ROW = 1


class Numbers(NamedTuple):
    """version: rises with every change of an alert. presence: when somebody comes to one, or
    leaves it, which changes none."""

    version: int
    presence: int


def raise_inbox_version(now: datetime) -> None:
    """Tell the open inboxes, once the surrounding transaction commits."""
    row = InboxVersion.objects.filter(pk=THE_ROW)
    if not row.update(version=F("version") + 1, changed_at=now):
        InboxVersion.objects.bulk_create([InboxVersion(pk=THE_ROW)], ignore_conflicts=True)
        row.update(version=F("version") + 1, changed_at=now)


def inbox_version() -> int:
    return InboxVersion.objects.filter(pk=THE_ROW).values_list("version", flat=True).first() or 0


def inbox_numbers() -> Numbers:
    """Both at once; cheap enough to ask four times a second."""
    row = InboxVersion.objects.filter(pk=THE_ROW).values_list("version", "presence").first()
    return Numbers(*row) if row else Numbers(0, 0)
