"""Runs that nobody asks for: a delivery's offences are weighed within seconds of their arrival, and
again when fixes of their time come late.

The lane looks for deliveries that brought something new, or a new version, and have no run by
evidence yet, and asks for one each; every few minutes it has late fixes looked at (late.py). The
worker's jobs carry it out. Old and very large deliveries are left to whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from waypost.access.values import MACHINE
from waypost.jobs.queue import enqueue, is_open
from waypost.matching import late
from waypost.matching.actions import ask_for_run
from waypost.matching.models import MatchingRun
from waypost.matching.searching import EVIDENCE
from waypost.offences.models import OffenceBatch

LATE_JOB = "match_late"
FOLLOWED_FOR = timedelta(days=1)
OFFENCES_MOST = 20_000  # two national days; a backlog of years is for somebody to ask for


@transaction.atomic
def follow_deliveries(*, now: datetime) -> int:
    """Ask for the runs that are due; gives how many."""
    asked = MatchingRun.objects.filter(batch_id=OuterRef("pk"), method=EVIDENCE)
    fresh = OffenceBatch.objects.filter(
        Q(new_count__gt=0) | Q(changed_count__gt=0),
        received_at__gt=now - FOLLOWED_FOR,
        accepted_count__lte=OFFENCES_MOST,
    ).exclude(Exists(asked))
    numbers = list(fresh.order_by("received_at", "pk").values_list("pk", flat=True))
    for number in numbers:
        run = ask_for_run(number, by=MACHINE, now=now, method=EVIDENCE)
        enqueue("match_run", {"run_id": run.pk}, by=MACHINE, now=now)
    return len(numbers)


@transaction.atomic
def look_for_late(*, now: datetime) -> bool:
    """Have late fixes looked at, where it is time and nobody does so yet; whether it was asked."""
    if not late.is_due(now=now) or is_open(LATE_JOB):
        return False
    enqueue(LATE_JOB, {}, by=MACHINE, now=now)
    return True


class FollowingLane:
    """The worker's."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        now = self.now()
        return bool(follow_deliveries(now=now)) | look_for_late(now=now)
