"""Sober days of monitored days: what a strip of an alcohol requirement adds up to, day by day.

A day counts once all of it has been judged. It is monitored when less of its required time went
untold than a drink needs to pass unseen, and sober when, besides, nothing was read. A day on which
drinking was read is told of, however little of it was monitored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from waypost.rules.strip import UNTOLD, DayStrip, Shade


@dataclass(frozen=True, slots=True)
class SoberDays:
    """Counts of local days.

    read          drinking was read, probable or certain
    possible      something was read that a drink explains, and other things too
    not_monitored nothing was read, and too much of the day was not monitored to call it sober
    """

    sober: int = 0
    read: int = 0
    possible: int = 0
    not_monitored: int = 0

    @property
    def monitored(self) -> int:
        return self.sober + self.read + self.possible

    @property
    def judged(self) -> int:
        return self.monitored + self.not_monitored


def sober_days(days: Iterable[DayStrip], *, untold_max: timedelta) -> SoberDays:
    """untold_max   so long a stretch can hide a drink (Parameters.alcohol_gap_min)"""
    sober = read = possible = not_monitored = 0
    for day in days:
        figures = day.figures
        if not figures.required or figures.of(Shade.TO_COME):
            continue
        if figures.of(Shade.VIOLATED):
            read += 1
        elif figures.of(Shade.POSSIBLE):
            possible += 1
        elif figures.of(*UNTOLD) >= untold_max:
            not_monitored += 1
        else:
            sober += 1
    return SoberDays(sober, read, possible, not_monitored)
