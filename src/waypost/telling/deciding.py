"""Which reminders a wearer is due, decided from values and told the time.

    occasions(facts, now)       what lies ahead: appointments, beginnings of curfews
    reminders_due(facts, now)   those whose time has come, each with what is done of it
    next_look(facts, now)       when to look again

Nobody is reminded of what is varied, cancelled or excused: the orders are read anew each time. A
reminder whose time has come goes as long as its occasion lies ahead and no later step of the same
has come; one whose occasion has passed is never sent, and is written down as missed. Times of day
are the wall clock's, so both nights on which it changes are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.orders.timetable import Window, appointments_of, merge, required_windows
from waypost.orders.values import Order, OrderKind, Requirement, RequirementKind
from waypost.orders.walltime import wall_instant
from waypost.rules.home_state import HomeState
from waypost.telling.values import Facts, Fate, Kind, Occasion, Reminder, Step

EVENING = "18:00"  # after work and school, and before anybody sleeps
HOURS_BEFORE = timedelta(hours=2)  # time to get ready, and to ring if one cannot go
CURFEW_BEFORE = timedelta(minutes=30)  # time to get home across a town
SPREAD_S = 600  # curfews begin at full hours: so many seconds earlier, by the person's number
AHEAD = timedelta(hours=36)  # past the evening before the latest appointment of tomorrow
BACK = timedelta(hours=6)  # how long ago an occasion may be to be written down as missed
LOOK_EVERY = timedelta(hours=6)
DAY = timedelta(days=1)


def occasions(facts: Facts, now: datetime) -> list[Occasion]:
    """Those of the last and the next hours, once each, earliest first."""
    found: dict[tuple[Kind, datetime], Occasion] = {}
    for order in facts.orders:
        if order.kind is OrderKind.PROTECTION or not is_live(order, now):
            continue
        for one in _of_order(order, now):
            found.setdefault((one.kind, one.edge_at), one)
    standing = (one for one in found.values() if _holds(one, facts, now))
    return sorted(standing, key=lambda one: (one.edge_at, one.kind))


def reminders_due(facts: Facts, now: datetime) -> list[Reminder]:
    """What is done now; nothing that was decided before, and one step of an occasion at a time."""
    found = [*_of_battery(facts, now)]
    for occasion in occasions(facts, now):
        come = [(step, at) for step, at in steps(occasion, facts.person_id) if at <= now]
        if not come:
            continue
        step, at = come[-1]
        said = Reminder(occasion, step, _fate(occasion, facts, now))
        was_possible = said.fate is not Fate.MISSED or at >= facts.since
        if said.key not in facts.handled and was_possible:
            found.append(said)
    return found


def next_look(facts: Facts, now: datetime) -> datetime:
    """The next time of a step; a few hours on where there is none nearer."""
    times = [
        at
        for occasion in occasions(facts, now)
        for _, at in steps(occasion, facts.person_id)
        if at > now
    ]
    return min([*times, now + LOOK_EVERY])


def steps(occasion: Occasion, person_id: int) -> list[tuple[Step, datetime]]:
    """When they are reminded of it, earliest first."""
    if occasion.kind is Kind.APPOINTMENT:
        day = occasion.edge_at.astimezone(ZoneInfo(occasion.timezone)).date() - DAY
        return [
            (Step.EVENING_BEFORE, wall_instant(day, EVENING, occasion.timezone)),
            (Step.HOURS_BEFORE, occasion.edge_at - HOURS_BEFORE),
        ]
    early = timedelta(seconds=person_id * 7919 % SPREAD_S)  # a prime: neighbours lie apart
    return [(Step.SOON, occasion.edge_at - CURFEW_BEFORE - early)]


def asks_home(facts: Facts, now: datetime) -> Occasion | None:
    """The curfew about to begin of which it matters whether they are at home; None: there is none.
    So nobody's places are read but theirs, and only then."""
    due = (one for one in reminders_due(facts, now) if one.occasion.kind is Kind.CURFEW)
    return next((one.occasion for one in due if one.fate is not Fate.MISSED), None)


def is_live(order: Order, at: datetime) -> bool:
    return order.from_at <= at and (order.to_at is None or at < order.to_at)


def _of_order(order: Order, now: datetime) -> Iterator[Occasion]:
    curfews: dict[tuple[str, str], list[Window]] = {}
    for one in order.requirements:
        if one.kind is RequirementKind.ATTENDANCE:
            yield from _appointments(one, order, now)
        elif one.kind is RequirementKind.CURFEW:
            # From two days back: only so is an edge told from the middle of a window.
            windows = required_windows(one, order, now - 2 * DAY, now + AHEAD)
            curfews.setdefault((str(one.requirement_id), one.timezone), []).extend(windows)
    for (reference, timezone), windows in curfews.items():
        # A requirement that was varied stands once per version: hours that go on are one stay.
        for start, _ in merge(windows):
            if now - BACK < start <= now + AHEAD:
                yield Occasion(Kind.CURFEW, start, reference, timezone)


def _appointments(one: Requirement, order: Order, now: datetime) -> Iterator[Occasion]:
    for meeting in appointments_of(one, order, now - BACK, now + AHEAD):
        excused = any(
            gone.from_at < meeting.to_at and gone.to_at > meeting.from_at for gone in one.exceptions
        )
        if not excused:
            yield Occasion(Kind.APPOINTMENT, meeting.from_at, str(one.requirement_id), one.timezone)


def _holds(occasion: Occasion, facts: Facts, now: datetime) -> bool:
    """Whether it is asked of them as things stand: a tag is on, and nothing agreed stands over it
    now or when it comes."""
    if occasion.kind not in facts.wanted or not facts.wears_tag:
        return False
    at = max(now, occasion.edge_at)
    return not any(start <= now < end or start <= at < end for start, end in facts.off)


def _fate(occasion: Occasion, facts: Facts, now: datetime) -> Fate:
    if occasion.edge_at <= now:
        return Fate.MISSED
    at_home = occasion.kind is Kind.CURFEW and facts.home is HomeState.HOME
    return Fate.NOT_NEEDED if at_home else Fate.TOLD


def _of_battery(facts: Facts, now: datetime) -> Iterator[Reminder]:
    """Once for each stage of a battery that goes down; it lasts while it is low."""
    low = facts.battery
    live = any(is_live(one, now) and one.kind is not OrderKind.PROTECTION for one in facts.orders)
    if low is None or not live or not facts.wears_tag or Kind.BATTERY not in facts.wanted:
        return
    if low.since_at > now or any(start <= now < end for start, end in facts.off):
        return
    said = Reminder(Occasion(Kind.BATTERY, low.since_at), low.step, Fate.TOLD)
    if said.key not in facts.handled:
        yield said
