"""Alerts' clocks on the store: kept with each move and act, fired from the due table.

    heard(alert, before, was, now)  raising.py: in the transaction of the news, before it is saved
    acted(alert, act, now)        actions.py: in the transaction of the act
    fire_clocks(now)              the worker: tell the rungs whose time has come, end snoozes
    wind_clocks(now)              the worker, when it starts: alerts that wait and have no clock

`Alert.version` stays when a rung is told, so that the officer who comes at last is not refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.alerts import clocks, urgency
from waypost.alerts.clocks import CALLS_IN_SUSPENSION, Climb, Clock, Facts
from waypost.alerts.duty import on_duty
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert, AlertMove
from waypost.alerts.reaching import EVERYBODYS
from waypost.alerts.suspended import suspended_until
from waypost.alerts.values import Act, AlertKind, DutyRole, Status
from waypost.jobs import due
from waypost.notices.outbox import enqueue
from waypost.orders.queries import cases_of

CLOCK_DUE = "alert_clock"  # kind of due row; its subject is the alert's id
RUNG_WORDS = {
    DutyRole.FIRST: "the officers on shift",
    DutyRole.SECOND: "the shift's lead",
    DutyRole.ON_CALL: "the duty manager on call",
}


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """How an alert stands against its target. left: below nothing when it is over."""

    attend_by: datetime | None = None
    left: timedelta | None = None
    told: tuple[DutyRole, ...] = ()
    snoozed_until: datetime | None = None
    suspended_until: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.left is not None and self.left < timedelta(0)


class Spoke(NamedTuple):
    """The kind and certainty of an alert before news changed them."""

    kind: str
    certainty: str

    @classmethod
    def of(cls, alert: Alert) -> Spoke:
        return cls(alert.kind, alert.certainty)


NO_CLOCK = ClockSeen()
LADDERS: dict[str, tuple[DutyRole, ...]] = {
    kind: tuple(role for role, _ in clocks.RUNGS[target.ladder])
    for kind, target in clocks.TARGETS.items()
}


def heard(alert: Alert, before: str, was: Spoke, now: datetime) -> None:
    """Let the clock follow news. The alert is as it will be saved.

    was   what it spoke of as it was loaded, from who locked it
    """
    weighed = urgency.urgency(AlertKind(was.kind), was.certainty)
    weighs = urgency.urgency(AlertKind(alert.kind), alert.certainty)
    clock = clocks.after_news(
        _clock(alert),
        AlertKind(alert.kind),
        Status(before) if before else None,
        Status(alert.status),
        graver=weighs > weighed,
        silent=_is_silent(alert, now),
        now=now,
    )
    keep([(alert, clock)])


def acted(alert: Alert, act: Act, now: datetime) -> None:
    """Let the clock follow what a person did."""
    clock = clocks.after_act(
        _clock(alert),
        AlertKind(alert.kind),
        act,
        Status(alert.status),
        silent=_is_silent(alert, now),
        now=now,
    )
    keep([(alert, clock)])


def calling(moved: Sequence[tuple[Alert, str]], now: datetime) -> list[tuple[Alert, str]]:
    """Those of the moved whom somebody may be told of: not of a person who is suspended, which an
    alert that was raised meanwhile says."""
    silent = suspended_until({alert.person_id for alert, _ in moved}, now=now)
    loud = []
    for alert, step in moved:
        if alert.person_id not in silent or alert.kind in CALLS_IN_SUSPENSION:
            loud.append((alert, step))
        elif step == "raised":
            until = clocks.said_at(silent[alert.person_id], settings.WALL_ZONE)
            note = f"Nobody was called: alerts of the person are suspended until {until}."
            _write_move(alert, "called_nobody", now, note)
    return loud


def keep(clocked: Iterable[tuple[Alert, Clock]]) -> None:
    """Write clocks and their due rows, in the caller's transaction; the version stays."""
    rows, ended = [], []
    for alert, clock in clocked:
        if clock != _clock(alert):
            changed = {
                "attend_by": clock.attend_by,
                "escalated": clock.escalated,
                "snoozed_until": clock.snoozed_until,
            }
            Alert.objects.filter(pk=alert.pk).update(**changed)
            for name, value in changed.items():
                setattr(alert, name, value)
        at = clocks.look_at(_facts(alert, clock))
        if at is None:
            ended.append(str(alert.pk))
        else:
            rows.append(due.DueRow(CLOCK_DUE, str(alert.pk), at))
    due.set_due(rows)
    due.clear(CLOCK_DUE, ended)


