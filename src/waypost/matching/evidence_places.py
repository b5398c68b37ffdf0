"""The spots that stand for an offence's place (a point, a line, an area), and its size. Pure."""

from __future__ import annotations

from math import pi

from waypost.offences.shapes import area_m2, spots_of
from waypost.offences.values import Offence

RADIUS_M_MIN = 1.0  # a place of no size has no inside


def places_of(offence: Offence) -> tuple[tuple[float, float], ...]:
    """The spots that stand for an offence's place, WGS84 degrees."""
    if offence.shape is None:
        return ((offence.lat, offence.lon),)
    return spots_of(offence.shape, radius_of(offence))


def radius_of(offence: Offence) -> float:
    return max(offence.radius_m, RADIUS_M_MIN)


def place_m2(offence: Offence) -> float:
    """Of all that lies within the radius of the place."""
    if offence.shape is None:
        return pi * radius_of(offence) ** 2
    return area_m2(offence.shape, radius_of(offence))
