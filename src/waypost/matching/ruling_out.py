"""That a tag cannot have been at an offence, with its proof; and what forbids to say so. Pure.

    fixes about the window -> the slowest way to the place and on, whichever fix is left out
    -> faster than we assume anybody moves, strap, case, radio and clock sound -> Exclusion

Said of the tag, never of the person. The speed is `evidence.needed_mps`; here stands between which
fixes it was reckoned, so that somebody else can reckon it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.clock import from_us, to_us
from waypost.matching.compatible import PADDING
from waypost.matching.evidence import (
    EXCLUDED_MPS,
    TOLERANCE_M_MIN,
    TOLERANCE_R95S,
    Happened,
    Spot,
)
from waypost.matching.scope import Spans
from waypost.offences.values import Offence
from waypost.positions.values import EventKind

AROUND = timedelta(hours=1)  # a state that held so shortly before or after is not sound either
LOOK_BACK = timedelta(days=14)  # a strap cut before that was dealt with, or stands in the alerts
STRAP = "the strap was reported open"
CASE = "the case was reported opened"
RADIO = "the radio was reported jammed"
REMOVED = "the tag was taken off by agreement"
CLOCK = "the tag’s clock was wrong or in doubt"
NOT_WORN = "the tag may be searched for a part of that time only"
WORDS = {
    EventKind.STRAP_TAMPER: STRAP,
    EventKind.CASE_TAMPER: CASE,
    EventKind.JAMMING: RADIO,
    EventKind.CLINICAL_REMOVAL: REMOVED,
}
# What ends a state; what has no end here holds on.
ENDED_BY = {
    EventKind.STRAP_TAMPER: EventKind.STRAP_RESTORED,
    EventKind.CLINICAL_REMOVAL: EventKind.STRAP_RESTORED,
    EventKind.JAMMING: EventKind.JAMMING_ENDED,
}
REPORTS = frozenset({*WORDS, *ENDED_BY.values()})


@dataclass(frozen=True, slots=True)
class Report:
    """Something that a tag reported about itself: which kind, when."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class End:
    """A fix at one end of the way: when, how far from the middle of the place, its R95."""

    at: datetime
    away_m: float
    r95_m: float


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The proof: by the slowest way, from one fix to the edge of the place and on to the other.

    left_out      when the one fix between them was measured, which is taken to lie
    way_m         the least way, each fix off by twice its R95 (at least TOLERANCE_M_MIN)
    needed_mps    the speed that way would have taken       assumed_mps   what we assume at most
    """

    before: End
    after: End
    left_out: datetime
    way_m: float
    span: timedelta
    needed_mps: float
    assumed_mps: float


def padded_us(offence: Offence) -> tuple[int, int]:
    """The window in question, microseconds, both within it."""
    return to_us(offence.from_at - PADDING), to_us(offence.to_at + PADDING)


def exclusion(
    offence: Offence, track: Sequence[Spot], unsound: Iterable[object]
) -> Exclusion | None:
    """The proof that the tag was not at the place, or None where there is none.

    track     usable fixes by time, each once, in metres from the place
    unsound   whatever speaks against the tag's having been sound then; any of it forbids
    """
    if any(True for _ in unsound):
        return None
    happened = Happened(to_us(offence.from_at), to_us(offence.to_at), offence.radius_m)
    begin, end = padded_us(offence)
    slowest: tuple[float, int] | None = None
    for n in range(-1, len(track)):
        if n >= 0 and track[n].us > end:
            continue
        if n + 1 < len(track) and track[n + 1].us < begin:
            continue
        if not 1 <= n <= len(track) - 3:
            return None
        for one in (n - 1, n):  # the fix after it, or the one before the second, left out
            mps = _way_m(happened, track[one], track[one + 2]) / _apart_s(track, one)
            if slowest is None or (mps, one) < slowest:
                slowest = mps, one
    if slowest is None or slowest[0] <= EXCLUDED_MPS:
        return None
    needed_mps, one = slowest
    before, left_out, after = track[one : one + 3]
    return Exclusion(
        before=_end(before), after=_end(after), left_out=from_us(left_out.us),
        way_m=_way_m(happened, before, after), span=timedelta(seconds=_apart_s(track, one)),
        needed_mps=needed_mps, assumed_mps=EXCLUDED_MPS,
    )  # fmt: skip


def troubles(
    offence: Offence, reports: Iterable[Report], spans: Spans, *, clock_wrong: bool
) -> tuple[str, ...]:
    """Why nothing may be excluded by this tag, in words; empty: nothing is known against it.

    reports   of the tag, from LOOK_BACK before the window to AROUND after it
    spans     when the tag may be searched
    """
    found = list(_states(offence, list(reports)))
    if clock_wrong:
        found.append(CLOCK)
    if not covered(spans, offence):
        found.append(NOT_WORN)
    return tuple(dict.fromkeys(found))


def covered(spans: Spans, offence: Offence) -> bool:
    """Whether the tag may be searched for the whole of the padded window."""
    at, end = offence.from_at - PADDING, offence.to_at + PADDING
    for start, stop in sorted(spans):
        if start > at:
            return False
        at = max(at, stop)
        if at > end:
            return True
    return False


def _states(offence: Offence, reports: Sequence[Report]) -> Iterable[str]:
    """States that held at any time of the window or AROUND it."""
    begins, ends = offence.from_at - AROUND, offence.to_at + AROUND
    for kind, words in WORDS.items():
        over = ENDED_BY.get(kind)
        begun = [one.at for one in reports if one.kind == kind and one.at <= ends]
        for at in begun:
            ended = (one.at for one in reports if one.kind == over and one.at >= at)
            if at >= begins or not any(stop < begins for stop in ended):
                yield words
                break


def _way_m(happened: Happened, one: Spot, other: Spot) -> float:
    return sum(
        max(0.0, spot.away_m - happened.radius_m
            - max(TOLERANCE_R95S * spot.r95_m, TOLERANCE_M_MIN))
        for spot in (one, other)
    )  # fmt: skip


def _apart_s(track: Sequence[Spot], one: int) -> float:
    return max((track[one + 2].us - track[one].us) / 1e6, 1.0)


def _end(spot: Spot) -> End:
    return End(from_us(spot.us), spot.away_m, spot.r95_m)
