"""The rota: who is on duty in which rung, from-to. Entered, ended, shown with its gaps.

It names officers and no person under an order. An administrator changes it, and the shift's lead
(or the duty manager) while on duty; monitoring officers read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.queries import posted
from waypost.access.values import Permission, Posted, Reach
from waypost.alerts.models import Duty
from waypost.alerts.shifts import Shift, check_shift, gaps, week_of
from waypost.alerts.values import DutyRole
from waypost.errors import Conflict, NoSuchThing, Refused

NO_SUCH_DUTY = "There is no such duty."
NOT_YOURS = (
    "The rota is changed by an administrator, or by the shift's lead or duty manager while on duty."
)
LEADS = (DutyRole.SECOND, DutyRole.ON_CALL)


@dataclass(frozen=True, slots=True)
class DutySeen:
    """A row of the rota. holds: on duty now."""

    duty_id: int
    officer_name: str
    role: DutyRole
    from_at: datetime
    to_at: datetime
    holds: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung in a week: who, and the stretches to come in which nobody is on duty."""

    role: DutyRole
    duties: tuple[DutySeen, ...]
    on_now: tuple[str, ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    nobody_now: bool


@dataclass(frozen=True, slots=True)
class Rota:
    """A week of it. officers: who may be entered; empty for who may only read."""

    from_at: datetime
    to_at: datetime
    rungs: tuple[Rung, ...]
    officers: tuple[tuple[int, str], ...]


@transaction.atomic
def enter_duty(
    officer_id: int,
    role: DutyRole,
    from_at: datetime,
    to_at: datetime,
    *,
    by: Posted,
    now: datetime,
) -> int:
    """Put an officer on duty in [from_at, to_at); the row's number. Overlaps are allowed."""
    check_can_change(by, now=now)
    check_shift(from_at, to_at, now=now)
    officer = Officer.objects.filter(pk=officer_id, is_active=True).first()
    if officer is None or not _can_attend(posted(officer, now=now)):
        raise Refused("Choose an officer who watches the whole estate: others cannot attend.")
    same = {"officer_id": officer_id, "role": role, "from_at": from_at, "to_at": to_at}
    if Duty.objects.filter(**same).exists():
        raise Refused("This duty stands in the rota already.")
    made = Duty.objects.create(**same, known_at=now, made_by_id=by.officer_id)
    audit.record(
        "duty:entered", by=by, at=now,
        detail={"duty": made.pk, "officer": officer_id, "role": role.value},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def end_duty(duty_id: int, *, by: Posted, now: datetime) -> None:
    """End a duty now; one that lies ahead is called off, and stays on record as of no length."""
    check_can_change(by, now=now)
    found = Duty.objects.select_for_update().filter(pk=duty_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_DUTY)
    if found.to_at <= now:
        raise Conflict("It is over already; reload the page.")
    found.to_at = max(found.from_at, now)
    found.save(update_fields=["to_at"])
    audit.record("duty:ended", by=by, at=now, detail={"duty": duty_id, "officer": found.officer_id})


def can_change(by: Posted, *, now: datetime) -> bool:
    if may.decide(by, Permission.DUTY_WRITE).allowed:
        return True
    mine = _holding(now).filter(officer_id=by.officer_id or 0, role__in=LEADS)
    return may.decide(by, Permission.DUTY_READ).allowed and mine.exists()


def check_can_change(by: Posted, *, now: datetime) -> None:
    if not can_change(by, now=now):
        raise Refused(NOT_YOURS)


def on_duty(now: datetime) -> dict[DutyRole, list[int]]:
    """The rungs in which somebody is on duty now, and who. For the machine: asks no permission."""
    rows = list(_holding(now).order_by("pk").values_list("role", "officer_id"))
    active = set(
        Officer.objects.filter(pk__in=[one for _, one in rows], is_active=True).values_list(
            "pk", flat=True
        )
    )
    found: dict[DutyRole, list[int]] = {}
    for role, officer_id in rows:
        there = found.setdefault(DutyRole(role), []) if officer_id in active else []
        if officer_id not in there:
            there.append(officer_id)
    return found


def rota(by: Posted, day: date, timezone: str, *, now: datetime) -> Rota:
    """The week of a local date: who, who is on now, and the gaps that are still to come."""
    may.check(by, Permission.DUTY_READ)
    from_at, to_at = week_of(day, timezone)
    rows = list(Duty.objects.filter(from_at__lt=to_at, to_at__gt=from_at).order_by("from_at", "pk"))
    ids = {row.officer_id for row in rows}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=ids)}
    shifts = [
        Shift(row.officer_id, DutyRole(row.role), row.from_at, row.to_at, row.pk)
        for row in rows
        if row.from_at < row.to_at
    ]
    on_now = on_duty(now)
    now_names = {
        one.pk: str(one)
        for one in Officer.objects.filter(pk__in=[i for ids in on_now.values() for i in ids])
    }
    return Rota(
        from_at,
        to_at,
        tuple(
            Rung(
                role,
                tuple(_seen(one, names, now) for one in shifts if one.role is role),
                tuple(now_names[one] for one in on_now.get(role, ())),
                tuple(gaps(shifts, role, max(from_at, now), to_at)),
                role not in on_now,
            )
            for role in DutyRole
        ),
        tuple(attendants(now=now)) if can_change(by, now=now) else (),
    )


def attendants(*, now: datetime) -> list[tuple[int, str]]:
    """Officers who may attend any alert of the estate, by name."""
    return sorted(
        (
            (one.pk, str(one))
            for one in Officer.objects.filter(is_active=True, person_id=None)
            if _can_attend(posted(one, now=now))
        ),
        key=lambda one: one[1],
    )


def _can_attend(officer: Posted) -> bool:
    return may.reach(officer, Permission.ALERT_HANDLE) is Reach.ALL


def _holding(now: datetime) -> QuerySet[Duty]:
    return Duty.objects.filter(from_at__lte=now, to_at__gt=now)


def _seen(one: Shift, names: dict[int, str], now: datetime) -> DutySeen:
    name = names.get(one.officer_id, "former officer")
    return DutySeen(one.duty_id, name, one.role, one.from_at, one.to_at, one.holds(now))
