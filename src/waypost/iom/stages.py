"""Which stages a member came to without an offer being recorded. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.iom.values import OFFER_WITHIN, Stage

SAME_STAGE = timedelta(days=3)  # an offer entered for a stage may name its day otherwise by so much


@dataclass(frozen=True, slots=True)
class Met:
    """A stage, and when it was reached."""

    stage: Stage
    at: datetime


def missing(met: Iterable[Met], offered: Iterable[Met]) -> tuple[Met, ...]:
    """Stages met of which no offer is recorded, earliest first. One offer answers one meeting."""
    left = sorted(offered, key=lambda one: one.at)
    found = []
    for one in sorted(set(met), key=lambda each: (each.at, each.stage)):
        fits = next(
            (each for each in left
             if each.stage is one.stage and each.at >= one.at - SAME_STAGE), None
        )  # fmt: skip
        if fits is None:
            found.append(one)
        else:
            left.remove(fits)
    return tuple(found)


def due_at(one: Met) -> datetime:
    """By when its offer is to be made, where nobody says otherwise."""
    return one.at + OFFER_WITHIN[one.stage]


def custody_days(offered: Iterable[Met], *, from_at: datetime, now: datetime) -> float:
    """Days between each custody and the next release recorded, as far as they lie since then."""
    total, began = timedelta(0), None
    for one in sorted(offered, key=lambda each: each.at):
        if one.stage is Stage.CUSTODY and began is None:
            began = one.at
        elif one.stage is Stage.RELEASE and began is not None:
            total += max(one.at - max(began, from_at), timedelta(0))
            began = None
    if began is not None:
        total += max(now - max(began, from_at), timedelta(0))
    return total / timedelta(days=1)
