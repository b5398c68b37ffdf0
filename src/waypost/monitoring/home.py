"""Whether somebody is at home while a curfew binds: a state, without a place.

Asked as the person's page is (person:read), and only of curfews in force at that very instant: at
any other time whether somebody is at home is whereabouts, which are looked at with a purpose. What
is told here, a violation's row tells too; the page that shows it says so in its own audit line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.monitoring.parameter_queries import timeline
from waypost.orders.queries import case_of, person_orders
from waypost.orders.timetable import required_windows
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind
from waypost.positions.queries import fixes_between
from waypost.rules.fold import FixArrays
from waypost.rules.home_state import HomeState, Spell, home_spells
from waypost.rules.timeline import ParameterTimeline

BEFORE = timedelta(hours=1)  # of what came before the curfew began
LONGEST = timedelta(hours=14)  # a night is shorter; a curfew without hours is looked at so far back
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class HomeNow:
    """A curfew in force and where its wearer stands to it.

    since    None: for longer than was looked at
    """

    requirement_id: str
    spell: Spell
    since: datetime | None
    until: datetime  # when the curfew ends


def home_now(
    person_id: int,
    *,
    by: Posted,
    now: datetime,
    person: PersonOrders | None = None,
) -> list[HomeNow]:
    """The states of the curfews in force now; empty when none is.

    person   their orders, where the caller has them already
    raises   Refused or NoSuchThing
    """
    may.check(by, Permission.PERSON_READ, case_of(person_id, now=now))
    person = person or person_orders([person_id])[0]
    numbers = timeline()
    found = []
    for order in person.orders:
        for one in order.requirements:
            if one.kind is RequirementKind.CURFEW and (ends := _in_force(one, order, now)):
                found.append(_told(person, order, one, numbers, now, *ends))
    return found


def home_before(
    person: PersonOrders, requirement: str, edge_at: datetime, *, now: datetime
) -> HomeState:
    """Whether somebody is at home for a curfew that is about to begin: for the machine, which then
    reminds nobody. It is shown to nobody and leaves no line."""
    numbers, from_at = timeline(), now - BEFORE
    for order in person.orders:
        for one in order.requirements:
            asked = str(one.requirement_id) == requirement and one.kind is RequirementKind.CURFEW
            if asked and _in_force(one, order, edge_at):
                worn = [int(span.number) for span in person.activations if span.number is not None]
                fixes = FixArrays.from_table(fixes_between(worn, from_at, now + MOMENT))
                spells = home_spells(person, order, one, fixes, numbers, from_at=from_at, now=now)
                return spells[-1].state
    return HomeState.UNKNOWN


def _in_force(curfew: Requirement, order: Order, now: datetime) -> tuple[datetime, datetime] | None:
    """The window that holds the instant."""
    windows = required_windows(curfew, order, now - LONGEST, now + LONGEST)
    return next((window for window in windows if window[0] <= now < window[1]), None)


def _told(
    person: PersonOrders,
    order: Order,
    curfew: Requirement,
    numbers: ParameterTimeline,
    now: datetime,
    starts: datetime,
    ends: datetime,
) -> HomeNow:
    from_at = max(starts - BEFORE, now - LONGEST)
    worn = [int(span.number) for span in person.activations if span.number is not None]
    fixes = FixArrays.from_table(fixes_between(worn, from_at, now + MOMENT))
    spells = home_spells(person, order, curfew, fixes, numbers, from_at=from_at, now=now)
    last = spells[-1]
    return HomeNow(
        requirement_id=str(curfew.requirement_id),
        spell=last,
        since=None if last.from_at <= from_at else last.from_at,
        until=ends,
    )
