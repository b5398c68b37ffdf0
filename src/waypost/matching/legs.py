"""How a tag came to a place and left it: the plain twin of `legs_kernel.py`. Pure.

    fixes that tell streets apart -> the first and the last at the place in the padded window
    -> the leg from the fix before the one, and the leg to the fix after the other

A place is one spot, or the several that stand for a line or an area: a fix is at it where it is
more likely than not within the radius of any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot

from waypost.matching.chance import within
from waypost.matching.evidence_spots import OBSERVED_FROM, PRECISE_R95_M, Happened, Spot, padded

LEG_US_MAX = 300_000_000  # over a longer gap, how one came or went was not observed


@dataclass(frozen=True, slots=True)
class Leg:
    """How a tag came or went: from one fix to the next.

    course_deg   from north, the way it moved; None where the fixes' errors are as long as the leg
    """

    speed_mps: float
    course_deg: float | None


def came_and_went(
    happened: Happened, tracks: Sequence[Sequence[Spot]]
) -> tuple[Leg | None, Leg | None]:
    """The leg to the first fix at the place in the padded window, and the leg away from the last;
    None where it was not observed: no fix there, or none within five minutes before (after) it, or
    that one is at the place, too.

    By precise fixes alone: a mast's coverage has no direction.

    tracks   the same fixes as seen from each spot of the place, in one order; the leg is measured
             on the plane of the first (0.4 % off at most, 20 km from it)
    """
    begin, end = padded(happened)
    precise = [n for n, spot in enumerate(tracks[0]) if spot.r95_m <= PRECISE_R95_M]
    mine = [tracks[0][n] for n in precise]
    there = [any(_is_at(happened, track[n]) for track in tracks) for n in precise]
    seen = [n for n, spot in enumerate(mine) if there[n] and begin <= spot.us <= end]
    if not seen:
        return None, None
    first, last = seen[0], seen[-1]
    came = first > 0 and not there[first - 1]
    went = last + 1 < len(mine) and not there[last + 1]
    return (_leg(mine[first - 1], mine[first]) if came else None,
            _leg(mine[last], mine[last + 1]) if went else None)  # fmt: skip


def _is_at(happened: Happened, spot: Spot) -> bool:
    return within(spot.away_m, spot.sigma_m, happened.radius_m) >= OBSERVED_FROM


def _leg(one: Spot, other: Spot) -> Leg | None:
    gap_us = other.us - one.us
    if not 0 < gap_us <= LEG_US_MAX:
        return None
    east_m, north_m = other.east_m - one.east_m, other.north_m - one.north_m
    way_m = hypot(east_m, north_m)
    plain = way_m > hypot(one.r95_m, other.r95_m)
    return Leg(way_m / (gap_us / 1e6), degrees(atan2(east_m, north_m)) % 360 if plain else None)
