"""Was this tag at a place in a window: observed, possible, excluded, or nobody can tell. Pure.

    judge(fixes, place, window, speed_mps, troubles)

A fix *reaches* the place when its R95 circle touches it. *Observed*: two fixes of the window reach
it and the whole circle of one lies in it. *Possible*: one reaches it. *Excluded* is said only where
no instant of the window is left over. Each fix rules out the time around it in which the tag could
not have come from it, or gone on to it, at the speed named: what lies between two fixes is judged
by both. For that a fix is doubted more than its R95 says (`doubted_m`: some claim 2 m and are 200 m
wrong), and one alone rules nothing out: another within a quarter of an hour must say the same. So a
longer gap, worse accuracy, a wider place or a longer window can only leave more instants over.

It is said of the tag, never of the person: whether they wore it is what strap and case say. Where
one of these, the clock or the radio was not sound, nothing is excluded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from waypost.positions.tracks import GAP

GAP_US = round(GAP.total_seconds() * 1e6)
BEFORE_AND_AFTER_US = 3600 * 1_000_000  # fixes so far beyond the window still say something of it
LIE_M = 300.0  # what a fix may be wrong by whatever it claims: cell jumps of 170 m, lies of 200 m
DOUBT_TIMES = 2.0  # twice R95: outside it once in 160,000 for a circular Gaussian
CONFIRMED_WITHIN_US = 900 * 1_000_000
CONFIRMED_BY = 2
MINUTE_US = 60_000_000


class Verdict(StrEnum):
    OBSERVED = "observed"
    POSSIBLE = "possible"
    CANNOT_TELL = "cannot_tell"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Spot:
    """A usable fix on the place's plane: microseconds UTC, metres from the place's centre, R95."""

    us: int
    distance_m: float
    r95_m: float


@dataclass(frozen=True, slots=True)
class Presence:
    """without_data_us   of the window, in gaps of over five minutes
    fixes             of the window; reaching: those whose circle touches the place
    nearest_m         between the place's edge and the nearest circle of the window; None: no fix
    left_over_us      what no fix rules out at speed_mps
    troubles          why nothing could be excluded, in words
    """

    verdict: Verdict
    fixes: int
    reaching: int
    nearest_m: float | None
    window_us: int
    without_data_us: int
    left_over_us: int
    speed_mps: float
    troubles: tuple[str, ...]


def judge(
    spots: Iterable[Spot],
    radius_m: float,
    window: tuple[int, int],
    *,
    speed_mps: float,
    troubles: Sequence[str] = (),
) -> Presence:
    """spots      usable fixes of one tag, of the window and an hour around it, in any order
    radius_m   of the place;  window: half-open, microseconds UTC
    speed_mps  the fastest that is thought possible
    raises     ValueError for a window that ends before it begins, or a speed that is not above 0
    """
    from_us, to_us = window
    if to_us <= from_us or not speed_mps > 0:
        raise ValueError("a window ends after it begins, and a speed is above 0")
    known = sorted((one for one in spots if not math.isnan(one.distance_m)), key=_by_time)
    inside = [one for one in known if from_us <= one.us < to_us]
    reaching = [one for one in inside if reaches(one, radius_m)]
    whole = any(one.distance_m + one.r95_m <= radius_m for one in reaching)
    left = left_over_us(known, radius_m, window, speed_mps)
    if whole and len(reaching) >= CONFIRMED_BY:
        verdict = Verdict.OBSERVED
    elif reaching:
        verdict = Verdict.POSSIBLE
    elif left == 0 and not troubles:
        verdict = Verdict.EXCLUDED
    else:
        verdict = Verdict.CANNOT_TELL
    nearest = min((max(0.0, one.distance_m - one.r95_m - radius_m) for one in inside), default=None)
    return Presence(
        verdict, len(inside), len(reaching), nearest, to_us - from_us,
        without_data_us([one.us for one in inside], window), left, speed_mps, tuple(troubles),
    )  # fmt: skip


def reaches(spot: Spot, radius_m: float, margin_m: float = 0.0) -> bool:
    """Whether the R95 circle, with a margin, touches the place."""
    return spot.distance_m <= radius_m + spot.r95_m + margin_m


def doubted_m(r95_m: float) -> float:
    """How far off a fix may be at the worst that is reckoned with; grows with its R95."""
    return max(DOUBT_TIMES * r95_m, r95_m + LIE_M)


def left_over_us(
    spots: Sequence[Spot], radius_m: float, window: tuple[int, int], speed_mps: float
) -> int:
    """How much of the window no fix rules out. spots: by time"""
    apart = [one.distance_m - radius_m - doubted_m(one.r95_m) for one in spots]
    far = [place for place, metres in enumerate(apart) if metres > 0]
    out = []
    for number, place in enumerate(far):
        beside = [far[n] for n in (number - 1, number + 1) if 0 <= n < len(far)]
        if any(abs(spots[n].us - spots[place].us) <= CONFIRMED_WITHIN_US for n in beside):
            reach_us = math.floor(apart[place] / speed_mps * 1e6)
            out.append((spots[place].us - reach_us, spots[place].us + reach_us))
    return _uncovered(sorted(out), window)


def _uncovered(spans: Iterable[tuple[int, int]], window: tuple[int, int]) -> int:
    """Microseconds of the window that no span covers."""
    at, left = window[0], 0
    for start, end in spans:
        if start > at:
            left += max(0, min(start, window[1]) - at)
        at = max(at, end)
        if at >= window[1]:
            return left
    return left + max(0, window[1] - at)


def without_data_us(times: Sequence[int], window: tuple[int, int]) -> int:
    """The window's time in stretches of over five minutes without a usable fix."""
    edges = [window[0], *sorted(times), window[1]]
    return sum(b - a for a, b in pairwise(edges) if b - a > GAP_US)


