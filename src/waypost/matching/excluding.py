"""What an exclusion rests on, for whoever must prove it: the two fixes, the way, the speed. Pure.

Asked of one pair at a time, and answered by the plain twin (`evidence.py`) alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import hypot

from waypost.clock import from_us, to_us
from waypost.geo import local_m
from waypost.matching.evidence import (
    DENSITY_MIN,
    EXCLUDED_MPS,
    Verdict,
    beyond_m,
    slowest_way,
    weigh,
)
from waypost.matching.evidence_places import places_of, radius_of
from waypost.matching.evidence_spots import Happened, Spot, padded, usable_r95_m
from waypost.matching.unsound import Span
from waypost.matching.values import Seen
from waypost.offences.values import Offence


@dataclass(frozen=True, slots=True)
class End:
    """One of the two fixes, and how far the place was from it.

    fix          as stated; r95_m is what was reckoned with, its mechanism's where it stated none
    away_m       from the middle of the place
    at_least_m   to its edge, were the fix off by twice its error
    """

    fix: Seen
    r95_m: float
    away_m: float
    at_least_m: float

    @property
    def at(self) -> datetime:
        return from_us(self.fix.us)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a tag cannot have been at a place: of all ways there and back, the easiest to go.

    left_out      the one fix between the two: the way holds even if that one is wrong altogether
    way_m         from the one to the place and on to the other, at least
    needed_mps    for that way in that time; every other way takes more
    assumed_mps   the fastest from door to door that is thought possible
    """

    before: End
    after: End
    left_out: Seen
    way_m: float
    seconds: float
    needed_mps: float
    assumed_mps: float

    @property
    def left_out_at(self) -> datetime:
        return from_us(self.left_out.us)


def exclusion(offence: Offence, fixes: Sequence[Seen], unsound: Sequence[Span]) -> Exclusion | None:
    """The exclusion of one tag from one offence, or None where it is not excluded. Of a line or an
    area it is that of the spot which could have been reached most easily.

    fixes     usable ones of one tag, by time and each once; an hour on each side of the padded
              window suffices
    unsound   when the tag was not sound (`unsound.merged`)
    """
    found: list[Exclusion] = []
    for place in places_of(offence):
        of_spot = _exclusion(offence, place, fixes, unsound)
        if of_spot is None:
            return None
        found.append(of_spot)
    return min(found, key=lambda one: one.needed_mps)


def _exclusion(
    offence: Offence, place: tuple[float, float], fixes: Sequence[Seen], unsound: Sequence[Span]
) -> Exclusion | None:
    happened = Happened(to_us(offence.from_at), to_us(offence.to_at), radius_of(offence))
    track = [_spot(place, fix) for fix in fixes]
    if weigh(happened, track, DENSITY_MIN, unsound).verdict is not Verdict.EXCLUDED:
        return None
    way = slowest_way(happened, track, *padded(happened))
    assert way is not None  # else it were no exclusion
    needed, one, other = way
    before, after = (_end(happened, fixes[n], track[n]) for n in (one, other))
    return Exclusion(
        before, after, fixes[one + 1],
        way_m=before.at_least_m + after.at_least_m,
        seconds=(track[other].us - track[one].us) / 1e6,
        needed_mps=needed,
        assumed_mps=EXCLUDED_MPS,
    )  # fmt: skip


def _spot(place: tuple[float, float], fix: Seen) -> Spot:
    east_m, north_m = local_m(fix.lat, fix.lon, *place)
    return Spot(fix.us, east_m, north_m, usable_r95_m(fix.r95_m, fix.mechanism))


def _end(happened: Happened, fix: Seen, spot: Spot) -> End:
    away_m = hypot(spot.east_m, spot.north_m)
    return End(fix, spot.r95_m, away_m, beyond_m(happened, spot))
