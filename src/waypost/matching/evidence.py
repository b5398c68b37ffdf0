"""How strongly a track speaks for a wearer's having been at an offence: the plain twin.

    fixes near the window -> where the wearer may have been at each instant between them
    -> density at the true spot, averaged over when it may have happened   (numerator)
    -> the same density by the wearer's own habit and by everybody's        (base rate)
    -> likelihood ratio -> calibrated score; class from what was observed and what was possible

Formulae and sources stand in docs/matching.md. Slow and obvious: `evidence_kernel.py` does the same
over arrays, and tests compare them. Metres are true ones around the offence (`local_m`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from math import exp, hypot, inf, log, pi, sqrt

from waypost.matching.chance import at_spot, reach_m, spread_m, within
from waypost.matching.compatible import PADDING, coverage
from waypost.matching.evidence_spots import (
    OBSERVED_FROM,
    PRECISE_R95_M,
    Happened,
    Spot,
    padded,
)
from waypost.matching.legs import Leg, came_and_went
from waypost.matching.unsound import Span, touching

# Between two fixes: mostly straight on, within a spread that grows with the time and the way; or,
# the longer the gap the likelier, a detour at walking pace. m2/s, and parts of the way.
STRAIGHT_M2_S, STRAIGHT_OF_WAY = 1.0, 0.3
DETOUR_M2_S, DETOUR_OF_WAY = 200.0, 0.5
DETOUR_AFTER_S = 3_600.0
# Recorded windows are a little wrong now and then: this much of the weight lies in the padding too.
WINDOW_S_MIN = 120.0
SLIP_WEIGHT = 0.08
# Nobody steals from a moving bus: a fast way past counts less, never nothing.
PASSING_MPS = 3.0
PASSING_WEIGHT_MIN = 0.2
# A stay within the place counts less the longer it is. Our assumption: offences of the seven kinds
# are minutes; visits to friends, shops and work are not.
STAY_S = 700.0
STAY_AROUND_S = 1_800.0  # a stay is measured so far beyond the padded window
# Base rates: what the wearer does outside the window and an hour around it; the same time of day
# counts as much as all times; a week of everybody's habit is put to it.
AROUND_S = 3_600.0
SAME_TIME_S = 5_400.0
HABIT_S = 604_800.0
STEP_US_MAX = 300_000_000  # a fix stands for at most five minutes of history
DENSITY_MIN = 1e-9  # per m2: nobody is anywhere in a town of 1,000 km2 less often than by chance
EVERYBODY_M = 50.0
# Excluded: at no instant of the padded window could the tag have reached the place between the
# fixes around it, even if any single one of them lies.
EXCLUDED_MPS = 25.0  # 90 km/h, from door to door and back
TOLERANCE_R95S = 2.0
TOLERANCE_M_MIN = 60.0
POSSIBLE_FROM = 0.01
QUADRATURE_S = 30.0
STEPS_MAX = 60
BEYOND_US = 300_000_000  # the first and the last fix of a track stand for five minutes beyond it
# log odds of *did it* = the sum of these times `signs`: a logistic regression on all pairs listed
# in nine tuning worlds, by `waypost bench evidence --fit` (docs/matching.md).
SCORE_WEIGHTS = (-19.203, 0.859, 8.149, -0.785, -2.020)
# Offsets and bounds keep logarithms finite where nothing was seen, or nothing near.
STAY_S_ADDED = 30.0
NEAREST_M_ADDED, NEAREST_M_MAX = 20.0, 2_000.0
DAY_US = 86_400_000_000


class Verdict(StrEnum):
    OBSERVED = "observed"
    POSSIBLE = "possible"
    CANNOT_TELL = "cannot_tell"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one wearer's fixes say of one offence.

    presence      the highest chance, over the padded window, of being within the place
    density       per m2, at the true spot, averaged over when it may have happened
    needed_mps    the least speed at which the place could have been reached; inf where no two fixes
                  stand around the window
    nearest_m     of a fix in the padded window, from the middle of the place; inf: no fix
    spread_m      how far that may be off, in 95 of 100 cases: the error of that fix (of several as
                  near, the first) and of the recorded place together (`chance.spread_m`); None
                  where there is no fix
    stay_s        the longest run of precise fixes within reach of the place (`longest_stay_s`)
    entry, exit   how it came to the place and left it, where that was observed (`came_and_went`)
    unsound       the first time of an unsound strap, case, radio or clock that touches what the
                  pair rests on: nothing is excluded by such a tag
    """

    verdict: Verdict
    presence: float
    density: float
    base_rate: float
    likelihood_ratio: float
    score: float
    nearest_m: float
    spread_m: float | None
    seconds_inside: float
    stay_s: float
    coverage: float
    needed_mps: float
    unsound: Span | None
    entry: Leg | None
    exit: Leg | None


