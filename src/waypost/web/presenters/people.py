"""A person as pages show one: each requirement in plain words, what comes next, the tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.orders.appointments import occurrences
from waypost.orders.timetable import required_windows
from waypost.orders.values import (
    WEEKDAYS,
    Appointments,
    Order,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
)

AHEAD = timedelta(days=14)
DAY_WORDS = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
ASKS: dict[RequirementKind, str] = {
    RequirementKind.EXCLUSION: "Must not enter this place",
    RequirementKind.INCLUSION: "Must be inside this place",
    RequirementKind.RESTRICTION: "Must not leave this place",
    RequirementKind.CURFEW: "Must be at the curfew address",
    RequirementKind.ATTENDANCE: "Must come to appointments",
    RequirementKind.TRAIL: "Whereabouts are recorded",
    RequirementKind.ALCOHOL: "Must not drink, or stay under a level",
}
OWN_WORDS: dict[RequirementKind, str] = {
    RequirementKind.EXCLUSION: "Stay out of this place",
    RequirementKind.INCLUSION: "Be in this place",
    RequirementKind.RESTRICTION: "Stay in this place",
    RequirementKind.CURFEW: "Be at home",
    RequirementKind.ATTENDANCE: "Go to your appointments",
    RequirementKind.TRAIL: "Your tag records where you go",
    RequirementKind.ALCOHOL: "Do not drink alcohol",
}


@dataclass(frozen=True, slots=True)
class RequirementShown:
    reference: str
    kind: str
    asks: str
    own_words: str
    when: tuple[str, ...]
    own_when: tuple[str, ...]  # the same for the wearer
    exceptions: tuple[tuple[datetime, datetime, str], ...]
    now_required: bool
    next_change: datetime | None


@dataclass(frozen=True, slots=True)
class OrderShown:
    reference: str
    kind: str
    from_at: datetime
    to_at: datetime | None
    live: bool
    requirements: tuple[RequirementShown, ...]


@dataclass(frozen=True, slots=True)
class NextThing:
    """Something the person must do, soonest first."""

    at: datetime
    until: datetime
    words: str


def orders_of(person: PersonOrders, *, now: datetime) -> list[OrderShown]:
    """The orders, live ones first, each requirement in words."""
    shown = [
        OrderShown(
            order.order_id,
            order.kind.value,
            order.from_at,
            order.to_at,
            _live(order, now),
            tuple(_requirement(one, order, now) for one in order.requirements if _binds(one, now)),
        )
        for order in person.orders
    ]
    return sorted(shown, key=lambda order: (not order.live, order.from_at))


def next_things(person: PersonOrders, *, now: datetime, limit: int = 6) -> list[NextThing]:
    """Appointments and curfews of the coming fortnight, soonest first."""
    found: list[NextThing] = []
    for order in person.orders:
        for one in order.requirements:
            found += _appointments(one, now) if _live(order, now) else []
            if one.kind in {RequirementKind.CURFEW, RequirementKind.INCLUSION} and one.timetable:
                windows = required_windows(one, order, now, now + AHEAD)
                found += [
                    NextThing(start, end, OWN_WORDS[one.kind])
                    for start, end in windows[:4]
                    if start > now
                ]
    return sorted(found, key=lambda thing: thing.at)[:limit]


def timetable_words(rows: Sequence[TimetableRow] | None) -> tuple[str, ...]:
    """`Mon to Fri 19:00 to 07:00 the next day`, one line a row; always when there is none."""
    if rows is None:
        return ("At all times",)
    return tuple(f"{_days(row.days)} {row.start} to {_end(row)}" for row in rows)


def _end(row: TimetableRow) -> str:
    return f"{row.end} the next day" if row.end <= row.start else row.end


def _days(days: Iterable[str]) -> str:
    places = sorted(WEEKDAYS.index(day) for day in days)
    if len(places) == 7:
        return "Every day"
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(_run([DAY_WORDS[WEEKDAYS[place]] for place in run]) for run in runs)


def _run(days: list[str]) -> str:
    return f"{days[0]} to {days[-1]}" if len(days) > 2 else ", ".join(days)


def _requirement(one: Requirement, order: Order, now: datetime) -> RequirementShown:
    windows = required_windows(one, order, now, now + AHEAD) if one.zones else []
    required = bool(windows) and windows[0][0] <= now
    change = (windows[0][1] if required else windows[0][0]) if windows else None
    return RequirementShown(
        one.requirement_id,
        one.kind.value,
        ASKS[one.kind],
        OWN_WORDS[one.kind],
        _when(one),
        _own_when(one),
        tuple(
            (gone.from_at, gone.to_at, gone.reason) for gone in one.exceptions if gone.to_at > now
        ),
        required,
        change if change is not None and change < now + AHEAD else None,
    )


def _when(one: Requirement) -> tuple[str, ...]:
    if one.kind is RequirementKind.ATTENDANCE:
        return tuple(_series(series) for series in one.appointments)
    return timetable_words(one.timetable)


def _own_when(one: Requirement) -> tuple[str, ...]:
    if one.kind is RequirementKind.ATTENDANCE:
        return tuple(_own_series(series) for series in one.appointments)
    return tuple(
        line.replace("At all times", "All the time") for line in timetable_words(one.timetable)
    )


def _own_series(series: Appointments) -> str:
    minutes, grace = (span.total_seconds() / 60 for span in (series.duration, series.grace))
    late = f" You may be up to {grace:.0f} minutes late." if grace else ""
    return f"Each one takes {minutes:.0f} minutes.{late}"


def _series(series: Appointments) -> str:
    minutes, grace = (span.total_seconds() / 60 for span in (series.duration, series.grace))
    return f"A series of appointments of {minutes:.0f} minutes; {grace:.0f} minutes’ grace"


def _appointments(one: Requirement, now: datetime) -> list[NextThing]:
    return [
        NextThing(meeting.from_at, meeting.to_at, "Appointment")
        for series in one.appointments
        for meeting in occurrences(series, now, now + AHEAD, timezone=one.timezone)
    ]


def _live(order: Order, now: datetime) -> bool:
    return order.from_at <= now and (order.to_at is None or now < order.to_at)


def _binds(one: Requirement, now: datetime) -> bool:
    """Not a version whose time is over (a varied requirement stands once per version)."""
    return one.to_at is None or one.to_at > now
