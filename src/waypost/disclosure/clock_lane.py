"""The lane of the worker that says when a request's clock has ended, asks for outcomes, and draws
the month's dip test.

The due table brings a request up; those whose turn it is are told once for each time a clock runs
out. An outcome that does not come is asked for again, three times in all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.disclosure import clocks, reviewing, telling
from waypost.disclosure.clocks import Runs, after, ended
from waypost.disclosure.models import Request
from waypost.disclosure.moving import CLOCK_DUE, DIP_DUE, clocks_of, save
from waypost.disclosure.values import Status
from waypost.jobs import due

CHASED_MAX = 3


class DisclosureLane:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        """What is due now; whether anything was."""
        now = self.now()
        fired = fire_requests(now)
        return bool(fired + fire_dips(now))


def fire_requests(now: datetime) -> int:
    rows = due.past(CLOCK_DUE, now=now)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


def fire_dips(now: datetime) -> int:
    """Draws the months that are over; one that was drawn stays as it is."""
    rows = due.past(DIP_DUE, now=now)
    for row in rows:
        with transaction.atomic():
            due.clear(DIP_DUE, [row.subject])
            reviewing.draw_month(
                date.fromisoformat(row.subject), seed=secrets.randbits(62), by=MACHINE, now=now
            )
    return len(rows)


@transaction.atomic
def _fire(ids: list[int], now: datetime) -> None:
    due.clear(CLOCK_DUE, [str(one) for one in ids])
    found = Request.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    late_ids = []
    for one in found:
        over = ended(clocks_of(one), Status(one.status), now)
        if over is not None:
            _tell(one, over, now)
            late_ids.append(one.pk)
        if (again := after(clocks_of(one), Status(one.status), now)) is not None:
            due.set_due([due.DueRow(CLOCK_DUE, str(one.pk), again)])
    if late_ids:
        audit.record("disclosure:late", by=MACHINE, at=now, detail={"requests": late_ids})


def _tell(one: Request, over: tuple[datetime, Runs], now: datetime) -> None:
    by, clock = over
    step = f"late:{clock.value}:{by:%Y%m%dT%H%M%S}"
    status = Status(one.status)
    if clock is Runs.OUTCOME:
        telling.tell_requester(one, "disclosure_outcome", step, now=now)
        chased = one.chased + 1
        again = clocks.chased(now, settings.WALL_ZONE) if chased < CHASED_MAX else None
        save(one, {"chased": chased, "outcome_by": again})
    elif clock is Runs.REVIEW:
        telling.tell_reviewers(one, "disclosure_late", step, now=now)
    elif clock is Runs.PAPER:
        telling.tell_requester(one, "disclosure_paper", step, now=now)
        telling.tell_reviewers(one, "disclosure_late", step, now=now)
    elif status is Status.CHECKED:
        telling.tell_authorisers(one, "disclosure_late", step, now=now)
    elif status is Status.SUBMITTED:
        telling.tell_checkers(one, "disclosure_late", step, now=now)
    else:
        telling.tell_on_call(one, "disclosure_late", step, now=now)
