"""Whether a fixed zone gives away an address that its wearer must not learn.

A zone drawn around a secret address tells where it is: of a circle, the middle is the address. So
no fixed zone of the wearer may have any of its middles there. A zone that merely holds the address
somewhere says no more than its outline does; a moving exclusion (`around`) is the other way.

Which middles a person would look for: the middle of a circle, the centre of gravity of the area and
of each of its parts, the middle of its box, and of the smallest circle around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from waypost.geo import plane_for
from waypost.orders.shapes import flat
from waypost.orders.values import Zone

Place = tuple[float, float]  # (lat, lon), WGS84 degrees
# Nearer than this to a middle is at it: a house with its garden, and what a hand draws by.
NEAR_M = 50.0
# And so is a part of the zone's own reach: in a circle of 500 m, 100 m from the middle. A place
# anywhere in the circle lies so near its middle by chance once in 25.
NEAR_PART = 0.2
# The problem a file or an import reports (of `orders check`: zone_at_withheld_address).
AT_WITHHELD = "ZONE_AT_WITHHELD_ADDRESS"
AT_WITHHELD_MESSAGE = "the zone is centred on an address that is withheld from the wearer"
AT_WITHHELD_ACTION = "draw it so that its middle lies elsewhere, or send around instead of a zone"


def centred_on_withheld(zones: Iterable[Zone], withheld: Iterable[Place]) -> bool:
    """Whether a middle of one of the zones lies at a withheld address."""
    places = list(withheld)
    return any(_centred(zone, place) for zone in zones for place in places)


def _centred(zone: Zone, place: Place) -> bool:
    plane = plane_for(*place)
    area = flat(zone, plane)
    east, north = plane.project(*place)
    spot = shapely.Point(float(east[0]), float(north[0]))
    if not math.isfinite(spot.x):
        return False
    return any(middle.distance(spot) <= near_m for middle, near_m in _middles(area))


def _middles(area: BaseGeometry) -> Iterator[tuple[BaseGeometry, float]]:
    """Each middle, with how near to it is at it."""
    parts = [area, *(shapely.get_parts(area) if area.geom_type.startswith("Multi") else ())]
    for part in parts:
        if part.is_empty:  # a zone that reaches off the place's plane is not around it
            continue
        near_m = max(NEAR_M, NEAR_PART * math.sqrt(part.area / math.pi))
        yield part.centroid, near_m
        yield part.envelope.centroid, near_m
        yield shapely.minimum_bounding_circle(part).centroid, near_m