def weigh(
    happened: Happened, track: Sequence[Spot], everybody: float, unsound: Sequence[Span] = ()
) -> Weighed:
    """One wearer's usable fixes, by time and each once, against one offence.

    everybody   per m2: how often tags are at the place by chance (`evidence_scan` counts it)
    unsound     when the tag was not sound; empty where nothing is known against it
    """
    begin, end = padded(happened)
    near = [spot for spot in track if begin <= spot.us <= end]
    presence, density, inside_s = _over_window(happened, track, begin, end)
    base = base_rate(happened, track, everybody)
    ratio = max(density, DENSITY_MIN * 1e-6) / base
    needed = needed_mps(happened, track, begin, end)
    nearest = min(near, key=lambda spot: spot.away_m, default=None)
    nearest_m = inf if nearest is None else nearest.away_m
    stay_s = longest_stay_s(happened, track)
    trouble = touching(unsound, *rests_on(track, begin, end))
    entry, leaving = came_and_went(happened, [track])
    seen = any(within(spot.away_m, spot.sigma_m, happened.radius_m) >= OBSERVED_FROM
               for spot in near)  # fmt: skip
    return Weighed(
        verdict=_verdict(seen, presence, needed, sound=trouble is None),
        presence=presence,
        density=density,
        base_rate=base,
        likelihood_ratio=ratio,
        score=score_of(ratio, stay_s, nearest_m),
        nearest_m=nearest_m,
        spread_m=None if nearest is None else spread_m(nearest.r95_m, happened.radius_m),
        seconds_inside=inside_s,
        stay_s=stay_s,
        coverage=coverage([spot.us for spot in near], happened.from_us, happened.to_us),
        needed_mps=needed,
        unsound=trouble,
        entry=entry,
        exit=leaving,
    )


def weigh_place(
    happened: Happened,
    tracks: Sequence[Sequence[Spot]],
    everybody: Sequence[float],
    unsound: Sequence[Span] = (),
) -> Weighed:
    """The same of a line or an area: one track as seen from each of the spots that stand for it.

    It may have happened at any of them, each as likely as the other: densities and base rates are
    means. Presence, stay and seconds are those of the spot where they are most, the distance and
    the speed those of the spot where they are least: excluded is who could reach none of them. It
    came to the place where it came to the first of its spots (`legs.py`).

    tracks, everybody   of each spot, in one order
    """
    each = [weigh(happened, track, often, unsound)
            for track, often in zip(tracks, everybody, strict=True)]  # fmt: skip
    if len(each) == 1:
        return each[0]
    density = sum(one.density for one in each) / len(each)
    base = sum(one.base_rate for one in each) / len(each)
    ratio = max(density, DENSITY_MIN * 1e-6) / base
    presence, stay_s = max(one.presence for one in each), max(one.stay_s for one in each)
    nearest, needed = min(each, key=lambda one: one.nearest_m), min(one.needed_mps for one in each)
    entry, leaving = came_and_went(happened, tracks)
    seen = any(one.verdict is Verdict.OBSERVED for one in each)
    return replace(
        each[0],
        verdict=_verdict(seen, presence, needed, sound=each[0].unsound is None),
        presence=presence,
        density=density,
        base_rate=base,
        likelihood_ratio=ratio,
        score=score_of(ratio, stay_s, nearest.nearest_m),
        nearest_m=nearest.nearest_m,
        spread_m=nearest.spread_m,
        seconds_inside=max(one.seconds_inside for one in each),
        stay_s=stay_s,
        needed_mps=needed,
        entry=entry,
        exit=leaving,
    )


def rests_on(track: Sequence[Spot], begin: int, end: int) -> tuple[int, int]:
    """From when to when a pair rests on the tag: [begin, end], out to the second fix before it and
    the second after it (the first may lie, and is left out in turn), as far as there are any."""
    before = [spot.us for spot in track if spot.us < begin][-2:]
    after = [spot.us for spot in track if spot.us > end][:2]
    return min([begin, *before]), max([end, *after])


def score_of(ratio: float, stay_s: float, nearest_m: float) -> float:
    """The calibrated score, 0 to 1: it orders reading. The ratio alone speaks as evidence."""
    odds = sum(
        weight * sign
        for weight, sign in zip(SCORE_WEIGHTS, signs(ratio, stay_s, nearest_m), strict=True)
    )
    return 1 / (1 + exp(-odds))


def signs(ratio: float, stay_s: float, nearest_m: float) -> tuple[float, ...]:
    """What the score is made of: 1, ln ratio, ln stay and its square, ln of the nearest distance.

    The square lets a stay of minutes count more than a way past and than hours.
    """
    stay = log(stay_s + STAY_S_ADDED)
    near = log(min(nearest_m, NEAREST_M_MAX) + NEAREST_M_ADDED)
    return 1.0, log(ratio), stay, stay * stay, near


