"""The dip test: which ended requests of a month are looked at again, and what was found."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.disclosure import dip, scope
from waypost.disclosure.models import DipDraw, DipTest, RequestMove
from waypost.disclosure.moving import record
from waypost.disclosure.texts import given
from waypost.disclosure.values import ENDED, Found
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX

SAID_MIN = 20
NO_SUCH_TEST = "There is no such dip test."


@transaction.atomic
def draw_month(month: date, *, seed: int, by: Posted, now: datetime) -> int:
    """Draw from what ended in the local month, once; how many were drawn.

    raises   Refused while the month is not over
    """
    may.check(by, Permission.DISCLOSURE_REVIEW)
    from_at, to_at = dip.month_bounds(month, settings.WALL_ZONE)
    if now < to_at:
        raise Refused("The month is not over; it is drawn from when it is.")
    if DipDraw.objects.filter(month=month).exists():
        return 0
    ended = _ended(from_at, to_at)
    made = DipDraw.objects.create(month=month, seed=seed, ended=ended, drawn_at=now)
    drawn = dip.draw(ended, seed=seed)
    DipTest.objects.bulk_create([DipTest(draw=made, request_id=one) for one in drawn])
    audit.record(
        "dip:drawn", by=by, at=now,
        detail={"month": month.isoformat(), "ended": len(ended), "drawn": drawn, "seed": seed},
    )  # fmt: skip
    return len(drawn)


@transaction.atomic
def record_dip(test_id: int, result: Found, words: str, *, by: Posted, now: datetime) -> None:
    """What looking again found; by somebody who had no part in it, once."""
    may.check(by, Permission.DISCLOSURE_REVIEW)
    test = DipTest.objects.select_related("request").filter(pk=min(test_id, NUMBER_MAX)).first()
    if test is None:
        raise NoSuchThing(NO_SUCH_TEST)
    if by.officer_id in scope.involved(test.request):
        raise Refused("Somebody else looks at it again: you had a part in it.")
    said = given(words, "what was found")
    if len(said) < SAID_MIN:
        raise Refused("Say in a sentence what was found.")
    saved = DipTest.objects.filter(pk=test.pk, reviewed_at=None).update(
        found=result.value, words=said, reviewed_by_id=by.officer_id, reviewed_at=now
    )
    if not saved:
        raise Conflict("It has been looked at already; reload the page.")
    record("dip:recorded", test.request, by=by, now=now, test=test.pk, found=result.value)


def _ended(from_at: datetime, to_at: datetime) -> list[int]:
    """Requests that first ended in the time, by number; one is drawn from in one month alone."""
    first: dict[int, datetime] = {}
    rows = RequestMove.objects.filter(to_status__in=sorted(ENDED)).order_by("at", "pk")
    for request_id, at in rows.values_list("request_id", "at"):
        first.setdefault(request_id, at)
    return sorted(one for one, at in first.items() if from_at <= at < to_at)
