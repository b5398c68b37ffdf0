"""waypost bench evidence: who did it, who was there, by the evidence and by the compatible rule.

    at each noise level: made-up worlds whose truth is known -> both methods on the same fixes
    -> average precision, precision and reading at equal recall, calibration, wrong exclusions
    -> targets met? exit 0 or 1

The worlds are of the kind a method is scored on; `--part tune` takes the kind it is tuned on.
`--fit` fits the score's weights on that kind alone, and prints them beside those in force.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from waypost.errors import BadUse, Unavailable
from waypost.matching.evidence import SCORE_WEIGHTS
from waypost.worlds.scene_files import write_scenes
from waypost.worlds.scene_fitting import fit, log_likelihood, signs_and_truth
from waypost.worlds.scene_scoring import (
    About,
    Bin,
    average_precision,
    calibration,
    calibration_error,
    precision_at,
    reading_cost,
)
from waypost.worlds.scene_trial import RANKED, Trial, Weigh, merged, try_world
from waypost.worlds.scene_values import NOISES, Kind, Noise, Scenes, Size
from waypost.worlds.scenes import scenes, source_of

WEARERS, DAYS, SEED = 300, 7, 1
OFFENCES_A_WEARER, BY_WEARERS = 20, 0.01  # 99 in 100 were committed by nobody tagged
MINUTES_A_DAY = 1_440
FULL_WORLDS = 4
FIT_WORLDS = 3  # of each noise level
AP_LEAST = 0.4  # design, section 5: for who did it
RECALL_BELOW = 0.01  # of the compatible rule's recall
WORDS = {About.DID_IT: "did it", About.WAS_THERE: "was there", About.PRESENT: "present"}


def bench(args: argparse.Namespace) -> int:
    wearers = WEARERS if args.wearers is None else args.wearers
    days = DAYS if args.days is None else int(args.days)
    if wearers < 20 or days < 4:
        raise BadUse("--wearers must be 20 or more for evidence, and --days 4 or more")
    parts = set(args.part)
    if unknown := parts - set(Kind) - set(NOISES):
        raise BadUse(
            f"--part of evidence must be one of {', '.join([*Kind, *NOISES])}, not {min(unknown)}"
        )
    kinds = [kind for kind in Kind if kind in parts] or [Kind.SCORE]
    noises = [noise for name, noise in NOISES.items() if name in parts] or list(NOISES.values())
    worlds = FULL_WORLDS if args.full else 1
    if args.rows is not None:  # a fix a minute at most
        sets = len(kinds) * len(noises)
        worlds = max(1, round(args.rows / (wearers * days * MINUTES_A_DAY * sets)))
    size = size_of(wearers, days)
    seed = SEED if args.seed is None else args.seed
    if args.fit:
        return fit_score(noises=noises, size=size, worlds=FIT_WORLDS, seed=seed)
    return bench_evidence(
        _evidence(), kinds=kinds, noises=noises, size=size, worlds=worlds, seed=seed,
        write=Path(args.write) if args.write else None,
    )  # fmt: skip


def size_of(wearers: int, days: int) -> Size:
    offences = wearers * OFFENCES_A_WEARER
    return Size(wearers, days, offences, max(1, round(BY_WEARERS * offences)))


def _evidence() -> Weigh:
    """The method; looked up only here, so that the harness stands without it."""
    try:
        return cast(Weigh, importlib.import_module("waypost.matching.evidence_scan").weigh)
    except ModuleNotFoundError as missing:
        if missing.name != "waypost.matching.evidence_scan":
            raise
        raise Unavailable("matching by evidence is not part of this installation yet") from None


def bench_evidence(
    weigh: Weigh,
    *,
    kinds: Sequence[Kind],
    noises: Sequence[Noise],
    size: Size,
    worlds: int,
    seed: int,
    write: Path | None = None,
) -> int:
    """0 when every target is met in every kind of world at every noise level; else 1.

    write   folder under which each world's files are written too
    """
    missed: list[str] = []
    every: list[Trial] = []
    for kind in kinds:
        for noise in noises:
            trial = merged(
                [_try(kind, noise, size, [seed, number], weigh, write) for number in range(worlds)]
            )
            every.append(trial)
            print(_page(kind, noise, trial), flush=True)
            missed += [f"{kind}, {noise.name}: {one}" for one in targets_missed(trial)]
    present = merged(every).excluded[About.PRESENT]
    print(f"in all: {present.hits} of {present.of:,} present pairs called excluded (target: none)")
    for sentence in missed:
        print(f"evidence: target missed: {sentence}", file=sys.stderr)
    return 1 if missed else 0


def fit_score(*, noises: Sequence[Noise], size: Size, worlds: int, seed: int) -> int:
    """Print the weights for evidence.SCORE_WEIGHTS under which tuning worlds are likeliest."""
    weigh = _evidence()
    signs, true = [], []
    for noise in noises:
        for number in range(worlds):
            made = made_world(Kind.TUNE, noise, size, [seed, number])
            of_world = signs_and_truth(weigh(made.offences, source_of(made)), made.truth)
            signs.append(of_world[0])
            true.append(of_world[1])
            print(f"{noise.name} {number}: {of_world[1].size:,} pairs listed, {of_world[1].sum()} "
                  "true", flush=True)  # fmt: skip
    every, truth = np.concatenate(signs), np.concatenate(true)
    fitted = fit(every, truth)
    print(f"{fitted.rows:,} pairs listed, {fitted.true} true")
    for name, weights in (("fitted", fitted.weights), ("errors", fitted.errors),
                          ("in force", np.array(SCORE_WEIGHTS))):  # fmt: skip
        print(f"{name:<9}" + " ".join(f"{weight:10.3f}" for weight in weights))
    in_force = log_likelihood(every @ np.array(SCORE_WEIGHTS), truth)
    print(f"log likelihood: {fitted.log_likelihood:.1f} fitted, {in_force:.1f} in force")
    return 0


def targets_missed(trial: Trial) -> list[str]:
    """Sentences, one for each target of the design that these worlds show to be missed."""
    compatible, ours = trial.rankings[About.DID_IT]
    found = []
    precision = average_precision(ours)
    if not precision >= AP_LEAST:
        found.append(f"average precision {precision:.3f} for who did it, not {AP_LEAST} or more")
    if ours.hits < compatible.hits - RECALL_BELOW * compatible.of:
        found.append(
            f"{ours.hits} of {ours.of} who did it are listed, the compatible rule has "
            f"{compatible.hits}"
        )
    if wrong := trial.excluded[About.PRESENT].hits:
        found.append(f"{wrong} present pairs called excluded, not none")
    return found


def _try(
    kind: Kind, noise: Noise, size: Size, seed: list[int], weigh: Weigh, write: Path | None
) -> Trial:
    began = time.perf_counter()
    made = made_world(kind, noise, size, seed)
    made_s = time.perf_counter() - began
    if write is not None:
        write_scenes(made, write / f"{kind}-{noise.name}-{seed[1]}")
    return try_world(made, weigh, made_s=made_s)


def made_world(kind: Kind, noise: Noise, size: Size, seed: Sequence[int]) -> Scenes:
    """One world; each noise level has wearers and offences of its own."""
    salt = [list(Kind).index(kind), *noise.name.encode()]
    return scenes(kind, noise, size, np.random.default_rng([*seed, *salt]))


def _page(kind: Kind, noise: Noise, trial: Trial) -> str:
    classes = ", ".join(f"{count:,} {name}" for name, count in trial.classes.items())
    lines = [
        f"\n{kind} worlds, {noise.name}: {trial.fixes:,} fixes, {trial.offences:,} offences; made "
        f"{trial.made_s:.1f} s, compatible {trial.compatible_s:.1f} s, evidence "
        f"{trial.weighed_s:.1f} s",
        f"  pairs: {classes}",
        f"  {'':<38}{'compatible':>15}{'evidence':>15}",
    ]
    for about in RANKED:
        lines += _rankings(about, trial)
    for about in About:
        share = trial.excluded[about]
        lines.append(f"  {WORDS[about]}, called excluded: {share.hits} of {share.of:,}")
    met = targets_missed(trial)
    lines.append("  targets " + ("missed: " + "; ".join(met) if met else "met"))
    return "\n".join(lines)


def _rankings(about: About, trial: Trial) -> list[str]:
    compatible, ours = trial.rankings[about]
    hits, word = compatible.hits, WORDS[about]
    listed = [f"{len(each.score):,}" for each in (compatible, ours)]
    found = [f"{each.hits} of {each.of:,}" for each in (compatible, ours)]
    figures = [
        (f"{word}: matches listed", listed),
        (f"{word}: true ones among them", found),
    ]
    for name, form, values in (
        ("average precision", "{:.3f}", [average_precision(each) for each in (compatible, ours)]),
        (
            "precision at equal recall",
            "{:.4f}",
            [precision_at(r, hits) for r in (compatible, ours)],
        ),
        (
            "matches read per true one",
            "{:.1f}",
            [reading_cost(r, hits) for r in (compatible, ours)],
        ),
    ):
        figures.append((f"{word}: {name}", [form.format(value) for value in values]))
    bins = calibration(ours)
    return [
        *(f"  {name:<38}{one:>15}{other:>15}" for name, (one, other) in figures),
        f"  {word}: {trial.usable[about]} of {ours.of:,} had a useful fix while there",
        f"  {word}: calibration error {calibration_error(bins):.4f}; stated, observed (95 %), rows",
        *(_bin(each) for each in bins),
    ]


def _bin(one: Bin) -> str:
    low, high = one.observed.interval
    return (
        f"    {one.low:5.1%} to {one.high:6.1%}: {one.stated:6.2%}  {one.observed.value or 0:6.2%} "
        f"({low:.2%}-{high:.2%})  {one.observed.of:,}"
    )