def call_again(person_id: int, since: datetime, now: datetime) -> int:
    """A suspension is over: what waits untouched, or has grown meanwhile, calls from now; how many.
    In the caller's transaction."""
    waiting = (
        Alert.objects.select_for_update()
        .filter(person_id=person_id, attend_by=None, snoozed_until=None)
        .exclude(status__in=[Status.CLOSED, Status.WITHDRAWN])
        .order_by("pk")
    )
    called = [one for one in waiting if one.status == Status.RAISED or _grew(one, since)]
    keep([(one, clocks.anew(Clock(), AlertKind(one.kind), now)) for one in called])
    for one in called:
        _write_move(one, "suspension_ended", now, "It calls from now on.")
    return len(called)


def wind_clocks(now: datetime, *, limit: int = 1000) -> int:
    """Give clocks to alerts that wait and have none: raised before there were clocks; how many."""
    waiting = Alert.objects.filter(status=Status.RAISED, attend_by=None, snoozed_until=None)
    with transaction.atomic():
        found = list(waiting.select_for_update().order_by("pk")[:limit])
        loud = [alert for alert, _ in calling([(one, "") for one in found], now)]
        keep([(one, clocks.anew(Clock(), AlertKind(one.kind), now)) for one in loud])
    return len(loud)


def fire_clocks(now: datetime, *, limit: int = 100) -> int:
    """Tell whom it is time to tell; how many rows fired. One notice an officer, alert and rung: the
    row moves on, and the notices are written, in one transaction.

    limit   of one transaction: judging waits for it where the database has one writer
    """
    rows = due.past(CLOCK_DUE, now=now, limit=limit)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


@transaction.atomic
def _fire(alert_ids: list[int], now: datetime) -> None:
    found = list(Alert.objects.select_for_update().filter(pk__in=alert_ids).order_by("pk"))
    there = {one.pk for one in found if one.status != Status.CLOSED}
    due.clear(CLOCK_DUE, [str(one) for one in alert_ids if one not in there])
    silent = suspended_until({one.person_id for one in found}, now=now)
    cases = cases_of({one.person_id for one in found}, now=now)
    said, clocked, again = _said_nobody(there), [], []
    duty, counts = on_duty(now), Counter[str]()
    for alert in found:
        if alert.pk not in there:
            continue
        counts["woken"] += _wake(alert, silent, now)
        case = cases[alert.person_id]
        limited = case.limited and alert.kind not in EVERYBODYS
        reached = _may_know(duty, case.named_officer_ids) if limited else duty
        facts = _facts(alert, _clock(alert), frozenset(reached))
        climb = clocks.escalations(facts, now)
        counts["escalated"] += _tell(alert, climb, reached, said.get(alert.pk), now)
        clocked.append((alert, Clock(alert.attend_by, climb.escalated, alert.snoozed_until)))
        if climb.look_at is not None:
            again.append(due.DueRow(CLOCK_DUE, str(alert.pk), climb.look_at))
    keep(clocked)
    due.set_due(again)  # where nobody was on duty it is looked at again later than its rung
    if any(counts.values()):
        raise_inbox_version(now)
        audit.record("alert:escalated", by=MACHINE, at=now, detail=dict(counts))


