"""Evidence over many fixes: rows in order of person and time, a kernel that meets and weighs them.

    offences -> two grids of cells, for fixes that tell streets apart and for those that do not
    fixes -> DuckDB reads and orders them -> who came near, by each fix's own reach
    -> weighed -> Arrow

Arrow in, Arrow out: a cluster's workers can run `weigh_met` over shares of the persons unchanged,
given the same `Met`. Rows come out in one total order, however the fixes were cut.
Twin: `evidence.weigh`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot, pi
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import FOREVER_US, to_us
from waypost.geo import local_m, metres_a_degree
from waypost.matching import evidence_kernel as kernel
from waypost.matching import legs_kernel
from waypost.matching.chance_kernel import spreads_m, within_table
from waypost.matching.compatible import run_name
from waypost.matching.evidence import (
    DENSITY_MIN,
    EVERYBODY_M,
    EXCLUDED_MPS,
    NEAREST_M_ADDED,
    NEAREST_M_MAX,
    POSSIBLE_FROM,
    SCORE_WEIGHTS,
    STAY_S_ADDED,
    Verdict,
)
from waypost.matching.evidence_places import place_m2, places_of, radius_of
from waypost.matching.evidence_spots import OBSERVED_FROM, PRECISE_R95_M
from waypost.matching.places import PADDING_US
from waypost.matching.scan import Scanned, Source
from waypost.matching.track_reading import Tracks, read_tracks
from waypost.matching.values import EVIDENCE, LEGS, MATCH_FIXES, UNSOUND
from waypost.offences.values import Offence

FINE_PER_DEGREE, COARSE_PER_DEGREE = 250.0, 60.0
CELLS_MAX = 16_000_000
ALL_AT_ONCE = 2_000_000  # pairs, where everybody is asked for
# Columns of the kernel's rows: means of several spots, the least of them, those of the nearest.
MEANS, LEAST, OF_NEAREST = [2, 3], [4, 7], [4, 10]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_CANDIDATES: Any = kernel.candidates
_WEIGH_PAIRS: Any = kernel.weigh_pairs
_LEGS: Any = legs_kernel.came_and_went


@dataclass(frozen=True)
class Scenes:
    """The spots of offences as the kernel takes them: one of a point, several of a line or an area.

    begins          first spot of each offence, and the spot after the last
    across, along   metres a degree at each spot
    area_m2         of each offence's place
    """

    begins: Integers
    area_m2: Floats

    lat: Floats
    lon: Floats
    across: Floats
    along: Floats
    radius_m: Floats
    from_us: Integers
    to_us: Integers

    @classmethod
    def of(cls, offences: Sequence[Offence]) -> Scenes:
        spots = [places_of(one) for one in offences]
        counts = np.array([len(each) for each in spots], dtype=np.int64)
        degrees = [metres_a_degree(lat) for each in spots for lat, _ in each]

        def of_each(values: Iterable[float], kind: type) -> npt.NDArray[Any]:
            return np.repeat(np.array(list(values), dtype=kind), counts)

        return cls(
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            np.array([place_m2(one) for one in offences], dtype=np.float64),
            np.array([lat for each in spots for lat, _ in each], dtype=np.float64),
            np.array([lon for each in spots for _, lon in each], dtype=np.float64),
            np.array([across_m for across_m, _ in degrees], dtype=np.float64),
            np.array([along_m for _, along_m in degrees], dtype=np.float64),
            of_each((radius_of(one) for one in offences), np.float64),
            of_each((to_us(one.from_at) for one in offences), np.int64),
            of_each((to_us(one.to_at) for one in offences), np.int64),
        )

    @property
    def columns(self) -> tuple[Any, ...]:
        return (self.lat, self.lon, self.across, self.along, self.radius_m, self.from_us,
                self.to_us)  # fmt: skip

    @property
    def are_points(self) -> bool:
        return self.area_m2.size == self.lat.size

    def spots(self, offence: int) -> range:
        return range(int(self.begins[offence]), int(self.begins[offence + 1]))

    def offence_of(self, spot: Integers) -> Integers:
        return np.searchsorted(self.begins, spot, side="right") - 1

    def spots_of(self, offence: Integers) -> tuple[Integers, Integers]:
        """Every spot of each of these offences in turn, and where each one's begin among them."""
        counts = np.diff(self.begins)[offence]
        firsts = np.cumsum(counts) - counts
        spots = np.arange(counts.sum()) - np.repeat(firsts - self.begins[offence], counts)
        return spots, firsts

    def mean(self, of_spots: Floats) -> Floats:
        """Of each offence's spots."""
        if self.are_points:
            return of_spots
        return np.asarray(np.add.reduceat(of_spots, self.begins[:-1]) / np.diff(self.begins))