def longest_stay_s(happened: Happened, track: Sequence[Spot]) -> float:
    """From first to last of the longest run of precise fixes that may each have been within the
    place, in the padded window and half an hour around it; 0 where there is none.

    A fix that does not tell streets apart neither makes a run nor breaks one.
    """
    begin, end = (edge + sign * int(STAY_AROUND_S * 1e6)
                  for edge, sign in zip(padded(happened), (-1, 1), strict=True))  # fmt: skip
    longest_us, first_us = 0, None
    for spot in track:
        if spot.r95_m > PRECISE_R95_M or not begin <= spot.us <= end:
            continue
        if spot.away_m > happened.radius_m + spot.r95_m:
            first_us = None
            continue
        first_us = spot.us if first_us is None else first_us
        longest_us = max(longest_us, spot.us - first_us)
    return longest_us / 1e6


def everybody_there(radius_m: float, tracks: Iterable[Sequence[Spot]]) -> float:
    """Per m2: which part of all tags' time is spent at the place, within a little more than its
    radius; by precise fixes alone, each for as long as it stands."""
    all_us = there_us = 0.0
    wide_m = radius_m + EVERYBODY_M
    for track in tracks:
        for one, other in pairwise(track):
            if one.r95_m > PRECISE_R95_M:
                continue
            stands_us = min(other.us - one.us, STEP_US_MAX)
            all_us += stands_us
            there_us += stands_us if one.away_m <= wide_m else 0
    return max(there_us / max(all_us, 1.0) / (pi * wide_m**2), DENSITY_MIN)


def base_rate(happened: Happened, track: Sequence[Spot], everybody: float) -> float:
    """Per m2: how often this wearer is at the spot otherwise, the same time of day and any; with
    everybody's habit where their own history is short."""
    around_us = int(AROUND_S * 1e6)
    all_us = all_there = same_us = same_there = 0.0
    for n, spot in enumerate(track):
        if happened.from_us - around_us <= spot.us <= happened.to_us + around_us:
            continue
        after = track[n + 1].us if n + 1 < len(track) else spot.us
        stands_us = min(after - spot.us, STEP_US_MAX)
        far = spot.away_m > reach_m(spot.sigma_m, happened.radius_m)
        sigma = spot.sigma_m
        there = 0.0 if far else at_spot(spot.away_m, sigma, sigma, 0.0, happened.radius_m)
        all_us, all_there = all_us + stands_us, all_there + stands_us * there
        if same_time_of_day(happened, spot.us):
            same_us, same_there = same_us + stands_us, same_there + stands_us * there
    habit_us = HABIT_S * 1e6
    own = (all_there + habit_us * everybody) / (all_us + habit_us)
    then = (same_there + habit_us / 4 * everybody) / (same_us + habit_us / 4)
    return max(0.5 * own + 0.5 * then, DENSITY_MIN)


def same_time_of_day(happened: Happened, us: int) -> bool:
    """Whether an instant is, on its own day, within the window's hours or near them."""
    half_us = (happened.to_us - happened.from_us) // 2
    middle = happened.from_us + half_us
    apart = (us - middle) % DAY_US
    return min(apart, DAY_US - apart) <= half_us + SAME_TIME_S * 1e6


def needed_mps(happened: Happened, track: Sequence[Spot], begin: int, end: int) -> float:
    """The least speed at which the place could have been reached at some instant of [begin, end],
    whichever single fix is left out; 0 where nothing stands against it."""
    slowest = slowest_way(happened, track, begin, end)
    return 0.0 if slowest is None else slowest[0]


def slowest_way(
    happened: Happened, track: Sequence[Spot], begin: int, end: int
) -> tuple[float, int, int] | None:
    """That speed, and between which two fixes: their places in the track, the one between them left
    out. None where an instant has no two fixes on one of its sides."""
    ways = []
    for n in range(-1, len(track)):
        low = track[n].us if n >= 0 else None
        high = track[n + 1].us if n + 1 < len(track) else None
        if (low is not None and low > end) or (high is not None and high < begin):
            continue
        if not 1 <= n <= len(track) - 3:
            return None
        ways += [(_speed(happened, track[one], track[one + 2]), one, one + 2)
                 for one in (n - 1, n)]  # fmt: skip
    return min(ways, default=None)


def _speed(happened: Happened, one: Spot, other: Spot) -> float:
    way_m = beyond_m(happened, one) + beyond_m(happened, other)
    return way_m / max((other.us - one.us) / 1e6, 1.0)


def beyond_m(happened: Happened, spot: Spot) -> float:
    """How far at least from a fix to the edge of the place, were it off by twice its error."""
    tolerance_m = max(TOLERANCE_R95S * spot.r95_m, TOLERANCE_M_MIN)
    return max(0.0, spot.away_m - happened.radius_m - tolerance_m)