def _tell(
    alert: Alert,
    climb: Climb,
    duty: Mapping[DutyRole, Collection[int]],
    said_nobody_at: datetime | None,
    now: datetime,
) -> int:
    """The moves and notices of a climb; whether there was anything to say."""
    if alert.attend_by is None:
        return 0
    if climb.nobody:
        if said_nobody_at is not None and said_nobody_at >= alert.attend_by:
            return 0
        _write_move(alert, "nobody_on_duty", now, "Nobody is on duty to be told: see the rota.")
        return 1
    over = f" Nobody is on duty as {_names(climb.empty)}." if climb.empty else ""
    for role in climb.tell:
        _write_move(alert, "escalated", now, f"Told: {RUNG_WORDS[role]}.{over}")
        enqueue(
            about=f"alert:{alert.pk}",
            step=f"escalated:{role.value}:{alert.attend_by:%Y%m%d%H%M%S}",
            officer_ids=duty[role],
            template="alert_escalated",
            words={
                "alert_id": alert.pk,
                "kind": str(alert.kind).replace("_", " "),
                "urgency": alert.urgency,
                "attend_by": f"{alert.attend_by:%Y-%m-%d %H:%M:%S} UTC",
            },
            now=now,
        )
    return int(bool(climb.tell))


def _said_nobody(alert_ids: Collection[int]) -> dict[int, datetime]:
    """When it was last said of each that nobody is on duty."""
    said = AlertMove.objects.filter(alert_id__in=alert_ids, what="nobody_on_duty")
    return dict(
        said.values("alert_id").annotate(at_last=Max("at")).values_list("alert_id", "at_last")
    )


def _wake(alert: Alert, silent: Mapping[int, datetime], now: datetime) -> int:
    """End a snooze whose time is over."""
    if alert.snoozed_until is None or alert.snoozed_until > now:
        return 0
    kind = AlertKind(alert.kind)
    is_silent = alert.person_id in silent and kind not in CALLS_IN_SUSPENSION
    keep([(alert, clocks.after_waking(_clock(alert), kind, silent=is_silent, now=now))])
    _write_move(alert, "snooze_ended", now, "")
    return 1


def clock_seen(alert: Alert, silent: Mapping[int, datetime], now: datetime) -> ClockSeen:
    """As pages show it. silent: until when persons are suspended (suspended.suspended_until)."""
    if alert.status == Status.CLOSED:
        return ClockSeen()
    hushed = alert.attend_by is None and alert.kind not in CALLS_IN_SUSPENSION
    return ClockSeen(
        alert.attend_by,
        alert.attend_by - now if alert.attend_by else None,
        LADDERS[alert.kind][: alert.escalated],
        alert.snoozed_until,
        silent.get(alert.person_id) if hushed else None,
    )


def _is_silent(alert: Alert, now: datetime) -> bool:
    if alert.kind in CALLS_IN_SUSPENSION:
        return False
    return bool(suspended_until([alert.person_id], now=now))


def _clock(alert: Alert) -> Clock:
    return Clock(alert.attend_by, alert.escalated, alert.snoozed_until)


def _facts(alert: Alert, clock: Clock, manned: frozenset[DutyRole] = frozenset(DutyRole)) -> Facts:
    return Facts(AlertKind(alert.kind), clock, settings.WALL_ZONE, manned)


def _may_know(
    duty: Mapping[DutyRole, Collection[int]], named: Collection[int]
) -> dict[DutyRole, list[int]]:
    """The rungs as they are for somebody whom named staff alone may know of: each such officer on
    duty; at the last, where none is, all of the named staff."""
    known = {role: [one for one in officers if one in named] for role, officers in duty.items()}
    found = {role: officers for role, officers in known.items() if officers}
    return found if found or not named else {DutyRole.ON_CALL: list(named)}


def _grew(alert: Alert, since: datetime) -> bool:
    """Whether the last that happened to it since then is news that called nobody."""
    last = (
        AlertMove.objects.filter(alert=alert, at__gte=since)
        .exclude(what__in=["ended", "reshaped"])
        .order_by("pk")
        .last()
    )
    return last is not None and last.what in {"joined", "confirmed"}


def _write_move(alert: Alert, what: str, now: datetime, note: str) -> None:
    AlertMove.objects.create(
        alert=alert, at=now, what=what, from_status=alert.status, to_status=alert.status, note=note
    )


def _names(roles: Iterable[DutyRole]) -> str:
    return " or ".join(RUNG_WORDS[role].removeprefix("the ") for role in roles)
