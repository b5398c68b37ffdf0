"""Alarms of Waypost about itself: one open per kind and subject, listed on the system page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.notices.models import Alarm
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    kind: str
    subject: str
    because: str
    from_at: datetime
    to_at: datetime | None


def begin(kind: str, subject: str, because: str, *, now: datetime) -> int:
    """The number of the open alarm; made where there is none."""
    alarm, _ = Alarm.objects.get_or_create(
        open_subject=f"{kind}:{subject}",
        defaults={"kind": kind, "subject": subject, "because": because[:300], "from_at": now},
    )
    return int(alarm.pk)


def end(kind: str, subject: str, *, now: datetime) -> int:
    """It is over; how many were open."""
    opened = Alarm.objects.filter(open_subject=f"{kind}:{subject}")
    return opened.update(to_at=now, open_subject=None)


def tell(
    alarm_id: int,
    *,
    step: str,
    template: str,
    words: Mapping[str, Any],
    officer_ids: Collection[int],
    passed: Collection[str],
    now: datetime,
) -> None:
    """A notice of it to these officers and the duty officer, by no channel that was passed over."""
    enqueue(
        about=f"alarm:{alarm_id}", step=step, officer_ids=officer_ids, to_duty=True,
        template=template, words={"alarm_id": alarm_id, **words}, weight=Weight.NOW,
        passed=passed, now=now,
    )  # fmt: skip


def alarms(*, most: int = 20) -> list[AlarmSeen]:
    """Those that are open, then the latest that are over."""
    opened = list(Alarm.objects.filter(to_at=None).order_by("-from_at"))
    over = list(Alarm.objects.filter(to_at__isnull=False).order_by("-to_at")[:most])
    return [
        AlarmSeen(one.kind, one.subject, one.because, one.from_at, one.to_at)
        for one in [*opened, *over]
    ]