def _over_window(
    happened: Happened, track: Sequence[Spot], begin: int, end: int
) -> tuple[float, float, float]:
    """(presence, density at the spot averaged over when, seconds inside at even chance).

    A stay counts less the longer it is: whoever is there for hours has another reason.
    """
    presence = density = inside_s = 0.0
    stay_s = stay_density = 0.0
    around_us = int(STAY_AROUND_S * 1e6)
    for us, span_s, chance, there in _pieces(happened, track, begin - around_us, end + around_us):
        if begin <= us <= end:
            presence = max(presence, chance)
            inside_s += span_s if chance >= OBSERVED_FROM else 0.0
        counted = there * when(happened, us) * span_s
        if chance >= OBSERVED_FROM:
            stay_s, stay_density = stay_s + span_s, stay_density + counted
        else:
            density += counted + stay_density * stay_weight(stay_s)
            stay_s = stay_density = 0.0
    return presence, density + stay_density * stay_weight(stay_s), inside_s


def stay_weight(stay_s: float) -> float:
    return 1 / (1 + (stay_s / STAY_S) ** 2)


def _pieces(
    happened: Happened, track: Sequence[Spot], begin: int, end: int
) -> Iterator[tuple[float, float, float, float]]:
    """(instant, seconds it stands for, chance of being within the place, density at the spot), in
    order; a piece far away stands as one with neither."""
    ends = [replace(track[0], us=track[0].us - BEYOND_US), *track,
            replace(track[-1], us=track[-1].us + BEYOND_US)] if track else []  # fmt: skip
    for one, other in pairwise(ends):
        low, high = max(one.us, begin), min(other.us, end)
        gap_s = (other.us - one.us) / 1e6
        if high <= low or gap_s <= 0:
            continue
        way_m = hypot(other.east_m - one.east_m, other.north_m - one.north_m)
        passing = max(PASSING_WEIGHT_MIN, 1 / (1 + (way_m / gap_s / PASSING_MPS) ** 2))
        detour = 1 - exp(-gap_s / DETOUR_AFTER_S)
        span_s = (high - low) / 1e6
        steps = min(STEPS_MAX, max(1, int(-(-span_s // QUADRATURE_S))))
        for step in range(steps):
            us = low + (high - low) * (step + 0.5) / steps
            part = (us - one.us) / 1e6 / gap_s
            away, straight, wide = _between(one, other, part, gap_s, way_m)
            if away > reach_m(wide, happened.radius_m):
                yield us, span_s / steps, 0.0, 0.0
                continue
            chance = (1 - detour) * within(away, straight, happened.radius_m)
            chance += detour * within(away, wide, happened.radius_m)
            there = at_spot(away, straight, wide, detour, happened.radius_m)
            yield us, span_s / steps, chance, passing * there


def when(happened: Happened, us: float) -> float:
    """Density, per second, of its having happened then: aoristic over the window, a little beyond.

    Source of the idea: Ratcliffe, J. H. (2000), aoristic analysis, IJGIS 14(7).
    """
    padding_us = PADDING / timedelta(microseconds=1)
    short_us = max(0.0, WINDOW_S_MIN * 1e6 - (happened.to_us - happened.from_us)) / 2
    low, high = happened.from_us - short_us, happened.to_us + short_us
    wide_low, wide_high = happened.from_us - padding_us, happened.to_us + padding_us
    found = SLIP_WEIGHT / ((wide_high - wide_low) / 1e6) if wide_low <= us <= wide_high else 0.0
    if low <= us <= high:
        found += (1 - SLIP_WEIGHT) / ((high - low) / 1e6)
    return found


def _between(
    one: Spot, other: Spot, part: float, gap_s: float, way_m: float
) -> tuple[float, float, float]:
    """How far the wearer is from the place at a part of the gap, with both spreads: metres."""
    east = one.east_m + part * (other.east_m - one.east_m)
    north = one.north_m + part * (other.north_m - one.north_m)
    errors = ((1 - part) * one.sigma_m) ** 2 + (part * other.sigma_m) ** 2
    open_part = part * (1 - part)
    straight = errors + open_part * (STRAIGHT_M2_S * gap_s + (STRAIGHT_OF_WAY * way_m) ** 2)
    wide = errors + open_part * (DETOUR_M2_S * gap_s + (DETOUR_OF_WAY * way_m) ** 2)
    return hypot(east, north), sqrt(straight), sqrt(wide)


def _verdict(seen: bool, presence: float, needed: float, *, sound: bool) -> Verdict:
    if seen:
        return Verdict.OBSERVED
    if presence >= POSSIBLE_FROM:
        return Verdict.POSSIBLE
    return Verdict.EXCLUDED if needed > EXCLUDED_MPS and sound else Verdict.CANNOT_TELL
