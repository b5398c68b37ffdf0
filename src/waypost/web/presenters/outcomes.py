"""How requirements were kept, as pages say it: absences that add up, appointments, home state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.alerts.atv import Sum
from waypost.monitoring.home import HomeNow
from waypost.rules.attendance import Kept, Outcome
from waypost.rules.atv import NEAR, Absence, Stage, Standing
from waypost.rules.home_state import HomeState
from waypost.rules.values import Certainty, How, JudgedViolation, RowKind
from waypost.units import Mechanism

MINUTE = timedelta(minutes=1)
COUNTS: dict[Standing, str] = {
    Standing.COUNTS: "Counts",
    Standing.REASONABLE: "Does not count: found reasonable",
    Standing.NOT_THEIRS: "Does not count: the tag, its signal or late data",
    Standing.NOT_NOTIFIED: "Does not count: began before the person was told",
    Standing.WITHDRAWN: "Does not count: taken back by later fixes",
    Standing.NOT_SHOWN: "Does not count: possible only",
}
OUTCOMES: dict[Outcome, tuple[str, str]] = {  # words, colour of the tag
    Outcome.TO_COME: ("To come", "grey"),
    Outcome.UNDER_WAY: ("Not known yet", "grey"),
    Outcome.ATTENDED: ("Attended", "green"),
    Outcome.LATE: ("Late", "orange"),
    Outcome.LEFT_EARLY: ("Left early", "orange"),
    Outcome.MISSED: ("Missed", "red"),
    Outcome.NOT_MONITORED: ("Could not be monitored", "grey"),
}
STATES: dict[HomeState, tuple[str, str]] = {
    HomeState.HOME: ("At home", "green"),
    HomeState.NOT_HOME: ("Not at home", "red"),
    HomeState.UNKNOWN: ("Unknown", "grey"),
}
MEASURED: dict[Mechanism, str] = {
    Mechanism.UNKNOWN: "a fix",
    Mechanism.GNSS: "a GNSS fix",
    Mechanism.WIFI: "a Wi-Fi fix",
    Mechanism.CELL: "a cell fix",
    Mechanism.BEACON: "the home unit or beacon",
}
SHAPES: dict[tuple[RowKind, How], str] = {
    (RowKind.CURFEW, How.LATE): "Late home",
    (RowKind.CURFEW, How.LEFT_EARLY): "Left home early",
    (RowKind.CURFEW, How.OUT_DURING): "Out during the curfew",
    (RowKind.CURFEW, How.OUT_ALL): "Out for the whole curfew",
    (RowKind.INCLUSION, How.LATE): "Late at the place",
    (RowKind.INCLUSION, How.LEFT_EARLY): "Left the place early",
    (RowKind.INCLUSION, How.OUT_DURING): "Away from the place",
    (RowKind.INCLUSION, How.OUT_ALL): "Never at the place",
    (RowKind.RESTRICTION, How.LATE): "Outside from the start",
    (RowKind.RESTRICTION, How.LEFT_EARLY): "Outside to the end",
    (RowKind.RESTRICTION, How.OUT_DURING): "Outside for a time",
    (RowKind.RESTRICTION, How.OUT_ALL): "Outside all the time",
    (RowKind.ATTENDANCE, How.LATE): "Late",
    (RowKind.ATTENDANCE, How.LEFT_EARLY): "Left early",
    (RowKind.ATTENDANCE, How.OUT_DURING): "Away during the appointment",
    (RowKind.ATTENDANCE, How.MISSED): "Missed",
    (RowKind.ATTENDANCE, How.NOT_MONITORED): "Could not be monitored",
    (RowKind.EXCLUSION, How.PASSAGE): "May have passed through",
}
HOWS: dict[How, str] = {
    How.NO_FIX: "No fix",
    How.AGED: "Fixes that could not tell",
}


@dataclass(frozen=True, slots=True)
class AbsenceShown:
    from_at: datetime
    to_at: datetime | None
    minutes: str
    certainty: str
    counts: bool
    words: str
    alert_id: int | None


@dataclass(frozen=True, slots=True)
class SumShown:
    """What has added up on one curfew. `percent`: of the limit, 100 at most."""

    requirement: str
    order: str
    total: str
    limit: str
    left: str
    probable: str  # empty: none of it rests on a single fix
    percent: int
    words: str
    colour: str
    going_on: bool
    absences: tuple[AbsenceShown, ...]


@dataclass(frozen=True, slots=True)
class HomeShown:
    requirement: str
    words: str
    colour: str
    said: str
    since: datetime | None
    told_at: datetime | None
    told_by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AppointmentShown:
    requirement: str
    from_at: datetime
    to_at: datetime
    words: str
    colour: str
    sure: str
    reason: str


def shape_words(row: JudgedViolation) -> str:
    """`Late home`; empty where the kind says it all."""
    return SHAPES.get((row.kind, row.how)) or HOWS.get(row.how, "")


def sum_shown(one: Sum, *, with_alerts: bool) -> SumShown:
    """with_alerts: whether the reader may open the alerts."""
    found = one.accumulated
    words, colour = _stage(found.stage, found.left)
    return SumShown(
        requirement=one.requirement_id,
        order=one.order_id,
        total=_minutes(found.total),
        limit=_minutes(found.limit),
        left=_minutes(found.left),
        probable=_minutes(found.probable) if found.probable else "",
        percent=min(100, round(100 * (found.total / found.limit))) if found.limit else 100,
        words=words,
        colour=colour,
        going_on=found.open is not None,
        absences=tuple(
            _absence(absence, one.alerts.get(absence.violation_id) if with_alerts else None)
            for absence in reversed(found.absences)
        ),
    )


def home_shown(one: HomeNow) -> HomeShown:
    spell = one.spell
    words, colour = STATES[spell.state]
    probable = spell.state is HomeState.NOT_HOME and spell.certainty is Certainty.PROBABLE
    return HomeShown(
        requirement=one.requirement_id,
        words=f"{words} (probable)" if probable else words,
        colour="orange" if probable else colour,
        said=_said(spell.state, spell.told_at),
        since=one.since,
        told_at=spell.told_at,
        told_by=MEASURED[spell.told_by] if spell.told_by is not None else "",
        until=one.until,
    )


def appointments_shown(kept: Iterable[Kept]) -> list[AppointmentShown]:
    """Newest first."""
    return [_appointment(one) for one in kept][::-1]


def _stage(stage: Stage, left: timedelta) -> tuple[str, str]:
    if stage is Stage.REACHED:
        return "The limit is reached", "red"
    if stage is Stage.NEAR:
        return f"{_minutes(left)} from breaching", "orange"
    return f"More than {_minutes(NEAR)} left", "green"


def _absence(one: Absence, alert_id: int | None) -> AbsenceShown:
    return AbsenceShown(
        one.from_at,
        one.to_at,
        _minutes(one.time),
        one.certainty.value,
        one.standing is Standing.COUNTS,
        COUNTS[one.standing],
        alert_id,
    )


def _appointment(one: Kept) -> AppointmentShown:
    words, colour = OUTCOMES[one.outcome]
    telling = [row for row in one.rows if row.reasons]
    shows_doubt = one.outcome in {Outcome.LATE, Outcome.LEFT_EARLY, Outcome.MISSED}
    return AppointmentShown(
        requirement=str(one.asked.requirement_id),
        from_at=one.asked.from_at,
        to_at=one.asked.to_at,
        words=words,
        colour=colour,
        sure=one.certainty.value if shows_doubt else "",
        reason=_part_untold(one) if one.outcome is Outcome.ATTENDED and telling else "",
    )


def _part_untold(one: Kept) -> str:
    dark = sum(
        (
            (row.to_at or one.asked.to_at) - row.from_at
            for row in one.rows
            if row.certainty is Certainty.CANNOT_TELL
        ),
        timedelta(0),
    )
    return f"{_minutes(dark)} of it could not be told" if dark else "it may have begun late"


def _said(state: HomeState, told_at: datetime | None) -> str:
    if state is not HomeState.UNKNOWN:
        return ""
    return "Fixes came and none could tell." if told_at else "No fix tells."


def _minutes(time: timedelta) -> str:
    minutes = round(time / MINUTE)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