def _by_time(one: Spot) -> tuple[int, float, float]:
    return one.us, one.distance_m, one.r95_m


def minutes(us: int) -> int:
    return round(us / MINUTE_US)


VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.OBSERVED: "Observed: fixes of the tag lie in the place",
    Verdict.POSSIBLE: "Possible: a fix of the tag may lie in the place",
    Verdict.CANNOT_TELL: "Cannot tell",
    Verdict.EXCLUDED: "Excluded: the tag cannot have been at the place",
}


def sentences(found: Presence) -> tuple[str, ...]:
    """What is claimed, of the tag, and how far the data goes."""
    count, hits = found.fixes, found.reaching
    said = [
        f"{VERDICT_WORDS[found.verdict]}.",
        f"In the window of {minutes(found.window_us)} minutes there are {count} "
        f"fix{'' if count == 1 else 'es'}; {hits} of them reach{'es' if hits == 1 else ''} the "
        f"place. For {minutes(found.without_data_us)} minutes there is no data.",
    ]
    if found.verdict is Verdict.EXCLUDED:
        said.append(
            f"It rests on the assumption that the tag moved no faster than {found.speed_mps:.0f} "
            f"m/s ({found.speed_mps * 3.6:.0f} km/h), and on a fix being wrong by no more than "
            f"twice its 95 % circle, or by {LIE_M:.0f} m more than it. Strap, case, radio and "
            "clock were sound as far as the tag reported."
        )
    elif found.verdict is Verdict.CANNOT_TELL:
        over = -(-found.left_over_us // MINUTE_US)  # rounded up: a second left over is no nought
        if over:
            said.append(
                f"At up to {found.speed_mps:.0f} m/s ({found.speed_mps * 3.6:.0f} km/h), the "
                f"fixes leave {over} minute{'' if over == 1 else 's'} in which the tag could have "
                "come there and gone again."
            )
        said += [f"{one} So nothing is excluded." for one in found.troubles]
    said.append("This is said of the tag, not of the person.")
    return tuple(said)
