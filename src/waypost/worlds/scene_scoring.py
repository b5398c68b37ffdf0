"""How well a ranking of (offence, person) pairs finds those who truly did it, or were there. Pure.

    rows + truth -> ranking_of -> Ranking -> average_precision, rows_read, calibration
    classes + truth -> wrongly_excluded -> Share

Ties are broken by expected value: a figure is the mean over all orders in which rows of one score
could be read, so that neither luck nor the order of rows changes it (McSherry and Najork 2008).
True pairs that a ranking leaves out count as never found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from waypost.worlds.scoring import Share

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LISTED = ("observed", "possible")  # classes that the matches file shows (design, section 4)
EXCLUDED = "excluded"
BIN_EDGES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)


class About(StrEnum):
    """Columns of scene_values.TRUTH that something can be scored against."""

    DID_IT = "did_it"
    WAS_THERE = "was_there"
    PRESENT = "present"


@dataclass(frozen=True)
class Ranking:
    """Rows of one method: score and whether each is true; `of` true pairs exist altogether."""

    score: Floats
    true: Bools
    of: int

    @property
    def hits(self) -> int:
        return int(self.true.sum())

    @property
    def recall(self) -> Share:
        return Share(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose stated probability lies in [low, high): mean of it, and how many were true."""

    low: float
    high: float
    stated: float
    observed: Share


def ranking_of(rows: pa.Table, truth: pa.Table, about: About) -> Ranking:
    """Rows (offence, person, score, and class where there is one) against the truth.

    rows    each pair at most once; of classes, only those LISTED are read
    raises  ValueError where a pair stands twice or a score is no number
    """
    if "class" in rows.column_names:
        rows = rows.filter(pc.is_in(rows["class"], pa.array(LISTED)))
    keys = _keys(rows)
    score = rows["score"].to_numpy().astype(np.float64)
    if len(np.unique(keys)) != len(keys):
        raise ValueError("a pair stands twice in the ranking")
    if np.isnan(score).any():
        raise ValueError("a score is not a number")
    of = truth.filter(truth[about.value]).num_rows
    return Ranking(score, true_rows(rows, truth, about), of)


def true_rows(rows: pa.Table, truth: pa.Table, about: About) -> Bools:
    """Of which pairs it is true."""
    return np.isin(_keys(rows), _keys(truth.filter(truth[about.value])))


def merge(rankings: Sequence[Ranking]) -> Ranking:
    """Several worlds read as one list, since scores are comparable across offences."""
    return Ranking(
        np.concatenate([each.score for each in rankings]),
        np.concatenate([each.true for each in rankings]),
        sum(each.of for each in rankings),
    )


def average_precision(ranking: Ranking) -> float:
    """Mean over all true pairs of the precision when each is read; 0 for those never listed.

    empty   NaN where nothing is true
    """
    if not ranking.of:
        return math.nan
    total = 0.0
    for read, hits, size, true in _ties(ranking):
        if not true:
            continue
        at = np.arange(1, size + 1)
        # At one place of a tie a true row stands with true / size; of the rows of the tie before
        # it so many are true in the mean.
        before = (at - 1) * ((true - 1) / (size - 1) if size > 1 else 0.0)
        total += float((true / size * (hits + before + 1) / (read + at)).sum())
    return total / ranking.of


def rows_read(ranking: Ranking, hits: int) -> float:
    """Rows read, best first, until so many true ones are found; infinite where there are fewer."""
    if hits <= 0:
        return 0.0
    for read, found, size, true in _ties(ranking):
        if found + true >= hits:
            # The j-th of r true rows in a tie of n stands at j (n + 1) / (r + 1) in the mean.
            return read + (hits - found) * (size + 1) / (true + 1)
    return math.inf


def precision_at(ranking: Ranking, hits: int) -> float:
    """True ones among the rows read until so many are found: precision at equal recall."""
    read = rows_read(ranking, hits)
    return hits / read if read else math.nan


def reading_cost(ranking: Ranking, hits: int) -> float:
    """Rows read for each true one, at equal recall."""
    return rows_read(ranking, hits) / hits if hits else math.nan


def calibration(ranking: Ranking, edges: Sequence[float] = BIN_EDGES) -> list[Bin]:
    """Stated probability against how often it was so, for each bin that has rows."""
    place = np.clip(np.digitize(ranking.score, edges) - 1, 0, len(edges) - 2)
    found = []
    for number in np.unique(place):
        inside = place == number
        found.append(
            Bin(
                edges[number],
                edges[number + 1],
                float(ranking.score[inside].mean()),
                Share(int(ranking.true[inside].sum()), int(inside.sum())),
            )
        )
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: |stated - observed|, each bin by its rows. NaN without rows."""
    rows = sum(each.observed.of for each in bins)
    if not rows:
        return math.nan
    off = sum(abs(each.stated * each.observed.of - each.observed.hits) for each in bins)
    return off / rows


def wrongly_excluded(rows: pa.Table, truth: pa.Table, about: About) -> Share:
    """Of the pairs for which it is true, how many were called excluded."""
    wanted = _keys(truth.filter(truth[about.value]))
    called = _keys(rows.filter(pc.equal(rows["class"], EXCLUDED)))
    return Share(int(np.isin(wanted, called).sum()), len(wanted))


def summed(shares: Iterable[Share]) -> Share:
    all_of = list(shares)
    return Share(sum(each.hits for each in all_of), sum(each.of for each in all_of))


def _keys(rows: pa.Table) -> Integers:
    """One number a pair."""
    offence = rows["offence"].to_numpy().astype(np.int64)
    return np.asarray(offence << 32 | rows["person"].to_numpy().astype(np.int64))


def _ties(ranking: Ranking) -> Iterable[tuple[int, int, int, int]]:
    """Best first, for each score: rows and true ones before it, rows and true ones of it."""
    scores, which = np.unique(-ranking.score, return_inverse=True)
    sizes = np.bincount(which, minlength=len(scores))
    true = np.bincount(which, weights=ranking.true, minlength=len(scores)).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    hits = np.concatenate([[0], np.cumsum(true)[:-1]])
    return zip(before.tolist(), hits.tolist(), sizes.tolist(), true.tolist(), strict=True)