@dataclass(frozen=True)
class Troubles:
    """When the tags of these tracks were not sound, by person and in order (values.UNSOUND)."""

    begins: Integers
    from_us: Integers
    to_us: Integers
    why: npt.NDArray[np.object_]

    @classmethod
    def of(cls, unsound: pa.Table | None, persons: Integers) -> Troubles:
        """None: nothing is known against any."""
        rows = (UNSOUND.empty_table() if unsound is None else unsound).sort_by(
            [(name, "ascending") for name in UNSOUND.names]
        )
        of = rows["person"].to_numpy().astype(np.int64)
        kept = np.isin(of, persons)
        from_us, to_us = (rows[name].to_numpy().astype(np.int64)[kept]
                          for name in ("from_us", "to_us"))  # fmt: skip
        why = rows["why"].to_numpy(zero_copy_only=False)[kept]
        firsts = np.searchsorted(of[kept], persons)
        return cls(np.append(firsts, of[kept].size).astype(np.int64), from_us, to_us, why)

    @property
    def columns(self) -> tuple[Any, ...]:
        return self.begins, self.from_us, self.to_us

    def words(self, rows: Integers) -> dict[str, pa.Array]:
        """The columns of values.EVIDENCE that say what was unsound; row -1: nothing."""
        none = rows < 0
        if none.all():
            return {"unsound": pa.nulls(rows.size, pa.string()),
                    "unsound_from_us": pa.nulls(rows.size, pa.int64()),
                    "unsound_to_us": pa.nulls(rows.size, pa.int64())}  # fmt: skip
        ends = self.to_us[rows]
        return {
            "unsound": pa.array(self.why[rows], pa.string(), mask=none),
            "unsound_from_us": pa.array(self.from_us[rows], mask=none),
            "unsound_to_us": pa.array(ends, mask=none | (ends >= FOREVER_US)),
        }


@dataclass(frozen=True)
class Met:
    """Who came near any of the offences, and how usual it is for a tag to be at each.

    persons      codes of the source     population   how many persons were read
    by_chance    per m2 and spot of an offence: the share of all tags' time spent there (evidence)
    """

    persons: Integers
    population: int
    by_chance: Floats


def meet(offences: Sequence[Offence], source: Source) -> Met:
    """A first pass over everybody's fixes, so that only those met need their history read."""
    tracks = read_tracks(source)
    if not offences or tracks.persons.size == 0:
        nobody = np.empty(0, dtype=np.int64)
        return Met(nobody, tracks.persons.size, np.full(len(offences), DENSITY_MIN))
    _, person, by_chance = _met(Scenes.of(offences), tracks)
    return Met(tracks.persons[np.unique(person)], tracks.persons.size, by_chance)


def weigh(
    offences: Sequence[Offence],
    source: Source,
    *,
    everybody: bool = False,
    unsound: pa.Table | None = None,
) -> pa.Table:
    """What each wearer's fixes say of each offence (values.EVIDENCE), best first.

    everybody   a row for every pair, with who cannot have been there and of whom it cannot be told;
                else only those observed at the place, and those who possibly were
    unsound     when tags were not sound (values.UNSOUND); None: not known, as in a file of fixes
    """
    tracks = read_tracks(source)
    if not offences or tracks.persons.size == 0:
        return EVIDENCE.empty_table()
    return _best_first(Scenes.of(offences), tracks, None, unsound, everybody=everybody)


