"""Times in which judging was behind: seen from the worker's beats, listed, and judged again.

    watch(now)   every few seconds, by a thread that judging does not hold up

Nothing received is ever left out: the live lane judges it when it comes to it. But what should have
been said at a time (a curfew that begins, a hold that ends) was looked at late, so everybody who
wore a tag then is judged again from the start of the gap, in the late lane.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from waypost.monitoring.actions import mark_persons
from waypost.monitoring.models import Cursor, Dirty, JudgingGap
from waypost.orders.models import Activation

BEHIND = timedelta(seconds=60)
UNJUDGED = "unjudged"  # the reason that persons are marked with


class Turn(StrEnum):
    NONE = "none"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class GapSeen:
    """waiting: of the persons, how many are still to be judged again."""

    from_at: datetime
    to_at: datetime | None
    persons: int
    waiting: int
    again_at: datetime | None


def decide(judged_to: datetime | None, *, in_gap: bool, now: datetime) -> Turn:
    """Whether a gap begins or ends. What was never judged at all is no gap: the store is new."""
    if judged_to is None:
        return Turn.NONE
    behind = now - judged_to > BEHIND
    if behind == in_gap:
        return Turn.NONE
    return Turn.BEGINS if behind else Turn.ENDS


def watch(*, now: datetime) -> Turn:
    """Look once; what turned."""
    judged_to = Cursor.objects.values_list("judged_to", flat=True).first()
    gap = JudgingGap.objects.filter(to_at=None).order_by("pk").first()
    turn = decide(judged_to, in_gap=gap is not None, now=now)
    if turn is Turn.BEGINS:
        assert judged_to is not None
        JudgingGap.objects.create(from_at=judged_to)
    elif turn is Turn.ENDS:
        assert gap is not None
        assert judged_to is not None
        _end(gap, judged_to, now)
    _tick_off(now)
    return turn


@transaction.atomic
def _end(gap: JudgingGap, to_at: datetime, now: datetime) -> None:
    worn = Activation.objects.filter(from_at__lt=to_at)
    worn = worn.filter(Q(to_at=None) | Q(to_at__gt=gap.from_at))
    persons = set(worn.values_list("person_id", flat=True))
    mark_persons(dict.fromkeys(persons, gap.from_at), reason=UNJUDGED, now=now)
    JudgingGap.objects.filter(pk=gap.pk).update(to_at=to_at, persons=len(persons))


def _tick_off(now: datetime) -> None:
    """Gaps of which nobody waits any more have been judged again."""
    over = JudgingGap.objects.filter(to_at__isnull=False, again_at=None)
    if over.exists() and not Dirty.objects.filter(reason=UNJUDGED).exists():
        over.update(again_at=now)


def judging_gaps(*, most: int = 20) -> list[GapSeen]:
    """The latest, newest first."""
    waiting = Dirty.objects.filter(reason=UNJUDGED).count()
    return [
        GapSeen(
            one.from_at, one.to_at, one.persons,
            min(waiting, one.persons) if one.to_at and not one.again_at else 0, one.again_at,
        )
        for one in JudgingGap.objects.order_by("-from_at")[:most]
    ]  # fmt: skip
