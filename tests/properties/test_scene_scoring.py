"""The scorer of matching agrees with its figures' definitions, whatever the scores and ties are."""

from __future__ import annotations

import math
from itertools import permutations, product
from statistics import mean

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.worlds.scene_scoring import (
    About,
    Ranking,
    average_precision,
    calibration,
    calibration_error,
    merge,
    precision_at,
    ranking_of,
    reading_cost,
    rows_read,
    wrongly_excluded,
)

ROWS = st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=7)


def _ranking(rows, missed=0):
    score, true = zip(*rows, strict=True)
    return Ranking(np.array(score), np.array(true), sum(true) + missed)


def _orders(rows):
    """Every order in which the rows could be read, best first."""
    ties = [[true for score, true in rows if score == level] for level in (0.9, 0.5, 0.1)]
    for parts in product(*(permutations(tie) for tie in ties)):
        yield [true for part in parts for true in part]


def _ap_by_definition(order, of):
    return sum(mean(order[: place + 1]) for place, true in enumerate(order) if true) / of


def _read_by_definition(order, hits):
    return next(n for n in range(len(order) + 1) if sum(order[:n]) == hits)


@given(ROWS, st.integers(0, 3))
def test_average_precision_is_its_definition_meant_over_all_orders_of_ties(rows, missed):
    ranking = _ranking(rows, missed)
    if not ranking.of:
        assert math.isnan(average_precision(ranking))
        return
    plain = mean(_ap_by_definition(order, ranking.of) for order in _orders(rows))
    assert average_precision(ranking) == pytest.approx(plain)


@given(ROWS, st.data())
def test_rows_read_until_so_many_hits_is_the_mean_over_all_orders_of_ties(rows, data):
    ranking = _ranking(rows)
    hits = data.draw(st.integers(0, ranking.hits))
    plain = mean(_read_by_definition(order, hits) for order in _orders(rows))
    assert rows_read(ranking, hits) == pytest.approx(plain)
    if hits:
        assert precision_at(ranking, hits) == pytest.approx(hits / plain)
        assert reading_cost(ranking, hits) == pytest.approx(plain / hits)


@given(ROWS)
def test_more_hits_than_there_are_are_never_read(rows):
    ranking = _ranking(rows, missed=2)
    assert rows_read(ranking, ranking.hits + 1) == math.inf
    assert precision_at(ranking, ranking.hits + 1) == 0


@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_no_figure(rows, chance):
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    one, other = _ranking(rows, 1), _ranking(shuffled, 1)
    assert average_precision(one) == pytest.approx(average_precision(other))
    assert calibration_error(calibration(one)) == pytest.approx(
        calibration_error(calibration(other))
    )


@given(ROWS)
def test_a_true_row_scored_higher_never_makes_average_precision_worse(rows):
    better = [(1.0 if true else score, true) for score, true in rows]
    if any(true for _, true in rows):
        assert average_precision(_ranking(better)) >= average_precision(_ranking(rows)) - 1e-12
        assert average_precision(_ranking(better)) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_every_row_stands_in_one_bin_and_the_error_is_that_of_the_bins(rows):
    ranking = _ranking(rows)
    bins = calibration(ranking, (0.0, 0.25, 0.5, 1.0))
    plain = 0.0
    for low, high in ((0.0, 0.25), (0.25, 0.5), (0.5, 1.01)):
        inside = [(score, true) for score, true in rows if low <= score < high]
        if inside:
            observed = mean(true for _, true in inside)
            plain += len(inside) / len(rows) * abs(mean(score for score, _ in inside) - observed)
    assert sum(each.observed.of for each in bins) == len(rows)
    assert sum(each.observed.hits for each in bins) == ranking.hits
    assert calibration_error(bins) == pytest.approx(plain)


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_worlds_merged_are_one_list(several):
    merged = merge([_ranking(rows, 1) for rows in several])
    together = _ranking([row for rows in several for row in rows], missed=len(several))
    assert average_precision(merged) == pytest.approx(average_precision(together))


def _truth(pairs):
    offence, person, did, was = zip(*pairs, strict=True)
    return pa.table(
        {
            "offence": offence,
            "person": person,
            "present": [True] * len(pairs),
            "was_there": was,
            "did_it": did,
        }
    )


TRUTH = _truth([(0, 5, True, True), (1, 5, False, True), (2, 7, True, True), (3, 1, False, False)])


def _rows(*rows):
    offence, person, score, called = zip(*rows, strict=True)
    return pa.table({"offence": offence, "person": person, "score": score, "class": called})


def test_only_listed_classes_are_ranked_and_pairs_left_out_still_count_as_true():
    rows = _rows((0, 5, 0.9, "observed"), (1, 5, 0.5, "possible"), (2, 7, 0.8, "cannot_tell"))
    did = ranking_of(rows, TRUTH, About.DID_IT)
    assert (did.hits, did.of, len(did.score)) == (1, 2, 2)
    assert ranking_of(rows, TRUTH, About.WAS_THERE).hits == 2


def test_present_pairs_called_excluded_are_counted_and_others_are_not():
    rows = _rows((0, 5, 0.0, "excluded"), (3, 1, 0.0, "excluded"), (0, 6, 0.0, "excluded"))
    assert wrongly_excluded(rows, TRUTH, About.PRESENT).hits == 2
    assert wrongly_excluded(rows, TRUTH, About.PRESENT).of == 4
    assert wrongly_excluded(rows, TRUTH, About.DID_IT).hits == 1


def test_a_pair_that_stands_twice_is_refused():
    rows = _rows((0, 5, 0.9, "observed"), (0, 5, 0.1, "possible"))
    with pytest.raises(ValueError, match="twice"):
        ranking_of(rows, TRUTH, About.DID_IT)


def test_a_score_that_is_no_number_is_refused():
    rows = _rows((0, 5, math.nan, "observed"))
    with pytest.raises(ValueError, match="number"):
        ranking_of(rows, TRUTH, About.DID_IT)
