"""Granting an absence: time in which a requirement asks nothing, agreed by the responsible officer.

    authorise_absence(...)   kept beside the requirement's versions, none of which it changes

It may lie in the past: what was judged of that time is judged again, since what binds a person is
another now (monitoring/late.py), and a violation within it is taken back or lessened. It binds
every version of the requirement, so that a variation of its hours does not take it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing, Refused
from waypost.orders.actions import bump_head
from waypost.orders.models import AuthorisedAbsence, RequirementVersion
from waypost.orders.queries import case_of

NO_SUCH_REQUIREMENT = "There is no such requirement."
LONGEST = timedelta(days=28)  # longer is a variation of the order, which is the court's


@transaction.atomic
def authorise_absence(
    person_id: int,
    requirement: str,
    from_at: datetime,
    to_at: datetime,
    *,
    reason: str,
    order: str | None = None,
    by: Posted,
    now: datetime,
) -> int:
    """Grant that the requirement asks nothing in [from_at, to_at); the number of the absence.

    requirement   its reference; order: that of its order, where two orders have one of that name
    raises        Refused without a reason, for no time or for more than LONGEST; NoSuchThing
    """
    may.check(by, Permission.ABSENCE_AUTHORISE, case_of(person_id, now=now))
    version = _newest_version(person_id, requirement, order)
    check_can_authorise(from_at, to_at, reason)
    made = AuthorisedAbsence.objects.create(
        requirement=version,
        from_at=from_at,
        to_at=to_at,
        reason=reason.strip(),
        known_at=now,
        made_by_id=by.officer_id,
    )
    bump_head()
    audit.record(
        "absence:authorised",
        by=by,
        at=now,
        about=person_id,
        detail={"absence": made.pk, "requirement": version.pk},
    )
    return int(made.pk)


def check_can_authorise(from_at: datetime, to_at: datetime, reason: str) -> None:
    """Refused, in words, for an absence of no time, of too long, or without a reason."""
    if not reason.strip():
        raise Refused("Say why the absence is authorised; the next officer will want to know.")
    if not from_at < to_at:
        raise Refused("The absence ends before it begins; choose a later end.")
    if to_at - from_at > LONGEST:
        raise Refused(
            f"An absence of more than {LONGEST.days} days is a variation of the order; ask the "
            "court for that."
        )


def _newest_version(person_id: int, requirement: str, order: str | None) -> RequirementVersion:
    rows = RequirementVersion.objects.filter(person_id=person_id, reference=requirement)
    if order is not None:
        rows = rows.filter(order_reference=order)
    if not requirement or not (versions := list(rows.order_by("-valid_from", "-version", "-pk"))):
        raise NoSuchThing(NO_SUCH_REQUIREMENT)
    if len({one.order_reference for one in versions}) > 1:
        raise Refused("Two orders of this person have a requirement of that name; say which order.")
    return versions[0]