def weigh_met(
    offences: Sequence[Offence], source: Source, met: Met, unsound: pa.Table | None = None
) -> Scanned:
    """The same of those met in a first pass, whose history the source holds now, too; with the
    fixes at each place (values.MATCH_FIXES; `overlap` is the chance of being within it)."""
    tracks = read_tracks(source)
    if not offences or tracks.persons.size == 0:
        return Scanned(EVIDENCE.empty_table(), MATCH_FIXES.empty_table())
    scenes = Scenes.of(offences)
    found = _best_first(scenes, tracks, met, unsound, everybody=False)
    place = {int(code): n for n, code in enumerate(tracks.persons)}
    rows = [
        fix
        for row in found.select(["offence", "person", "sequences"]).to_pylist()
        if row["sequences"]
        for fix in _fixes_at(scenes, tracks, row["offence"], place[row["person"]])
    ]
    return Scanned(found, pa.Table.from_pylist(rows, schema=MATCH_FIXES))


def _met(scenes: Scenes, tracks: Tracks) -> tuple[Integers, Integers, Floats]:
    """Offence and person of each pair that could matter; how usual each spot is."""
    spot, person, there_us, all_us = _CANDIDATES(
        *tracks.columns, *scenes.columns,
        _grid(scenes, FINE_PER_DEGREE, PRECISE_R95_M),
        _grid(scenes, COARSE_PER_DEGREE, kernel.COARSE_REACH_M),
    )  # fmt: skip
    area_m2 = pi * (scenes.radius_m + EVERYBODY_M) ** 2
    by_chance = np.maximum(there_us / max(all_us, 1.0) / area_m2, DENSITY_MIN)
    offence, person = spot.astype(np.int64), person.astype(np.int64)
    if not scenes.are_points:  # met at several spots of one place is met once
        several = tracks.persons.size
        both = np.unique(scenes.offence_of(offence) * several + person)
        offence, person = both // several, both % several
    return offence, person, by_chance


def _best_first(
    scenes: Scenes, tracks: Tracks, met: Met | None, unsound: pa.Table | None, *, everybody: bool
) -> pa.Table:
    troubles = Troubles.of(unsound, tracks.persons)
    offence, person, by_chance = _met(scenes, tracks)
    population = tracks.persons.size
    if met is not None:
        population, by_chance = met.population, met.by_chance
    if everybody:
        offence = np.repeat(np.arange(scenes.area_m2.size), tracks.persons.size)
        person = np.tile(np.arange(tracks.persons.size), scenes.area_m2.size)
    at_once = ALL_AT_ONCE // int(np.diff(scenes.begins).max())
    parts = [
        _weighed(offence[n : n + at_once], person[n : n + at_once], scenes, tracks,
                 troubles, by_chance, population, everybody=everybody)
        for n in range(0, max(offence.size, 1), at_once)
    ]  # fmt: skip
    best = [("score", "descending"), ("offence", "ascending"), ("person", "ascending")]
    return pa.concat_tables(parts).sort_by(best)


@lru_cache(maxsize=1)
def table() -> Floats:
    found: Floats = within_table()
    return found


def signs_of(ratio: Floats, stay_s: Floats, nearest_m: Floats) -> Floats:
    """`evidence.signs` over arrays: a row each pair; nearest_m is inf where there was no fix."""
    stay = np.log(stay_s + STAY_S_ADDED)
    near = np.log(np.minimum(nearest_m, NEAREST_M_MAX) + NEAREST_M_ADDED)
    return np.stack([np.ones(stay.size), np.log(ratio), stay, stay * stay, near], axis=1)


def scores_of(ratio: Floats, stay_s: Floats, nearest_m: Floats) -> Floats:
    """`evidence.score_of` over arrays."""
    odds = signs_of(ratio, stay_s, nearest_m) @ np.array(SCORE_WEIGHTS)
    return np.asarray(1 / (1 + np.exp(-odds)))


