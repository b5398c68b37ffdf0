"""The alcohol part of `waypost bench truth`: the drinking world, refused or judged both ways."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from waypost.clock import read_instant
from waypost.rules.values import Parameters
from waypost.worlds.ankle import Ankle, ankles_of
from waypost.worlds.drinking_figures import drinking_figures
from waypost.worlds.hardness import off
from waypost.worlds.sober_page import Sobriety
from waypost.worlds.sober_weighing import counted_calls, meetings, weigh
from waypost.worlds.sobriety import judged, plain_calls

# Enough for a hundred occasions of each half of the sizes, and judged within the minute.
WEARERS, DAYS = 52, 45.0
UNTIL = read_instant("2026-11-01T12:00:00Z")
DEFAULT = Parameters()


def bench_sobriety(
    *, seed: int, wearers: int = WEARERS, days: float = DAYS, until: datetime = UNTIL,
    parameters: Parameters = DEFAULT,
) -> Sobriety | None:  # fmt: skip
    """None, and a sentence for each figure, when the world is not as hard as the field."""
    print(f"truth: a world of {wearers} who drink, seed {seed}", file=sys.stderr)
    ankles = ankles_of(seed, wearers=wearers, days=days, until=until)
    figures = drinking_figures(ankles)
    for figure in off(figures):
        print(f"truth: the world is not as hard as the field: {figure}", file=sys.stderr)
    if off(figures):
        return None
    print("truth: judging what they drank", file=sys.stderr)
    with_review, alone = (
        weigh(
            [judged(one, reviewed=reviewed, until=until, parameters=parameters) for one in ankles],
            until, parameters,
        )
        for reviewed in (True, False)
    )  # fmt: skip
    plain = [(one, plain_calls(one, until)) for one in ankles]
    return Sobriety(
        made=_words(ankles, days, until, seed),
        figures=figures,
        reviewed=with_review,
        alone=alone,
        plain=counted_calls(plain, until),
        plain_met=[met for one, calls in plain
                   for met in meetings(one, calls, until, lambda span: False)],
    )  # fmt: skip


def _words(ankles: Sequence[Ankle], days: float, until: datetime, seed: int) -> str:
    readings = sum(len(one.at_s) for one in ankles)
    occasions = sum(len(one.occasions) for one in ankles)
    return (
        f"{len(ankles)} wearers for {days:g} days up to\n{until:%d %B %Y}, seed {seed}, "
        f"{occasions:,} occasions, {readings:,} readings"
    )
