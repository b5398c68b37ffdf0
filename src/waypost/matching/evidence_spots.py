"""A fix and an offence as evidence sees them: metres about the place, microseconds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import hypot

from waypost.matching.chance import R95_M_MIN, R95_SIGMAS
from waypost.matching.compatible import PADDING
from waypost.units import R95_UNSTATED_M, Mechanism

PRECISE_R95_M = 150.0  # what tells streets apart; a mast does not
OBSERVED_FROM = 0.5  # the chance of being within the place from which a fix is at it


@dataclass(frozen=True, slots=True)
class Spot:
    """A usable fix as evidence sees it: metres east and north of the offence's place.

    sigma_m   standard deviation of its error on each axis
    r95_m     as stated, or its mechanism's
    """

    us: int
    east_m: float
    north_m: float
    r95_m: float

    @property
    def sigma_m(self) -> float:
        return max(self.r95_m, R95_M_MIN) / R95_SIGMAS

    @property
    def away_m(self) -> float:
        return hypot(self.east_m, self.north_m)


@dataclass(frozen=True, slots=True)
class Happened:
    """When and how large: the unpadded window, microseconds UTC, and the radius of the place."""

    from_us: int
    to_us: int
    radius_m: float


def usable_r95_m(r95_m: float, mechanism: int) -> float:
    """R95 to reckon with; 0 stands for not stated."""
    return r95_m if r95_m > 0 else R95_UNSTATED_M[Mechanism(mechanism)]


def padded(happened: Happened) -> tuple[int, int]:
    """The padded window, microseconds, both within it."""
    padding_us = PADDING // timedelta(microseconds=1)
    return happened.from_us - padding_us, happened.to_us + padding_us
