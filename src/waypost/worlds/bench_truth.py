"""waypost bench truth: our rules and the plain one on worlds whose truth is known.

    two worlds, one over each clock change, of people who break orders often -> as hard as the
    field? varied enough? (or refused) -> both rules over the same fixes -> targets met? exit 0 or 1

A third world, as restless as the field, says how many alerts officers would see. A fourth is of
people who drink, and of what an alcohol tag says of them (`sober_bench`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from waypost.clock import EPOCH, read_instant
from waypost.errors import BadUse
from waypost.rules.values import Parameters
from waypost.worlds.hardness import Figure, figures, off
from waypost.worlds.scoring import Alert, TrueBreach, monitorable
from waypost.worlds.sober_bench import bench_sobriety
from waypost.worlds.sober_page import alcohol_section
from waypost.worlds.tag_trial import tag_trial
from waypost.worlds.trial import Trial, merge, run_trial
from waypost.worlds.truth_page import Findings, page
from waypost.worlds.variety import variety
from waypost.worlds.weighing import verdicts, weigh
from waypost.worlds.world import Life, lives_of

WEARERS, DAYS, SEED = 100, 30.0, 1
RESTLESS = 6.0
PLACES, ALCOHOL = "places", "alcohol"
DEFAULT = Parameters()
SPRING, AUTUMN = read_instant("2026-04-05T12:00:00Z"), read_instant("2026-11-01T12:00:00Z")


@dataclass(frozen=True)
class Made:
    """A world before it is judged."""

    seed: int
    until: datetime
    days: float
    lives: list[Life]


def bench(arguments: argparse.Namespace) -> int:
    wearers = WEARERS if arguments.wearers is None else arguments.wearers
    days = DAYS if arguments.days is None else arguments.days
    seed = SEED if arguments.seed is None else arguments.seed
    if wearers < 1 or days <= 0 or seed < 0:
        raise BadUse("--wearers and --days must be above 0, and --seed not below it")
    if unknown := set(arguments.part) - {PLACES, ALCOHOL}:
        raise BadUse(f"--part of truth must be {PLACES} or {ALCOHOL}, not {min(unknown)}")
    if set(arguments.part) == {ALCOHOL}:
        return bench_alcohol(seed=seed, write=arguments.write)
    return bench_truth(
        wearers=wearers, days=days, seed=seed, show=arguments.show or 0, write=arguments.write,
        alcohol=not arguments.part or ALCOHOL in arguments.part,
    )  # fmt: skip


def bench_alcohol(*, seed: int, write: str | None = None) -> int:
    """The page's section of alcohol alone; 1 when the world shows nothing."""
    sober = bench_sobriety(seed=seed)
    if sober is None:
        return 1
    _tell(alcohol_section(sober), write)
    return 0


def bench_truth(
    *, wearers: int, days: float, seed: int, show: int = 0, write: str | None = None,
    restless: float = RESTLESS, parameters: Parameters = DEFAULT, alcohol: bool = True,
) -> int:  # fmt: skip
    """0 when the targets are met; 1 with a sentence when not, or when the world shows nothing."""
    worlds = [
        _make(number, until, wearers, days, restless)
        for number, until in ((seed, SPRING), (seed + 1, AUTUMN))
    ]
    hard = figures([(made.lives, made.until.timestamp()) for made in worlds])
    if refused(hard, "as hard as the field"):
        return 1
    sober = bench_sobriety(seed=seed, parameters=parameters) if alcohol else None
    if alcohol and sober is None:
        return 1
    trial = merge([_judge(made, parameters) for made in worlds])
    varied = variety(trial, [life for made in worlds for life in made.lives])
    if refused(varied, "varied enough"):
        return 1
    worlds.clear()
    usual = _make(seed + 2, AUTUMN, wearers, days, 1.0)
    quiet = _judge(usual, parameters)
    tags = tag_trial(
        usual.lives, usual.seed, from_at=AUTUMN - timedelta(days=days), until=AUTUMN,
        parameters=parameters,
    )  # fmt: skip
    found = Findings(
        made=f"{wearers} wearers for {days:g} days up to {SPRING:%d %B} and {wearers} others up to "
        f"{AUTUMN:%d %B %Y}, over both clock changes; {restless:g} times as restless as usual; "
        f"seeds {seed} to {seed + 2}",
        figures=[*hard, *varied],
        trial=trial,
        quiet=quiet,
        tags=tags,
        verdicts=verdicts(trial, quiet),
        alcohol="" if sober is None else alcohol_section(sober),
    )
    _tell(page(found), write)
    if show:
        print(worst(trial, show))
    missed = [one.sentence for one in found.verdicts if not one.met]
    for sentence in missed:
        print(f"truth: target missed: {sentence}", file=sys.stderr)
    return 1 if missed else 0


def _tell(text: str, write: str | None) -> None:
    print(text)
    if write:
        Path(write).write_text(text, encoding="utf-8")


def refused(found: Sequence[Figure], words: str) -> bool:
    """Whether the world is refused; says which figures are off."""
    wrong = off(found)
    for figure in wrong:
        print(f"truth: the world is not {words}: {figure}", file=sys.stderr)
    return bool(wrong)


def worst(trial: Trial, count: int) -> str:
    """False alerts and missed breaches, the longest first: ids and times only."""
    weighed = weigh(trial)
    false = sorted(weighed.ours.false, key=lambda one: one.from_s - one.to_s)[:count]
    missed = [one.breach for one in weighed.counted if not one.found and monitorable(one.breach)]
    missed.sort(key=lambda one: -one.length_s * min(one.deepest_m, 100.0))
    return "\n".join(
        [
            f"false alerts, {len(weighed.ours.false)} in all:",
            *(f"  {_span(one)} raised {_clock(one.raised_s)}" for one in false),
            f"missed breaches, {len(missed)} in all:",
            *(
                f"  {_span(one)} {one.length_s:.0f} s, {one.deepest_m:.0f} m, {one.fixes} fixes"
                for one in missed[:count]
            ),
        ]
    )


def _span(one: Alert | TrueBreach) -> str:
    return f"{one.requirement_id} {one.kind.value} {_clock(one.from_s)} to {_clock(one.to_s)}"


def _clock(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, EPOCH.tzinfo):%Y-%m-%dT%H:%M:%SZ}"


def _make(seed: int, until: datetime, wearers: int, days: float, restless: float) -> Made:
    print(f"truth: a world of {wearers} wearers, seed {seed}", file=sys.stderr)
    lives = lives_of(seed, wearers=wearers, days=days, until=until, restless=restless)
    return Made(seed, until, days, lives)


def _judge(made: Made, parameters: Parameters) -> Trial:
    print(f"truth: judging the world of seed {made.seed}", file=sys.stderr)
    return run_trial(made.lives, made.seed, days=made.days, until=made.until, parameters=parameters)
