"""Whose alerts an officer may see and handle: those of the persons within reach, and every call for
help.

A protected person is known to named staff alone, and none of them may be on shift when they press
the button. So the control room sees the call itself, at the top of its list, and handles it: that
somebody calls, since when, and whom of the named staff to ring. Never who, of whom or where.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Case, Permission, Posted, Reach
from waypost.alerts.models import Alert
from waypost.alerts.values import NO_SUCH_ALERT, AlertKind
from waypost.orders.queries import case_of, hidden_person_ids, visible_person_ids

EVERYBODYS = frozenset({AlertKind.SOS_PROTECTED})  # seen by whoever watches the whole estate


@dataclass(frozen=True, slots=True)
class Within:
    """The persons whose alerts are within reach (None: everybody's but those hidden), and whether
    calls of persons who are not are shown, namelessly."""

    person_ids: Collection[int] | None
    nameless: bool
    hidden_ids: Collection[int] = ()

    def knows(self, person_id: int) -> bool:
        mine = self.person_ids is None or person_id in self.person_ids
        return mine and person_id not in self.hidden_ids

    def names(self, alert: Alert) -> bool:
        """Whether the alert may be shown with whose it is."""
        return self.knows(alert.person_id)


def within(by: Posted, *, now: datetime) -> Within:
    """How far the officer's reading of alerts carries.

    Who watches the whole estate is asked about those of limited access alone: the inbox is read
    often, and the persons are many.
    """
    if may.reach(by, Permission.ALERT_READ) is Reach.ALL:
        return Within(None, True, hidden_person_ids(by, Permission.ALERT_READ, now=now))
    return Within(visible_person_ids(by, Permission.ALERT_READ, now=now), False)


def as_filter(reach: Within) -> Q:
    """The alerts within, for a query."""
    if reach.person_ids is None and not reach.hidden_ids:
        return Q()
    mine = ~Q(person_id__in=reach.hidden_ids)
    if reach.person_ids is not None:
        mine = Q(person_id__in=reach.person_ids)
    return mine | Q(kind__in=[kind.value for kind in EVERYBODYS]) if reach.nameless else mine


def check(by: Posted, permission: Permission, alert: Alert, *, now: datetime) -> bool:
    """Whether the officer may know whose alert it is; refused as if it did not exist where neither
    the person nor the kind of alert is within reach."""
    case = case_of(alert.person_id, now=now)
    if may.decide(by, permission, case).hidden and _is_everybodys(by, permission, alert):
        return False
    may.check(by, permission, case, absent=NO_SUCH_ALERT)
    return True


def to_ring(case: Case) -> tuple[str, ...]:
    """The named staff who know whose call it is."""
    named = Officer.objects.filter(pk__in=case.named_officer_ids).order_by("username")
    return tuple(str(officer) for officer in named)


def _is_everybodys(by: Posted, permission: Permission, alert: Alert) -> bool:
    return alert.kind in EVERYBODYS and may.reach(by, permission) is Reach.ALL
