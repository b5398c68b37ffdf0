"""A month of looking in numbers: by role and purpose, refusals, odd looks, what reviews found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F

from waypost.access import audit, may
from waypost.access.models import AuditLine
from waypost.access.values import Permission, Posted
from waypost.orders.models import EmergencyAccess, WiderWindow
from waypost.oversight.gathering import LOOK_KINDS
from waypost.oversight.models import LookReview
from waypost.oversight.reviewing import span_of
from waypost.oversight.values import Outcome, Signal


@dataclass(frozen=True, slots=True)
class LookCount:
    role: str
    purpose: str
    looks: int
    people: int
    officers: int


@dataclass(frozen=True, slots=True)
class SignalCount:
    """reviewed: of those found in the month; wrong: of those reviewed."""

    signal: Signal
    found: int
    reviewed: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Month:
    month: date
    looks: tuple[LookCount, ...]
    refusals: int
    failed_sign_ins: int
    signals: tuple[SignalCount, ...]
    emergencies: int
    emergencies_reviewed_in_time: int
    emergencies_wrong: int
    windows_asked: int
    windows_granted: int


def figures(month: date, *, by: Posted, now: datetime) -> Month:
    """Of the month that begins on this day, as the wall has it. Numbers alone, and a line."""
    may.check(by, Permission.OVERSIGHT_READ)
    begins, ends = span_of(month, settings.WALL_ZONE)
    lines = AuditLine.objects.filter(at__gte=begins, at__lt=ends)
    looks = (
        lines.filter(kind__in=LOOK_KINDS, outcome="done").exclude(officer_id=None)
        .values("role", "purpose")
        .annotate(looks=Count("number"), people=Count("person_id", distinct=True),
                  officers=Count("officer_id", distinct=True))
        .order_by("role", "purpose")
    )  # fmt: skip
    refused = lines.filter(outcome="refused")
    opened = EmergencyAccess.objects.filter(from_at__gte=begins, from_at__lt=ends)
    asked = WiderWindow.objects.filter(asked_at__gte=begins, asked_at__lt=ends)
    found = Month(
        month,
        tuple(LookCount(**row) for row in looks),
        refused.exclude(kind="sign-in:refused").count(),
        refused.filter(kind="sign-in:refused").count(),
        _signals(begins, ends),
        opened.count(),
        opened.filter(reviewed_at__lte=F("review_due_at")).count(),
        opened.filter(outcome=Outcome.WRONG.value).count(),
        asked.count(),
        asked.filter(status__in=["granted", "ended"], decided_words__gt="").count(),
    )
    with transaction.atomic():
        audit.record("oversight:counted", by=by, at=now, detail={"month": month.isoformat()})
    return found


def _signals(begins: datetime, ends: datetime) -> tuple[SignalCount, ...]:
    rows = LookReview.objects.filter(at__gte=begins, at__lt=ends)
    counted: dict[str, list[int]] = {signal.value: [0, 0, 0] for signal in Signal}
    for signal, reviewed_at, outcome in rows.values_list("signal", "reviewed_at", "outcome"):
        counted[signal][0] += 1
        counted[signal][1] += reviewed_at is not None
        counted[signal][2] += outcome == Outcome.WRONG.value
    return tuple(SignalCount(Signal(signal), *numbers) for signal, numbers in counted.items())
