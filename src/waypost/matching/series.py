"""Offences and wearers in numbers: one wearer at several scenes, several wearers at one. Pure.

    who matched which -> occasions (what one visit can match counts once)
    -> chance of each by habit -> how many are expected by chance, how rare so many or more are

Always beside what chance gives: somebody who is about the town all day matches something. The rates
are of the tag's being within the place; that a wearer did anything there is not reckoned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import exp, hypot, log10

from waypost.geo import local_m
from waypost.matching.compatible import PADDING
from waypost.matching.evidence import STAY_S
from waypost.matching.evidence_places import places_of
from waypost.offences.values import Offence

VISIT = timedelta(seconds=STAY_S)  # our assumption: shorter visits would make chance matches more
STANDS = timedelta(minutes=1)  # a fix speaks for so long before and after itself: fixes come one a
# minute


@dataclass(frozen=True, slots=True)
class Chance:
    """What is found of one wearer and one offence, and how likely that is by habit.

    matched   the tag was observed within the place: *possible* alone is counted nowhere here
    share   of the time that the wearer is within the place (values.EVIDENCE, base_rate)
    """

    offence: Offence
    matched: bool
    share: float


@dataclass(frozen=True, slots=True)
class Toll:
    """How many of how many, how many are expected by chance, and the chance of so many or more."""

    seen: int
    of: int
    expected: float
    tail: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first to the last fix of a run at the place, and STANDS on either side."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two wearers' tags within the place at once. one < other: numbers of persons."""

    one: int
    other: int
    from_at: datetime
    to_at: datetime


def by_habit(share: float, offence: Offence) -> float:
    """The chance, at most, of being within the place at any time of the padded window, for whoever
    is there this share of the time in visits of VISIT: how many visits are expected to touch it."""
    window = offence.to_at - offence.from_at + 2 * PADDING
    return min(1.0, share * (1 + window / VISIT))


def toll(chances: Sequence[Chance]) -> Toll:
    """One wearer against several offences; those that one visit can match count once, with the
    likeliest of their chances."""
    grouped = occasions([one.offence for one in chances])
    each = [
        (
            any(chances[n].matched for n in group),
            min(1.0, max(by_habit(chances[n].share, chances[n].offence) for n in group)),
        )
        for group in grouped
    ]
    seen = sum(matched for matched, _ in each)
    likely = [chance for _, chance in each]
    return Toll(seen, len(each), sum(likely), at_least(likely, seen))


def occasions(offences: Sequence[Offence]) -> list[list[int]]:
    """The offences' places in the list, those together whose places touch and whose padded windows
    overlap, also by way of others."""
    of = list(range(len(offences)))
    for one, other in combinations(range(len(offences)), 2):
        if _one_visit(offences[one], offences[other]):
            low, high = sorted((of[one], of[other]))
            of = [low if group == high else group for group in of]
    return [[n for n, group in enumerate(of) if group == name] for name in sorted(set(of))]


def at_least(chances: Sequence[float], count: int) -> float:
    """P(X >= count), X the number that come true of independent events with these chances
    (Poisson-binomial), by adding one event after another."""
    spread = [1.0]  # P(X = k), k from 0
    for chance in chances:
        spread = [
            (spread[k] if k < len(spread) else 0.0) * (1 - chance)
            + (spread[k - 1] * chance if k else 0.0)
            for k in range(len(spread) + 1)
        ]
    return min(1.0, sum(spread[max(count, 0) :]))


def poisson_at_least(mean: float, count: int) -> float:
    """P(X >= count), X Poisson: how many of very many wearers, each with a small chance."""
    if count <= 0:
        return 1.0
    term, below = exp(-mean), 0.0
    for k in range(count):
        below += term
        term *= mean / (k + 1)
    found, k = 0.0, count  # upwards from here: 1 - below loses all its digits where it is small
    while term > found * 1e-16 and k < count + 10_000:
        found += term
        k += 1
        term *= mean / k
    return min(1.0, found if found < 0.5 else 1.0 - below)


def gathered(wearers: int, expected: float, offence: Offence) -> Toll:
    """Several wearers at one scene.

    expected   how many wearers are within the place at a random instant (values.EVIDENCE)
    """
    window = offence.to_at - offence.from_at + 2 * PADDING
    mean = expected * (1 + window / VISIT)
    return Toll(wearers, wearers, mean, poisson_at_least(mean, wearers))


def toll_words(found: Toll) -> str:
    """ "3 of 12; 0.40 expected by chance; so many or more would be chance about once in 120 such
    sets." """
    expected = number_words(found.expected)
    return f"{found.seen} of {found.of}; {expected} expected by chance; {rarity(found.tail)}."


def gathered_words(found: Toll) -> str:
    """The same of wearers at one scene: against all who come there in that time."""
    expected = number_words(found.expected)
    return (
        f"{found.seen} at once; {expected} expected there by chance at any time of the window; "
        f"{rarity(found.tail, 'scenes')}."
    )


def rarity(tail: float, what: str = "sets") -> str:
    """How rare so many or more are, in words; never as certainty."""
    if tail >= 0.095:
        return f"so many or more is what chance gives in about {100 * tail:.0f} of 100 such {what}"
    if tail < 1e-6:
        return f"so many or more would be chance less than once in a million such {what}"
    times = 1 / tail
    rounded = round(times, -max(0, int(log10(times)) - 1))
    return f"so many or more would be chance about once in {rounded:,.0f} such {what}"


def stretches(fixes: Iterable[tuple[str, datetime]]) -> list[Stretch]:
    """The stays of a match: its fixes as (label, when), A1 A2 being one run and B1 the next."""
    runs: dict[str, list[datetime]] = {}
    for label, at in fixes:
        runs.setdefault(label.rstrip("0123456789"), []).append(at)
    return [Stretch(min(times) - STANDS, max(times) + STANDS) for times in runs.values()]


def meetings(stays: Mapping[int, Sequence[Stretch]]) -> list[Meeting]:
    """Every two wearers who were within the place at once, first the longest; each two once, with
    the longest time together."""
    found = []
    for one, other in combinations(sorted(stays), 2):
        together = [
            Meeting(one, other, max(a.from_at, b.from_at), min(a.to_at, b.to_at))
            for a in stays[one]
            for b in stays[other]
            if a.from_at < b.to_at and b.from_at < a.to_at
        ]
        found += [max(together, key=lambda each: each.to_at - each.from_at)] if together else []
    return sorted(found, key=lambda each: (each.from_at - each.to_at, each.one, each.other))


def _one_visit(one: Offence, other: Offence) -> bool:
    return (
        _apart_m(one, other) <= one.radius_m + other.radius_m
        and one.from_at - PADDING <= other.to_at + PADDING
        and other.from_at - PADDING <= one.to_at + PADDING
    )


def _apart_m(one: Offence, other: Offence) -> float:
    """Between their nearest spots."""
    return min(
        hypot(*local_m(*spot, *another))
        for spot in places_of(one)
        for another in places_of(other)
    )  # fmt: skip


def number_words(value: float) -> str:
    """How many are expected, to what is worth reading."""
    if value < 0.01:
        return "fewer than 0.01"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"
