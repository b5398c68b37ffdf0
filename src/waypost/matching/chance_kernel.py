"""The compiled half of `chance.py`: the chance of being within a circle comes from a table of its
exact integral."""

from __future__ import annotations

import math

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.matching import chance as plain

Floats = npt.NDArray[np.float64]

_LIE_SHARE, _LIE_SIGMA_M = plain.LIE_SHARE, plain.LIE_SIGMA_M
_PLACE = np.array(plain.PLACE_SPREADS)

# The table: away / radius from 0 to TABLE_AWAY, and the logarithm of sigma / radius.
TABLE_AWAY, TABLE_COLUMNS = 12.0, 361
TABLE_LOW, TABLE_HIGH, TABLE_ROWS = math.log(0.01), math.log(30.0), 241
NARROW_RADII = 0.15  # below it the table is further off (up to 0.2) than a straight border
WIDE_RADII = 20.0  # beyond it the circle is a point beside the spread


@nb.njit(cache=True)
def bessel_0(z: float) -> float:
    if z < 3.75:
        t = (z / 3.75) ** 2
        return math.exp(-z) * (1 + t * (3.5156229 + t * (3.0899424 + t * (1.2067492 + t * (
            0.2659732 + t * (0.0360768 + t * 0.0045813))))))  # fmt: skip
    t = 3.75 / z
    return (0.39894228 + t * (0.01328592 + t * (0.00225319 + t * (-0.00157565 + t * (
        0.00916281 + t * (-0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377))))
    )))) / math.sqrt(z)  # fmt: skip


@nb.njit(cache=True)
def within_table() -> Floats:
    """The chance of being in a circle of radius 1, by sigma (rows) and how far one is (columns)."""
    found = np.zeros((TABLE_ROWS, TABLE_COLUMNS))
    for row in range(TABLE_ROWS):
        sigma = math.exp(TABLE_LOW + (TABLE_HIGH - TABLE_LOW) * row / (TABLE_ROWS - 1))
        for column in range(TABLE_COLUMNS):
            away = TABLE_AWAY * column / (TABLE_COLUMNS - 1)
            low, high = max(0.0, away - 6 * sigma), min(1.0, away + 6 * sigma)
            if high <= low:
                continue
            steps = 96
            width, total = (high - low) / steps, 0.0
            for n in range(steps + 1):
                r = low + n * width
                part = (r / sigma**2 * math.exp(-((r - away) ** 2) / (2 * sigma**2))
                        * bessel_0(r * away / sigma**2))  # fmt: skip
                total += part * (0.5 if n in (0, steps) else 1.0)
            found[row, column] = min(1.0, total * width)
    return found


@nb.njit(cache=True)
def within(table: Floats, away_m: float, sigma_m: float, radius_m: float) -> float:
    if sigma_m < NARROW_RADII * radius_m:
        return _narrow(away_m, sigma_m, radius_m)
    at = away_m / radius_m / TABLE_AWAY * (TABLE_COLUMNS - 1)
    if sigma_m > WIDE_RADII * radius_m:
        return far_chance(away_m, sigma_m, radius_m)
    if at >= TABLE_COLUMNS - 1:
        return 0.0 if sigma_m < radius_m else far_chance(away_m, sigma_m, radius_m)
    up = (math.log(sigma_m / radius_m) - TABLE_LOW) / (TABLE_HIGH - TABLE_LOW) * (TABLE_ROWS - 1)
    up = min(max(up, 0.0), TABLE_ROWS - 1.000001)
    column, row = int(at), int(up)
    x, y = at - column, up - row
    low = table[row, column] * (1 - x) + table[row, column + 1] * x
    high = table[row + 1, column] * (1 - x) + table[row + 1, column + 1] * x
    return float(low * (1 - y) + high * y)


@nb.njit(cache=True)
def _narrow(away_m: float, sigma_m: float, radius_m: float) -> float:
    """Where the border is nearly straight beside the spread, and the table too coarse for it: how
    far one is from the middle is normal about away + sigma^2 / (2 away)."""
    away_m = max(away_m, sigma_m)
    inside_m = radius_m - away_m - sigma_m**2 / (2 * away_m)
    return 0.5 * math.erfc(-inside_m / (sigma_m * math.sqrt(2)))


@nb.njit(cache=True)
def far_chance(away_m: float, sigma_m: float, radius_m: float) -> float:
    """Where the circle is small beside both: its area times the density at its middle."""
    two = 2 * sigma_m**2
    return radius_m**2 / two * math.exp(-(away_m**2) / two)


@nb.njit(cache=True)
def _normal(squared_m2: float, variance_m2: float) -> float:
    return math.exp(-squared_m2 / (2 * variance_m2)) / (2 * math.pi * variance_m2)


@nb.njit(cache=True)
def at_spot(
    squared_m2: float, straight_m2: float, detour_m2: float, detour: float, radius_m: float
) -> float:
    """As the plain one, of squares: of how far, and of both spreads."""
    found = 0.0
    for n in range(_PLACE.shape[0]):
        place = (_PLACE[n, 0] * radius_m) ** 2
        honest = (1 - detour) * _normal(squared_m2, straight_m2 + place)
        if detour > 0:
            honest += detour * _normal(squared_m2, detour_m2 + place)
        lying = _normal(squared_m2, straight_m2 + _LIE_SIGMA_M**2 + place)
        found += _PLACE[n, 1] * ((1 - _LIE_SHARE) * honest + _LIE_SHARE * lying)
    return found


def spreads_m(r95_m: Floats, radius_m: Floats) -> Floats:
    """`chance.spread_m` over arrays."""
    sigma = np.maximum(r95_m, plain.R95_M_MIN) / plain.R95_SIGMAS
    variance = sigma[:, None] ** 2 + (_PLACE[:, 0] * radius_m[:, None]) ** 2
    low, high = (plain.R95_SIGMAS * np.sqrt(pick(variance, axis=1)) for pick in (np.min, np.max))
    for _ in range(plain.SPREAD_HALVINGS):
        middle = (low + high) / 2
        beyond = np.exp(-(middle[:, None] ** 2) / (2 * variance)) @ _PLACE[:, 1]
        farther = beyond > plain.BEYOND_SPREAD
        low, high = np.where(farther, middle, low), np.where(farther, high, middle)
    return np.asarray((low + high) / 2)
