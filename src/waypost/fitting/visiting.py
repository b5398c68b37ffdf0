"""Visits that came to nothing are recorded, and those who answer for the person are told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices.models import Visit
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.errors import Refused
from waypost.fitting import windows
from waypost.fitting.fitting_records import live_activation, orders_of, write_visit
from waypost.notices.outbox import enqueue
from waypost.orders.queries import case_of

# What the responsible officer must know at once: the person was not in when ordered to be, or
# would not have it.
WORTH_TELLING = frozenset({VisitOutcome.NO_ACCESS, VisitOutcome.REFUSED})


@transaction.atomic
def record_visit(
    person_id: int,
    purpose: VisitPurpose,
    outcome: VisitOutcome,
    *,
    at: datetime,
    reason: str = "",
    officer_name: str = "",
    by: Posted,
    now: datetime,
) -> Visit:
    """Write down a visit. Its responsible officers get a notice when the person refused, or gave
    no access within the window that the court set.

    A fitting or removal that was done is recorded by `fit` and `remove`, not here. The same visit
    sent twice (person, purpose, outcome, time) is one.
    raises   Refused without a reason, for a time to come, for what `fit` or `remove` records
    """
    case = case_of(person_id, now=now)
    may.check(by, Permission.DEVICE_FIT, case)
    windows.check_attempt(outcome, reason)
    windows.check_time(at, not_before=None, now=now, act="the visit")
    if outcome is VisitOutcome.DONE and purpose is not VisitPurpose.REPAIR:
        raise Refused("Record the fitting or the removal itself; the visit is written with it.")
    person = orders_of(person_id)
    same = Visit.objects.filter(
        person_id=person_id, purpose=purpose.value, outcome=outcome.value, at=at
    ).first()
    if same is not None:
        return same
    worn = None if purpose is VisitPurpose.FIT else live_activation(now, person_id=person_id)
    visit = write_visit(
        person, purpose, outcome, at=at, reason=reason, officer_name=officer_name,
        activation=worn, by=by, now=now,
    )  # fmt: skip
    within = windows.in_window(person, at) if purpose is VisitPurpose.FIT else None
    if _is_worth_telling(purpose, outcome, within):
        enqueue(
            about=f"visit:{visit.pk}",
            step=outcome.value,
            officer_ids=case.officer_ids,
            template=f"visit_{outcome.value}",
            words={
                "visit_id": visit.pk,
                "purpose": purpose.value,
                "person_id": person_id,
                "at": f"{at:%Y-%m-%d %H:%M} UTC",
                "window": _window_words(within),
            },
            now=now,
        )
    audit.record(
        "visit:recorded", by=by, at=now, about=person_id,
        detail={"visit": visit.pk, "purpose": purpose.value, "outcome": outcome.value,
                "in_window": within},
    )  # fmt: skip
    return visit


def _is_worth_telling(purpose: VisitPurpose, outcome: VisitOutcome, within: bool | None) -> bool:
    """No access outside the court's hours is nobody's fault; for other visits there are none."""
    outside = purpose is VisitPurpose.FIT and within is False
    return outcome in WORTH_TELLING and not (outcome is VisitOutcome.NO_ACCESS and outside)


def _window_words(within: bool | None) -> str:
    if within is None:
        return "no hours were set for it"
    return "within the hours that the court set" if within else "outside the hours set"