def _weighed(
    offence: Integers, person: Integers, scenes: Scenes, tracks: Tracks,
    troubles: Troubles, by_chance: Floats, population: int, *, everybody: bool,
) -> pa.Table:  # fmt: skip
    spots, firsts = scenes.spots_of(offence)
    each = np.repeat(person, np.diff(scenes.begins)[offence])
    found = _WEIGH_PAIRS(spots, each, *tracks.columns, *scenes.columns, by_chance,
                         *troubles.columns, table())  # fmt: skip
    if not scenes.are_points:
        found = _of_places(found, firsts)
    (seen, presence, density, base, nearest, inside, covered, needed, trouble, stay,
     nearest_r95_m) = found.T  # fmt: skip
    ratio = np.maximum(density, DENSITY_MIN * 1e-6) / base
    verdict = np.select(
        [seen > 0, presence >= POSSIBLE_FROM, (needed > EXCLUDED_MPS) & (trouble < 0)],
        [Verdict.OBSERVED.value, Verdict.POSSIBLE.value, Verdict.EXCLUDED.value],
        Verdict.CANNOT_TELL.value,
    )
    shown = np.ones(seen.size, dtype=np.bool_) if everybody else (
        (seen > 0) | (presence >= POSSIBLE_FROM)
    )  # fmt: skip
    rows = np.flatnonzero(shown)
    labels = [_labels(scenes, tracks, int(offence[n]), int(person[n])) if seen[n] else ""
              for n in rows]  # fmt: skip
    place_m2 = scenes.area_m2[offence]
    at_chance = scenes.mean(by_chance)[offence] * place_m2 * population
    columns = {
        "offence": offence, "person": tracks.persons[person],
        "score": scores_of(ratio, stay, nearest),
        "class": verdict, "presence": presence, "likelihood_ratio": ratio,
        "base_rate": base * place_m2, "expected_by_chance": at_chance,
        "seconds_inside": inside, "coverage": covered, "stay_s": stay,
    }  # fmt: skip
    made = {name: np.asarray(column)[rows] for name, column in columns.items()}
    made["score"] = np.round(made["score"], 9)
    none = ~np.isfinite(nearest[rows])
    firsts = scenes.begins[offence[rows]]
    spread = spreads_m(np.where(none, 0.0, nearest_r95_m[rows]), scenes.radius_m[firsts])
    legs = _LEGS(offence[rows], person[rows], seen[rows], scenes.begins, *tracks.columns,
                 *scenes.columns, table())  # fmt: skip
    return pa.table(
        made | {
            "nearest_m": pa.array(np.where(none, 0.0, nearest[rows]), mask=none),
            "nearest_spread_m": pa.array(spread, mask=none),
            "needed_mps": pa.array(needed[rows], mask=~np.isfinite(needed[rows])),
            "sequences": pa.array(labels, pa.string()),
        }
        | {name: pa.array(leg, from_pandas=True)  # NaN: not observed
           for name, leg in zip(LEGS, legs.T, strict=True)}
        | troubles.words(trouble[rows].astype(np.int64))
    ).select(EVIDENCE.names).cast(EVIDENCE)  # fmt: skip


def _of_places(found: Floats, firsts: Integers) -> Floats:
    """`evidence.weigh_place` over arrays: rows of spots to rows of places."""
    if not firsts.size:
        return found
    most, least = (act.reduceat(found, firsts, axis=0) for act in (np.maximum, np.minimum))
    counts = np.diff(np.append(firsts, len(found)))
    of_places = most.copy()
    of_places[:, MEANS] = np.add.reduceat(found[:, MEANS], firsts, axis=0) / counts[:, None]
    of_places[:, LEAST] = least[:, LEAST]
    nearest_first = np.lexsort((found[:, OF_NEAREST[0]], np.repeat(firsts, counts)))
    of_places[:, OF_NEAREST] = found[nearest_first[firsts]][:, OF_NEAREST]
    return of_places


