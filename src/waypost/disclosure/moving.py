"""One act on a request: load, decide by NEXT, save by compare-and-set, the move, the clocks that
run next. Actions ask "may I?", add their own words, tell, and leave the audit line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F

from waypost.access import audit
from waypost.access.values import Posted, Purpose
from waypost.disclosure import lifecycle, scope
from waypost.disclosure.clocks import Clocks, running
from waypost.disclosure.dip import month_bounds, month_of
from waypost.disclosure.models import Request, RequestMove
from waypost.disclosure.values import (
    ENDED,
    Act,
    Doer,
    Kind,
    Place,
    Status,
    Urgency,
    Wanted,
    What,
    Window,
)
from waypost.errors import Conflict
from waypost.jobs import due

CLOCK_DUE = "disclosure_clock"
DIP_DUE = "disclosure_dip"
MOVED_FIRST = "somebody moved this request first; look at it again before you act"


def load(
    request_id: int, doer: Doer, by: Posted, *, now: datetime, expected_version: int | None
) -> Request:
    """The record, locked where the database can, for an act of this doer."""
    found = scope.find(request_id, lock=True)
    scope.check_may_see(found, by, now=now)
    scope.check_doer(found, doer, by)
    if expected_version is not None and expected_version != found.version:
        raise Conflict(MOVED_FIRST)
    return found


def move(
    found: Request,
    act: Act,
    *,
    by: Posted,
    now: datetime,
    words: str = "",
    told: bool = False,
    changed: dict[str, Any] | None = None,
    clocks: Clocks | None = None,
) -> None:
    """The act done. told: the requester reads the words; clocks: from now on (None: unchanged)"""
    before = Status(found.status)
    after = lifecycle.decide(before, act, words=words)
    values: dict[str, Any] = {"status": after.value, **(changed or {})}
    values |= as_columns(clocks if clocks is not None else clocks_of(found))
    save(found, values)
    RequestMove.objects.create(
        request=found, at=now, act=act.value, from_status=before.value, to_status=after.value,
        officer_id=by.officer_id, words=words.strip(), told=told,
    )  # fmt: skip
    wind(found)
    if after in ENDED and before not in ENDED:
        _wind_dip(now)


def save(found: Request, values: dict[str, Any]) -> None:
    """Written if nobody was first."""
    saved = Request.objects.filter(pk=found.pk, version=found.version).update(
        **values, version=F("version") + 1
    )
    if not saved:
        raise Conflict(MOVED_FIRST)
    for name, value in {**values, "version": found.version + 1}.items():
        setattr(found, name, value)


def record(line: str, found: Request, /, *, by: Posted, now: datetime, **detail: Any) -> None:
    """The line of an act on a request; always for disclosure, so that whom it is about is not told
    of an enquiry while that could harm it (access.queries.looks_to_tell)."""
    audit.record(
        line, by=by, at=now, about=found.person_id, purpose=Purpose.DISCLOSURE,
        detail={"request": found.pk, **detail},
    )  # fmt: skip


def clocks_of(found: Request) -> Clocks:
    return Clocks(found.answer_by, found.paper_by, found.review_by, found.outcome_by, found.left)


def as_columns(clocks: Clocks) -> dict[str, Any]:
    return {
        "answer_by": clocks.answer_by, "paper_by": clocks.paper_by, "left": clocks.left,
        "review_by": clocks.review_by, "outcome_by": clocks.outcome_by,
    }  # fmt: skip


def wind(found: Request) -> None:
    """The due table brings it up when the clock that ends first does."""
    runs = running(clocks_of(found), Status(found.status))
    if runs:
        due.set_due([due.DueRow(CLOCK_DUE, str(found.pk), runs[0][0])])
    else:
        due.clear(CLOCK_DUE, [str(found.pk)])


def wanted_of(found: Request) -> Wanted:
    """What was asked for, as typed."""
    window = (
        Window(found.from_at, found.to_at)
        if found.from_at is not None and found.to_at is not None
        else None
    )
    place = None
    if found.place_lat is not None and found.place_lon is not None:
        place = Place(found.place_lat, found.place_lon, found.radius_m or 0.0, found.place_words)
    return Wanted(
        Kind(found.kind), What(found.what), Urgency(found.urgency), window, place,
        found.person_name, found.person_born_on, found.person_reference, found.offence,
        found.reference, found.why, found.helps, found.special_reason,
    )  # fmt: skip


def _wind_dip(now: datetime) -> None:
    """What ended in this local month is drawn from when the month is over."""
    month = month_of(now, settings.WALL_ZONE)
    over = month_bounds(month, settings.WALL_ZONE)[1]
    due.set_due([due.DueRow(DIP_DUE, month.isoformat(), over)])
