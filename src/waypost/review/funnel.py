"""From offences sent to what came of them: each step with the share of the one before. Pure.

A share has its 95 % interval (Wilson 1927); below twenty of what it is a share of, the page says
that there is not enough data. An offence with two matches counts once where offences are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.alerts.figures import ENOUGH, Figure, wilson


@dataclass(frozen=True, slots=True)
class Step:
    """name   of the step      count   how many reached it
    of        the share of the step before, None at the first
    """

    name: str
    count: int
    of: Figure | None


@dataclass(frozen=True, slots=True)
class Counts:
    """offences, matched_offences   offences sent; of them, with any match on the list
    matches and the rest            pairs of an offence and a wearer
    """

    offences: int
    matched_offences: int
    matches: int
    decided: int
    qualified: int
    approved: int
    referred: int
    concluded: int


def funnel(counts: Counts) -> tuple[Step, ...]:
    """The steps in order. Matches begin a count of their own: one offence may have several."""
    offences = (
        ("Offences sent", counts.offences),
        ("Offences with a match", counts.matched_offences),
    )
    pairs = (
        ("Matches listed", counts.matches),
        ("Decided by an analyst", counts.decided),
        ("Qualified", counts.qualified),
        ("Approved by a second person", counts.approved),
        ("Referred", counts.referred),
        ("Outcome known", counts.concluded),
    )
    return (*_steps(offences), *_steps(pairs))


def _steps(counted: Sequence[tuple[str, int]]) -> list[Step]:
    found: list[Step] = []
    before: int | None = None
    for name, count in counted:
        found.append(Step(name, count, None if before is None else share(count, before)))
        before = count
    return found


def share(hits: int, of: int) -> Figure:
    return Figure(hits, of, *wilson(hits, of), enough=of >= ENOUGH)
