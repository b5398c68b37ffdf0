"""The chance that a fix's error brings a tag to a place: plain twin of `chance_kernel.py`. Pure.

A fix is a round normal error, now and then a far larger one; the recorded place is off, too.
"""

from __future__ import annotations

from math import exp, pi, sqrt

R95_SIGMAS = 2.4477  # R95 of a round normal error, in standard deviations: sqrt(-2 ln 0.05)
R95_M_MIN = 8.0  # no receiver in a town is better than this, whatever it states
# One fix in fifty lies: reflections in streets give errors far beyond what is stated (our worlds
# put fixes that claim 2 m up to 200 m out).
LIE_SHARE = 0.02
LIE_SIGMA_M = 120.0
# The recorded place against the true one, as parts of the offence's radius, with their weights: an
# address point is some tens of metres from a door or a car, now and then a street away.
PLACE_SPREADS = ((0.11, 0.75), (0.35, 0.25))
FAR_SIGMAS = 5.0
BEYOND_SPREAD = 0.05  # a spread is told as fixes tell theirs: an R95
SPREAD_HALVINGS = 40  # of at most some kilometres: to far less than a millimetre


def at_spot(
    away_m: float, straight_m: float, detour_m: float, detour: float, radius_m: float
) -> float:
    """Density, per m2, of being at the true spot, for a place this far from where one is thought.

    straight_m, detour_m   standard deviations of the two ways there; detour: the second's share
    """
    found = 0.0
    for part, weight in PLACE_SPREADS:
        place = (part * radius_m) ** 2
        honest = (1 - detour) * _normal(away_m, straight_m**2 + place)
        honest += detour * _normal(away_m, detour_m**2 + place)
        lying = _normal(away_m, straight_m**2 + LIE_SIGMA_M**2 + place)
        found += weight * ((1 - LIE_SHARE) * honest + LIE_SHARE * lying)
    return found


def reach_m(sigma_m: float, radius_m: float) -> float:
    """Beyond this, nothing of a spread is worth reckoning."""
    return radius_m + FAR_SIGMAS * max(sigma_m, LIE_SIGMA_M)


def within(away_m: float, sigma_m: float, radius_m: float) -> float:
    """The chance that a round normal error brings somebody into the circle: the Rice distribution's
    integral up to the radius, by the trapezium rule."""
    low, high = max(0.0, away_m - 6 * sigma_m), min(radius_m, away_m + 6 * sigma_m)
    if high <= low:
        return 0.0
    steps = 48
    width, total = (high - low) / steps, 0.0
    for n in range(steps + 1):
        r = low + n * width
        z = r * away_m / sigma_m**2
        part = r / sigma_m**2 * exp(-((r - away_m) ** 2) / (2 * sigma_m**2)) * bessel_0(z)
        total += part * (0.5 if n in {0, steps} else 1.0)
    return min(1.0, total * width)


def spread_m(r95_m: float, radius_m: float) -> float:
    """How far a measured distance from the recorded place may be off, in 95 of 100 cases: the error
    of a fix and that of the recorded place together.

    The radius R beyond which one case in twenty lies, where the two errors add: each of
    PLACE_SPREADS gives, with its weight, a round normal error of which exp(-R^2 / 2 variance) lies
    beyond R. Lies (LIE_SHARE) are left out: one fix in fifty is farther off than any says.
    """
    sigma = max(r95_m, R95_M_MIN) / R95_SIGMAS
    spreads = [(sigma**2 + (part * radius_m) ** 2, weight) for part, weight in PLACE_SPREADS]
    low, high = (R95_SIGMAS * sqrt(pick(spreads)[0]) for pick in (min, max))
    for _ in range(SPREAD_HALVINGS):
        middle = (low + high) / 2
        beyond = sum(weight * exp(-(middle**2) / (2 * variance)) for variance, weight in spreads)
        low, high = (middle, high) if beyond > BEYOND_SPREAD else (low, middle)
    return (low + high) / 2


def bessel_0(z: float) -> float:
    """exp(-z) I0(z), z from 0. Source: Abramowitz and Stegun, 9.8.1 and 9.8.2."""
    if z < 3.75:
        t = (z / 3.75) ** 2
        return exp(-z) * (1 + t * (3.5156229 + t * (3.0899424 + t * (1.2067492 + t * (
            0.2659732 + t * (0.0360768 + t * 0.0045813))))))  # fmt: skip
    t = 3.75 / z
    return (0.39894228 + t * (0.01328592 + t * (0.00225319 + t * (-0.00157565 + t * (
        0.00916281 + t * (-0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377))))
    )))) / sqrt(z)  # fmt: skip


def _normal(away_m: float, variance_m2: float) -> float:
    """Density of a round normal spread, per m2, this far from its middle."""
    return exp(-(away_m**2) / (2 * variance_m2)) / (2 * pi * variance_m2)
