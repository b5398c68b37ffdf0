"""The ministry's rule in plain Python: slow, obvious, the twin that `scan.py` is checked against.

    offence -> its window padded by 10 min -> the person's fixes in it, in order of time
            -> each one's circle against the crime circle -> runs of those that count -> a match

A fix counts when at least half of its R95 circle lies within 100 m of the crime (a fix without
stated accuracy is a point). One is enough. Source: Ministry of Justice crime matching parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from math import acos, hypot, isnan, pi, sqrt

from waypost.clock import to_us
from waypost.geo import plane_for
from waypost.matching.values import Matched, Qualified, Seen
from waypost.offences.values import Offence

RADIUS_M = 100.0
PADDING = timedelta(minutes=10)
OVERLAP_MIN = 0.5
PRIOR_WITHIN = timedelta(hours=1)  # an older position says nothing about how the person came
COVERED_BY = timedelta(minutes=5)  # longer gaps between fixes are missing data (domain, section 3)
# Half of the fix circle exactly, when both circles have one centre, is 0.5 only up to rounding.
ROUNDING = 1e-9


def matched_pairs(
    offences: Sequence[Offence], people: Mapping[int, Iterable[Seen]]
) -> dict[tuple[int, int], Matched]:
    """(place of the offence in the list, person) -> match, for every pair that matches."""
    found = {}
    for person, fixes in people.items():
        track = in_order(fixes)
        for place, offence in enumerate(offences):
            matched = match(offence, track)
            if matched is not None:
                found[place, person] = matched
    return found


def in_order(fixes: Iterable[Seen]) -> list[Seen]:
    """By time, then key; a fix received twice stands once."""
    once: dict[tuple[int, int], Seen] = {}
    for fix in sorted(fixes, key=lambda fix: (fix.us, fix.key, fix.r95_m)):
        once.setdefault((fix.us, fix.key), fix)
    return list(once.values())


def match(offence: Offence, track: Sequence[Seen]) -> Matched | None:
    """The match of one person's usable fixes with one offence, or None.

    track   by (time, key), each fix once
    """
    padding = PADDING // timedelta(microseconds=1)
    from_us, to_us_ = to_us(offence.from_at), to_us(offence.to_at)
    near = [fix for fix in track if from_us - padding <= fix.us <= to_us_ + padding]
    distances = distances_m(offence, near)
    qualified = _labelled(near, distances)
    if not qualified:
        return None
    known = [(distance, n) for n, distance in enumerate(distances) if not isnan(distance)]
    nearest_m, place = min(known)
    return Matched(
        score=max(each.overlap for each in qualified),
        sequences=" ".join(each.label for each in qualified),
        nearest_m=nearest_m,
        nearest_spread_m=near[place].r95_m if near[place].r95_m > 0 else None,
        seconds_inside=_seconds_inside(qualified),
        coverage=coverage([fix.us for fix in near], from_us, to_us_),
        fixes=tuple(qualified),
        prior=_prior(offence, track, from_us - padding),
    )


def distances_m(offence: Offence, fixes: Sequence[Seen]) -> list[float]:
    """From the crime to each fix, metres on the crime's plane; NaN where that does not reach."""
    plane = plane_for(offence.lat, offence.lon)
    centre_east, centre_north = plane.project(offence.lat, offence.lon)
    east, north = plane.project([fix.lat for fix in fixes], [fix.lon for fix in fixes])
    return [
        hypot(x - centre_east[0], y - centre_north[0]) for x, y in zip(east, north, strict=True)
    ]


def overlap(distance_m: float, r95_m: float) -> float:
    """Which part of the fix's circle lies in the crime circle. A point is in (1) or out (0)."""
    if isnan(distance_m):
        return 0.0
    if not r95_m > 0:
        return 1.0 if distance_m <= RADIUS_M else 0.0
    return _lens_m2(distance_m, r95_m, RADIUS_M) / (pi * r95_m * r95_m)


def _lens_m2(apart: float, one: float, other: float) -> float:
    """The area common to two circles with radii `one` and `other`, centres `apart`."""
    if apart >= one + other:
        return 0.0
    if apart <= abs(one - other):
        return pi * min(one, other) ** 2
    one_part = (apart**2 + one**2 - other**2) / (2 * apart * one)
    other_part = (apart**2 + other**2 - one**2) / (2 * apart * other)
    kite = (one + other - apart) * (apart + one - other) * (apart - one + other)
    return (
        one**2 * acos(min(1.0, max(-1.0, one_part)))
        + other**2 * acos(min(1.0, max(-1.0, other_part)))
        - sqrt(max(0.0, kite * (apart + one + other))) / 2
    )


@lru_cache(maxsize=10_000)
def run_name(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    name = ""
    while number > 0:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def coverage(times_us: Sequence[int], from_us: int, to_us_: int) -> float:
    """The share of [from, to] that lies within 5 min of one of the times; an instant is 0 or 1."""
    reach = COVERED_BY // timedelta(microseconds=1)
    if from_us == to_us_:
        return float(any(abs(us - from_us) <= reach for us in times_us))
    covered, done_to = 0, from_us
    for us in sorted(times_us):
        begin, end = max(us - reach, done_to), min(us + reach, to_us_)
        if end > begin:
            covered += end - begin
            done_to = end
    return covered / (to_us_ - from_us)


def _labelled(fixes: Sequence[Seen], distances: Sequence[float]) -> list[Qualified]:
    """The fixes that count, labelled run by run: a fix between them that does not ends the run."""
    found: list[Qualified] = []
    run, place = 0, 0
    for fix, distance in zip(fixes, distances, strict=True):
        share = overlap(distance, fix.r95_m)
        if share < OVERLAP_MIN - ROUNDING:
            place = 0
            continue
        run, place = (run + 1, 1) if place == 0 else (run, place + 1)
        found.append(Qualified(f"{run_name(run)}{place}", fix, distance, share))
    return found


def _seconds_inside(qualified: Sequence[Qualified]) -> float:
    spans: dict[str, tuple[int, int]] = {}
    for each in qualified:
        run = each.label.rstrip("0123456789")
        first, _ = spans.get(run, (each.fix.us, each.fix.us))
        spans[run] = (first, each.fix.us)
    return sum(last - first for first, last in spans.values()) / 1e6


def _prior(offence: Offence, track: Sequence[Seen], before_us: int) -> tuple[Seen, float] | None:
    oldest = before_us - PRIOR_WITHIN // timedelta(microseconds=1)
    earlier = [fix for fix in track if oldest <= fix.us < before_us]
    if not earlier:
        return None
    return earlier[-1], distances_m(offence, earlier[-1:])[0]