def _labels(scenes: Scenes, tracks: Tracks, offence: int, person: int) -> str:
    """A1 A2 B1 ...: the fixes at the place in the padded window, run by run."""
    return " ".join(label for _, label, _ in _labelled(scenes, tracks, offence, person))


def _labelled(
    scenes: Scenes, tracks: Tracks, offence: int, person: int
) -> Iterator[tuple[int, str, float]]:
    """Row, label and chance of each fix that is more likely within the place than not."""
    first, last = tracks.begins[person], tracks.begins[person + 1]
    spots = scenes.spots(offence)
    begin, end = scenes.from_us[spots[0]] - PADDING_US, scenes.to_us[spots[0]] + PADDING_US
    low = first + np.searchsorted(tracks.us[first:last], begin)
    high = first + np.searchsorted(tracks.us[first:last], end, side="right")
    run = place = 0
    chances = np.max(
        [kernel.inside_each(
            tracks.lat[low:high], tracks.lon[low:high], tracks.r95_m[low:high], scenes.lat[spot],
            scenes.lon[spot], scenes.across[spot], scenes.along[spot], scenes.radius_m[spot],
            table(),
        ) for spot in spots],
        axis=0,
    )  # fmt: skip
    for n, chance in enumerate(chances):
        if chance < OBSERVED_FROM:
            place = 0
            continue
        run, place = run + (place == 0), place + 1
        yield int(low) + n, f"{run_name(run)}{place}", float(chance)


def _fixes_at(
    scenes: Scenes, tracks: Tracks, offence: int, person: int
) -> Iterator[dict[str, Any]]:
    spots = [(float(scenes.lat[spot]), float(scenes.lon[spot])) for spot in scenes.spots(offence)]
    for row, label, chance in _labelled(scenes, tracks, offence, person):
        lat, lon = float(tracks.lat[row]), float(tracks.lon[row])
        yield {
            "offence": offence, "person": int(tracks.persons[person]), "label": label,
            "us": int(tracks.us[row]), "lat": lat, "lon": lon, "r95_m": float(tracks.r95_m[row]),
            "mechanism": int(tracks.mechanism[row]), "overlap": chance,
            "distance_m": min(hypot(*local_m(lat, lon, *spot)) for spot in spots),
        }  # fmt: skip


def _grid(scenes: Scenes, per_degree: float, beyond_m: float) -> tuple[Any, ...]:
    """The offences in each cell that their radius and `beyond_m` touch; cells grow where the
    offences lie so far apart that there would be too many."""
    high = (scenes.radius_m + beyond_m) / scenes.along
    wide = (scenes.radius_m + beyond_m) / np.maximum(scenes.across, 1_000.0)
    south, west = float((scenes.lat - high).min()), float((scenes.lon - wide).min())
    tall, broad = float((scenes.lat + high).max()) - south, float((scenes.lon + wide).max()) - west
    while (tall * per_degree + 2) * (broad * per_degree + 2) > CELLS_MAX:
        per_degree /= 2
    rows, columns = int(tall * per_degree) + 2, int(broad * per_degree) + 2
    first_row, last_row = (_cells(scenes.lat + sign * high - south, per_degree) for sign in (-1, 1))
    first_column, last_column = (_cells(scenes.lon + sign * wide - west, per_degree)
                                 for sign in (-1, 1))  # fmt: skip
    cells, of = [], []
    down = last_row - first_row + 1
    along = last_column - first_column + 1
    for dy in range(int(down.max())):
        for dx in range(int(along.max())):
            touched = np.flatnonzero((dy < down) & (dx < along))
            cells.append((first_row[touched] + dy) * columns + first_column[touched] + dx)
            of.append(touched)
    cell, offence = np.concatenate(cells), np.concatenate(of)
    order = np.lexsort((offence, cell))
    begins = np.searchsorted(cell[order], np.arange(rows * columns + 1))
    return (south, west, per_degree, rows, columns, begins.astype(np.int64),
            offence[order].astype(np.int64))  # fmt: skip


def _cells(degrees: Floats, per_degree: float) -> Integers:
    return np.floor(degrees * per_degree).astype(np.int64)
