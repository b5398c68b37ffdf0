"""Places to be in that cannot be reached: a zone across the way, an appointment in a curfew.

A way is looked for on open ground within FAR_M of the two places: if the zone and nothing else
parts them, nobody can go from one to the other without entering it. The straight way through a zone
is told too, since a bus takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import shapely

from waypost.orders.appointments import occurrences
from waypost.orders.finding import Said, asked_of, later, span_looked_at
from waypost.orders.shapes import covers, distance_m, flat, plane_of, sound
from waypost.orders.timetable import required_windows
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind, Zone

FAR_M = 30_000.0  # round Greater London's half is no way round
NEAR_M = 60_000.0  # places further apart are not looked at
CROSSED_M = 100.0  # less of a straight way in a zone is a corner cut
TOGETHER = timedelta(days=56)
HOME = {RequirementKind.CURFEW, RequirementKind.RESTRICTION}
ELSEWHERE = {RequirementKind.ATTENDANCE, RequirementKind.INCLUSION}

Asked = tuple[Order, Requirement]


def ways(person: PersonOrders) -> Iterator[Said]:
    """Exclusion zones between home and another place to be in."""
    asked = list(asked_of(person))
    homes = [one for one in asked if one[1].kind in HOME and one[1].zones]
    others = [one for one in asked if one[1].kind in ELSEWHERE and one[1].zones]
    for order, exclusion in asked:
        if exclusion.kind is not RequirementKind.EXCLUSION or exclusion.timetable is not None:
            continue
        for home in homes:
            for other in others:
                if _same_time((order, exclusion), home, other):
                    yield from _between(exclusion, home[1], other[1])


def appointments(person: PersonOrders) -> Iterator[Said]:
    """Appointments away from the curfew's address in hours of that curfew."""
    asked = list(asked_of(person))
    for order, curfew in asked:
        if curfew.kind is not RequirementKind.CURFEW or not curfew.zones:
            continue
        for other_order, other in asked:
            if other.appointments and _apart(curfew, other):
                yield from _clash(order, curfew, other_order, other)


def _clash(
    order: Order, curfew: Requirement, other_order: Order, other: Requirement
) -> Iterator[Said]:
    start = max(span_looked_at(order, curfew)[0], span_looked_at(other_order, other)[0])
    end = min(later(start, TOGETHER), span_looked_at(order, curfew)[1])
    hours = required_windows(curfew, order, start, end) if start < end else []
    for series in other.appointments if hours else ():
        for one in occurrences(
            series, start, end, timezone=other.timezone, division=other.bank_holiday_division
        ):
            if any(a < one.to_at and one.from_at < b for a, b in hours):
                yield (other.requirement_id, "appointment_in_curfew",
                       f"an appointment falls within the hours of {curfew.requirement_id} "
                       "(curfew), which are spent elsewhere; authorise an absence or move "
                       "one of the two")  # fmt: skip
                return


def _apart(curfew: Requirement, other: Requirement) -> bool:
    """Whether no place of the one touches a place of the other."""
    return bool(other.zones) and all(
        distance_m(one, place) > 0 for one in curfew.zones for place in other.zones
    )


def _between(exclusion: Requirement, home: Requirement, other: Requirement) -> Iterator[Said]:
    for zone in exclusion.zones:
        for here in home.zones:
            for there in other.zones:
                if said := _way(zone, here, there):
                    kind, words = said
                    yield (exclusion.requirement_id, kind,
                           f"{words} between {home.requirement_id} ({home.kind}) and "
                           f"{other.requirement_id} ({other.kind})")  # fmt: skip
                    return


def _way(zone: Zone, here: Zone, there: Zone) -> tuple[str, str] | None:
    if distance_m(here, there) > NEAR_M or distance_m(zone, here) > NEAR_M:
        return None
    if covers(zone, here) or covers(zone, there):
        return None  # said already, and of the place itself
    plane = plane_of(zone)
    area = sound(flat(zone, plane))
    begin, end = (flat(place, plane).representative_point() for place in (here, there))
    ground = shapely.box(*shapely.union_all([begin, end, area]).bounds).buffer(FAR_M)
    pieces = shapely.get_parts(shapely.difference(ground, area))
    if not any(piece.covers(begin) and piece.covers(end) for piece in pieces):
        return "way_cut_off", "the zone leaves no way round it"
    if shapely.intersection(shapely.LineString([begin, end]), area).length > CROSSED_M:
        return "way_through_zone", "the zone lies across the straight way"
    return None


def _same_time(*asked: Asked) -> bool:
    spans = [span_looked_at(order, requirement) for order, requirement in asked]
    return max(start for start, _ in spans) < min(end for _, end in spans)


CHECKS: tuple[Callable[[PersonOrders], Iterable[Said]], ...] = (ways, appointments)
