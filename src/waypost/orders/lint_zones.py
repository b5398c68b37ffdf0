"""Odd zones: shapes that are none, places abroad, too small to be told, too large to be meant."""

from __future__ import annotations

import math
from collections.abc import Iterator

import shapely
from shapely.geometry import shape

from waypost.orders.finding import Said, asked_of
from waypost.orders.shapes import (
    crosses_antimeridian,
    far_from_britain,
    flat,
    plane_of,
    sound,
    trouble_of,
)
from waypost.orders.values import PersonOrders, Requirement, RequirementKind, Zone

# A tag outdoors is good to about 28 m (domain page, section 3): inside less nobody can be placed.
ZONE_RADIUS_M_MIN = 28
# Greater London is 1,572 km2 (ONS, standard area measurements): a larger place is seldom meant.
ZONE_KM2_NOTABLE = 1600
# More corners than a hand draws or a court describes; each is measured against for every fix.
ZONE_POSITIONS_NOTABLE = 5000
MUST_BE_INSIDE = {RequirementKind.CURFEW, RequirementKind.INCLUSION, RequirementKind.ATTENDANCE,
                  RequirementKind.RESTRICTION, RequirementKind.FITTING}  # fmt: skip


def zones(person: PersonOrders) -> Iterator[Said]:
    """What is odd about each zone: its shape first, since a broken one has no size."""
    for _, requirement in asked_of(person):
        for zone in requirement.zones:
            trouble = trouble_of(zone)
            found = [trouble] if trouble else _of_sound(requirement, zone)
            for kind, message in found:
                yield requirement.requirement_id, kind, message


def _of_sound(requirement: Requirement, zone: Zone) -> Iterator[tuple[str, str]]:
    if far_from_britain(zone):
        yield "zone_outside_britain", "the zone is abroad"
    if zone.radius_m is not None:
        yield from _of_circle(requirement, zone.radius_m)
        return
    if crosses_antimeridian(zone):
        yield ("zone_crosses_antimeridian",
               "the zone is taken the short way round, over the 180th meridian; GeoJSON asks for "
               "one part on each side of it")  # fmt: skip
    positions = shapely.get_num_coordinates(shape(dict(zone.geometry)))
    if positions > ZONE_POSITIONS_NOTABLE:
        yield ("zone_very_detailed",
               f"{positions:,} positions; judging each fix against them is slow, and a simpler "
               "outline says the same")  # fmt: skip
    area = sound(flat(zone, plane_of(zone)))
    yield from _too_large(area.area)
    # A place to be in, in which no point is far enough from the edge for a tag to be placed.
    if requirement.kind in MUST_BE_INSIDE and area.buffer(-ZONE_RADIUS_M_MIN).is_empty:
        yield ("zone_too_small",
               f"nowhere in it lies {ZONE_RADIUS_M_MIN} m from its edge; a tag can hardly be "
               "placed there")  # fmt: skip


def _of_circle(requirement: Requirement, radius_m: float) -> Iterator[tuple[str, str]]:
    if requirement.kind in MUST_BE_INSIDE and radius_m < ZONE_RADIUS_M_MIN:
        yield "zone_too_small", f"within {radius_m:g} m a tag can hardly be placed"
    yield from _too_large(math.pi * radius_m**2)


def _too_large(area_m2: float) -> Iterator[tuple[str, str]]:
    km2 = area_m2 / 1e6
    if km2 > ZONE_KM2_NOTABLE:
        yield "zone_very_large", f"{km2:,.0f} km²; Greater London has 1,572"
