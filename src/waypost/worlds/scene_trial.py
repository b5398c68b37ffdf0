"""Two methods on one scoring world: the compatible rule, and one that weighs the evidence.

    try_world(made, weigh) -> Trial      merged(trials) -> Trial of all of them

Both are ranked against the same truth, once for who did it and once for who was there. Of the
true pairs, `usable` are those of which at least one useful fix was measured while they were there:
no rule that needs a fix can find the others, and they count as missed all the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from waypost.matching.scan import Source, scan
from waypost.offences.values import Offence
from waypost.worlds.scene_scoring import (
    About,
    Ranking,
    merge,
    ranking_of,
    summed,
    wrongly_excluded,
)
from waypost.worlds.scene_values import Scenes
from waypost.worlds.scenes import source_of
from waypost.worlds.scoring import Share

RANKED = (About.DID_IT, About.WAS_THERE)


class Weigh(Protocol):
    """offence, person, score (0-1), class, nearest_m, seconds_inside, coverage, likelihood_ratio,
    base_rate; with `everybody` a row for every pair of an offence and a person of the source."""

    def __call__(
        self, offences: Sequence[Offence], source: Source, *, everybody: bool = False
    ) -> pa.Table: ...


@dataclass(frozen=True)
class Trial:
    """What one world, or several, showed.

    rankings    by About: the compatible rule's and the other method's
    usable      true pairs of which a useful fix was measured while they were there
    excluded    present pairs (and those of RANKED) that the method called excluded
    classes     how many pairs stand in each class
    """

    fixes: int
    offences: int
    rankings: dict[About, tuple[Ranking, Ranking]]
    usable: dict[About, int]
    excluded: dict[About, Share]
    classes: dict[str, int]
    made_s: float
    compatible_s: float
    weighed_s: float


def try_world(made: Scenes, weigh: Weigh, *, made_s: float = 0.0) -> Trial:
    source = source_of(made)
    began = time.perf_counter()
    compatible = scan(made.offences, source).matches
    between = time.perf_counter()
    rows = weigh(made.offences, source, everybody=True)
    ended = time.perf_counter()
    heard = made.truth.filter(pc.greater(made.truth["heard"], 0))
    counted = pc.value_counts(rows["class"]).to_pylist()
    return Trial(
        fixes=made.fixes.num_rows,
        offences=len(made.offences),
        rankings={
            about: (ranking_of(compatible, made.truth, about), ranking_of(rows, made.truth, about))
            for about in RANKED
        },
        usable={about: int(pc.sum(heard[about.value]).as_py() or 0) for about in RANKED},
        excluded={about: wrongly_excluded(rows, made.truth, about) for about in About},
        classes={each["values"]: each["counts"] for each in counted},
        made_s=made_s,
        compatible_s=between - began,
        weighed_s=ended - between,
    )


def merged(trials: Sequence[Trial]) -> Trial:
    names = sorted({name for each in trials for name in each.classes})
    return Trial(
        fixes=sum(each.fixes for each in trials),
        offences=sum(each.offences for each in trials),
        rankings={
            about: (
                merge([each.rankings[about][0] for each in trials]),
                merge([each.rankings[about][1] for each in trials]),
            )
            for about in RANKED
        },
        usable={about: sum(each.usable[about] for each in trials) for about in RANKED},
        excluded={about: summed(each.excluded[about] for each in trials) for about in About},
        classes={name: sum(each.classes.get(name, 0) for each in trials) for name in names},
        made_s=sum(each.made_s for each in trials),
        compatible_s=sum(each.compatible_s for each in trials),
        weighed_s=sum(each.weighed_s for each in trials),
    )


def compatible_weigh(
    offences: Sequence[Offence], source: Source, *, everybody: bool = False
) -> pa.Table:
    """The compatible rule in the shape of a method that weighs: what any other must be better than.

    Its score is an overlap, no probability; it says nothing of base rates and excludes nobody.
    """
    matches = scan(offences, source).matches.select(
        ["offence", "person", "score", "nearest_m", "seconds_inside", "coverage"]
    )
    rows = matches.append_column("class", pa.array(["observed"] * matches.num_rows, pa.string()))
    if everybody:
        rows = pa.concat_tables([rows, _others(len(offences), source, rows)])
    nothing = pa.array(np.full(rows.num_rows, np.nan))
    return rows.append_column("likelihood_ratio", nothing).append_column("base_rate", nothing)


def _others(offences: int, source: Source, rows: pa.Table) -> pa.Table:
    """A row that cannot tell for each pair that did not match."""
    people = np.unique(next(iter(source.tables.values()))["person"].to_numpy())
    offence, person = np.repeat(np.arange(offences), len(people)), np.tile(people, offences)
    matched = rows["offence"].to_numpy() << 32 | rows["person"].to_numpy()
    other = ~np.isin(offence << 32 | person, matched)
    count = int(other.sum())
    none, zero = np.full(count, np.nan), np.zeros(count)
    columns = {
        "offence": offence[other],
        "person": person[other],
        "score": zero,
        "nearest_m": none,
        "seconds_inside": zero,
        "coverage": zero,
        "class": ["cannot_tell"] * count,
    }
    return pa.table(columns, schema=rows.schema)
