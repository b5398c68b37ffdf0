"""How soon an alert must be attended, and who is told, rung by rung, while nobody does. Pure.

    TARGETS                         per kind: within how long, which ladder, may it be snoozed
    after_news / after_act / ...    what becomes of an alert's clock
    escalations(facts, now)         who is to be told now, and when to look again
    look_at(facts)                  when the due table has to bring it up again

A clock runs (`attend_by` is set) from when an alert calls somebody until a person attends it. All
of it is instants; wall time enters with quiet hours alone, and those never hold what is grave.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from waypost.alerts.values import Act, AlertKind, DutyRole, Status
from waypost.errors import Refused
from waypost.orders.walltime import localise

OURS = "our assumption"
NIJ = "NIJ Standard 1004.00"
SNOOZE_MAX = timedelta(hours=24)
NOBODY_AGAIN = timedelta(minutes=5)  # where nobody is on duty in any rung left: how soon to look
QUIET_FROM, QUIET_TO = time(22), time(7)  # wall time; for what can wait until the day


class Ladder(StrEnum):
    """How fast an alert climbs once its target is past."""

    AT_ONCE = "at_once"
    URGENT = "urgent"
    SOON = "soon"
    DAY = "day"  # keeps quiet hours, and never gets a duty manager out of bed


# How long after the target each rung is told: the first when it is missed.
RUNGS: dict[Ladder, tuple[tuple[DutyRole, timedelta], ...]] = {
    ladder: tuple(
        (role, timedelta(minutes=minutes)) for role, minutes in zip(DutyRole, after, strict=False)
    )
    for ladder, after in {
        Ladder.AT_ONCE: (0, 1, 2),
        Ladder.URGENT: (0, 3, 8),
        Ladder.SOON: (0, 15, 45),
        Ladder.DAY: (0, 240),
    }.items()
}


class Snooze(StrEnum):
    """Whether an alert of the kind may be put off, and what its clock does meanwhile."""

    NEVER = "never"
    RUNS_ON = (
        "runs_on"  # grave: it is looked at later by choice, and the rungs are told all the same
    )
    STOPS = "stops"


@dataclass(frozen=True, slots=True)
class Target:
    """Within how long somebody must attend; source: of that number."""

    within: timedelta
    ladder: Ladder
    snooze: Snooze
    source: str = OURS


def _minutes(
    minutes: int, ladder: Ladder, snooze: Snooze = Snooze.STOPS, source: str = OURS
) -> Target:
    return Target(timedelta(minutes=minutes), ladder, snooze, source)


TARGETS: dict[AlertKind, Target] = {
    AlertKind.SOS: _minutes(1, Ladder.AT_ONCE, Snooze.NEVER),
    AlertKind.SOS_PROTECTED: _minutes(1, Ladder.AT_ONCE, Snooze.NEVER),
    AlertKind.STRAP_TAMPER: _minutes(
        3, Ladder.URGENT, Snooze.NEVER, f"{NIJ}: at the data centre within 3 minutes"
    ),
    AlertKind.EXCLUSION: _minutes(
        4, Ladder.URGENT, Snooze.NEVER, f"{NIJ}: at the agency within 4 minutes of the event"
    ),
    AlertKind.MOVING_EXCLUSION: _minutes(
        4, Ladder.URGENT, Snooze.NEVER, f"{NIJ}: at the agency within 4 minutes of the event"
    ),
    AlertKind.CASE_TAMPER: _minutes(10, Ladder.SOON, Snooze.RUNS_ON),
    AlertKind.JAMMING: _minutes(10, Ladder.SOON, Snooze.RUNS_ON),
    AlertKind.EXCLUSION_WARNING: _minutes(10, Ladder.SOON, Snooze.RUNS_ON),
    AlertKind.RESTRICTION: _minutes(10, Ladder.SOON, Snooze.RUNS_ON),
    AlertKind.CURFEW: _minutes(15, Ladder.SOON, Snooze.RUNS_ON),
    AlertKind.INCLUSION: _minutes(15, Ladder.SOON, Snooze.RUNS_ON),
    AlertKind.CLINICAL_OVERDUE: _minutes(15, Ladder.SOON, Snooze.RUNS_ON),
    AlertKind.BATTERY_DEAD: _minutes(30, Ladder.SOON),
    AlertKind.STATIONARY: _minutes(30, Ladder.SOON),
    AlertKind.HOME_UNIT_MOVED: _minutes(30, Ladder.SOON),
    AlertKind.ATV_REACHED: _minutes(60, Ladder.SOON),
    AlertKind.ALCOHOL: _minutes(60, Ladder.SOON),
    AlertKind.ALCOHOL_TAMPER: _minutes(60, Ladder.SOON),
    AlertKind.NO_CONTACT: _minutes(60, Ladder.SOON),
    AlertKind.BATTERY_CRITICAL: _minutes(60, Ladder.SOON),
    AlertKind.NO_LOCATION: _minutes(120, Ladder.SOON),
    AlertKind.HOME_UNIT_POWER_LOST: _minutes(120, Ladder.SOON),
    AlertKind.ALCOHOL_SUSPECTED: _minutes(240, Ladder.DAY),
    AlertKind.ATTENDANCE: _minutes(240, Ladder.DAY),
    AlertKind.ATV_NEAR: _minutes(240, Ladder.DAY),
    AlertKind.BATTERY_LOW: _minutes(240, Ladder.DAY),
    AlertKind.NOT_CHARGED: _minutes(240, Ladder.DAY),
    AlertKind.CLINICAL_REMOVAL: _minutes(480, Ladder.DAY),
    AlertKind.APPOINTMENT_UNMONITORED: _minutes(1440, Ladder.DAY),
    AlertKind.UNMONITORED: _minutes(1440, Ladder.DAY),
    AlertKind.CLOCK_WRONG: _minutes(1440, Ladder.DAY),
}
CALLS_IN_SUSPENSION = frozenset({AlertKind.SOS, AlertKind.SOS_PROTECTED})
MAY_SNOOZE = frozenset({Status.RAISED, Status.ACKNOWLEDGED, Status.IN_HAND})


@dataclass(frozen=True, slots=True)
class Clock:
    """An alert's clock. attend_by: None, it does not run. escalated: rungs that it has passed."""

    attend_by: datetime | None = None
    escalated: int = 0
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides who is told. manned: the rungs in which somebody is on duty now."""

    kind: AlertKind
    clock: Clock
    timezone: str
    manned: Set[DutyRole] = frozenset(DutyRole)


@dataclass(frozen=True, slots=True)
class Climb:
    """tell: rungs to be told now. empty: those passed over, since nobody is on duty there."""

    tell: tuple[DutyRole, ...] = ()
    empty: tuple[DutyRole, ...] = ()
    escalated: int = 0
    look_at: datetime | None = None

    @property
    def nobody(self) -> bool:
        """Whether somebody was to be told and nobody is on duty in any rung that is left."""
        return bool(self.empty) and not self.tell


def anew(clock: Clock, kind: AlertKind, now: datetime) -> Clock:
    """The clock of news: the target from now, unless an earlier one that still runs stands."""
    target, before = now + TARGETS[kind].within, clock.attend_by
    stands = before is not None and now < before < target
    return Clock(before if stands else target)


def after_news(
    clock: Clock,
    kind: AlertKind,
    before: Status | None,
    after: Status,
    *,
    graver: bool,
    silent: bool,
    now: datetime,
) -> Clock:
    """What the machine heard. It calls again when the alert is new, graver, or open once more.

    before   None: it was raised just now
    silent   the person is suspended: it calls nobody; a clock that ran before runs on
    """
    if after in {Status.WITHDRAWN, Status.CLOSED}:
        return Clock()
    if before is after and not graver:
        return clock
    return clock if silent else anew(clock, kind, now)


def after_act(
    clock: Clock, kind: AlertKind, act: Act, after: Status, *, silent: bool, now: datetime
) -> Clock:
    """What a person did: it is attended, and ends the snooze. Words alone attend what somebody has
    already, and not what nobody has touched."""
    if act is Act.NOTE:
        return clock if after is Status.RAISED else Clock(snoozed_until=clock.snoozed_until)
    if act is Act.REOPEN and not silent:
        return anew(Clock(), kind, now)
    return Clock()


def after_snooze(clock: Clock, kind: AlertKind, until: datetime) -> Clock:
    runs_on = TARGETS[kind].snooze is Snooze.RUNS_ON
    return replace(clock, snoozed_until=until) if runs_on else Clock(snoozed_until=until)


def after_waking(clock: Clock, kind: AlertKind, *, silent: bool, now: datetime) -> Clock:
    """The snooze is over: the target runs from now, unless the clock ran on meanwhile."""
    awake = replace(clock, snoozed_until=None)
    return awake if clock.attend_by is not None or silent else anew(Clock(), kind, now)


def check_snooze(
    kind: AlertKind, status: Status, until: datetime, why: str, *, now: datetime
) -> None:
    """Refused unless the kind may be put off, for a reason, until a time of the coming day."""
    if TARGETS[kind].snooze is Snooze.NEVER:
        raise Refused(f"An alert of this kind ({kind.replace('_', ' ')}) is never put off.")
    if status not in MAY_SNOOZE:
        raise Refused("Only an alert that waits or is dealt with can be put off.")
    if not why.strip():
        raise Refused("Say why it can wait.")
    if until <= now:
        raise Refused("Choose a time to come: it is put off until then.")
    if until - now > SNOOZE_MAX:
        raise Refused("An alert can be put off for at most 24 hours; look at it again by then.")


def escalations(facts: Facts, now: datetime) -> Climb:
    """Who is to be told now, and when to look again; a rung without anybody is passed over."""
    clock, rungs = facts.clock, rung_times(facts)
    told: list[DutyRole] = []
    empty: list[DutyRole] = []
    reached, passing = clock.escalated, False
    for place, (role, at) in enumerate(rungs[clock.escalated :], clock.escalated):
        if at > now and not passing:
            return Climb(tuple(told), tuple(empty), reached, _soonest(facts, at))
        passing = role not in facts.manned
        if passing:
            empty.append(role)
        else:
            told.append(role)
            reached = place + 1
    # Who comes on duty later must still be told: what was passed over for nobody is not reached.
    return Climb(
        tuple(told), tuple(empty), reached, _soonest(facts, now + NOBODY_AGAIN if passing else None)
    )


def look_at(facts: Facts) -> datetime | None:
    """When it must be brought up again: the next rung, or the end of the snooze. None: never."""
    left = rung_times(facts)[facts.clock.escalated :]
    return _soonest(facts, left[0][1] if left else None)


def rung_times(facts: Facts) -> tuple[tuple[DutyRole, datetime], ...]:
    """By when each rung is told, if nobody attends the alert; empty where its clock stands."""
    attend_by, target = facts.clock.attend_by, TARGETS[facts.kind]
    if attend_by is None:
        return ()
    times = ((role, attend_by + after) for role, after in RUNGS[target.ladder])
    if target.ladder is not Ladder.DAY:
        return tuple(times)
    return tuple((role, after_quiet(at, facts.timezone)) for role, at in times)


def said_at(at: datetime, timezone: str) -> str:
    """An instant in words that are kept: with the zone that it is said in."""
    there = at.astimezone(ZoneInfo(timezone))
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"


def after_quiet(at: datetime, timezone: str) -> datetime:
    """The instant itself by day; else when the quiet hours end, by the clock on the wall."""
    there = at.astimezone(ZoneInfo(timezone))
    if QUIET_TO <= there.time() < QUIET_FROM:
        return at
    day = there.date() + timedelta(days=there.time() >= QUIET_FROM)
    return localise(datetime.combine(day, QUIET_TO), timezone)


def _soonest(facts: Facts, rung_at: datetime | None) -> datetime | None:
    times = [at for at in (rung_at, facts.clock.snoozed_until) if at is not None]
    return min(times, default=None)
