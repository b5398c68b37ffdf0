"""Carry a try out: the worker's part, slice by slice.

    the next few persons -> their fixes -> tried -> counts, saved with how far it came, audit line

The fixes are read by the machine; nobody sees a place. Only what had been received and ordered when
it was asked for is read, so that the result does not depend on when the job ran. A crash repeats
nothing that was saved.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, transaction

from waypost.access import audit
from waypost.access.values import MACHINE, Posted, Purpose
from waypost.errors import Conflict
from waypost.jobs.queue import enqueue
from waypost.monitoring.gathering import by_person
from waypost.monitoring.parameter_queries import timeline
from waypost.orders.models import Person
from waypost.orders.queries import person_orders
from waypost.orders.values import OrderKind, Requirement
from waypost.positions.queries import fixes_between
from waypost.rules.fold import FixArrays
from waypost.rules.values import RULES_VERSION
from waypost.whatif.cohort import Cohort
from waypost.whatif.draft import read_draft
from waypost.whatif.lifecycle import NEXT, OPEN, Status
from waypost.whatif.models import WhatIf
from waypost.whatif.trying import try_draft
from waypost.whatif.values import Tried, as_json

JOB = "what_if"
PERSONS_AT_ONCE = 20  # their fixes of four weeks, one a minute, are about 100 MB
SLICE = timedelta(seconds=15)
BROKE = "It stopped on an error of ours, which the log names; ask for it again."
CHANGED = "The rules’ code was changed meanwhile; ask for it again."

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def carry_on(whatif_id: int, *, clock: Clock, by: Posted = MACHINE) -> bool:
    """One slice of a try; whether there is more to do, which then is a job already.

    raises   Conflict when another worker does the same one
    """
    row = _open(whatif_id).first()
    if row is None:
        return False
    if row.rules_version != RULES_VERSION:
        _stop(whatif_id, CHANGED, clock())
        return False
    seen, began = row.version, clock()
    ids = ids_of(row)
    cohort = Cohort.from_json(row.result) if row.result else Cohort()
    one: Tried | None = None
    first, read = row.done_count, 0
    while row.done_count < len(ids) and clock() - began < SLICE:
        part = ids[row.done_count : row.done_count + PERSONS_AT_ONCE]
        for person_id, tried, fixes in _try_on(part, row):
            read += fixes
            if row.person_id is not None:
                one = tried
            elif tried is None:
                cohort.failed += 1
            else:
                cohort.add(tried)
            log.debug("what-if %d: person %d tried", row.pk, person_id)
        row.done_count += len(part)
    ended = row.done_count >= len(ids)
    with transaction.atomic():
        now = clock()
        _save(row, seen, _result(row, one, cohort), ended=ended, now=now)
        if not ended:
            enqueue(JOB, {"whatif_id": row.pk}, by=by, now=now)
        audit.record(
            "whatif:tried", by=by, at=now, about=row.person_id, purpose=Purpose.PROPORTIONALITY,
            detail={
                "what_if": row.pk, "persons": row.done_count - first, "fixes": read,
                "from": row.from_at.isoformat(), "to": row.to_at.isoformat(), "ended": ended,
            },
        )  # fmt: skip
    return not ended


def fail(whatif_id: int, *, now: datetime) -> None:
    """It broke too often: say so, and let another be asked for."""
    _stop(whatif_id, BROKE, now)


def ids_of(row: WhatIf) -> list[int]:
    """Of whom it is tried."""
    return [row.person_id] if row.person_id is not None else list(row.person_ids)


def _open(whatif_id: int) -> Any:
    return WhatIf.objects.filter(pk=whatif_id, status__in=[one.value for one in OPEN])


def _stop(whatif_id: int, message: str, now: datetime) -> None:
    _open(whatif_id).update(status=Status.FAILED.value, ended_at=now, message=message)


def _try_on(ids: Sequence[int], row: WhatIf) -> list[tuple[int, Tried | None, int]]:
    """(person, what came of it or None where it broke, fixes read) of a few persons."""
    draft = read_draft(row.draft)
    wanted = ids if row.person_id is not None else _still_counted(ids)
    owner_of = {
        int(span.number): person.number
        for person in person_orders(wanted, known_at=row.asked_at)
        for span in person.activations
        if span.number is not None and person.number is not None
    }
    table = fixes_between(list(owner_of), row.from_at, row.to_at, received_by=row.asked_at)
    fixes = by_person([table], owner_of)
    return [
        (one, _attempt(one, draft, fixes.get(one), row), _count(fixes.get(one))) for one in wanted
    ]


def _still_counted(ids: Sequence[int]) -> list[int]:
    """Without those put under limited access, or protected, since it was asked for."""
    rows = Person.objects.filter(pk__in=ids, limited=False, protected=False)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _attempt(
    person_id: int, draft: Requirement, fixes: FixArrays | None, row: WhatIf
) -> Tried | None:
    """One person; one on whom it breaks is counted as that, and spoils nobody else of a cohort."""
    try:
        return try_draft(
            draft, fixes, order_kind=OrderKind(row.order_kind), from_at=row.from_at,
            to_at=row.to_at, timeline=timeline(),
        )  # fmt: skip
    except Error:
        raise
    except Exception:
        if row.person_id is not None:
            raise
        log.exception("what-if %d cannot be tried on person %d", row.pk, person_id)
        return None


def _count(fixes: FixArrays | None) -> int:
    return 0 if fixes is None else int(fixes.measured_us.size)


def _result(row: WhatIf, one: Tried | None, cohort: Cohort) -> dict[str, Any]:
    if row.person_id is None:
        return cohort.as_json()
    return as_json(one) if one is not None else {}


def _save(row: WhatIf, seen: int, result: dict[str, Any], *, ended: bool, now: datetime) -> None:
    """What was found so far. Conflict when another worker saved the same slice."""
    after = Status.DONE if ended else Status.RUNNING
    assert after in NEXT[Status(row.status)], f"what-if {row.pk}: {row.status} to {after.value}"
    moved = WhatIf.objects.filter(pk=row.pk, version=seen, status=row.status).update(
        status=after.value,
        done_count=row.done_count,
        result=result,
        ended_at=now if ended else None,
        version=seen + 1,
    )
    if not moved:
        raise Conflict("Another worker carries this what-if out.")
