"""Fitting the score: known weights come back, and the command fits on tuning worlds alone."""

from __future__ import annotations

import numpy as np
import pytest

from waypost.cli import bench_evidence
from waypost.cli.bench_evidence import fit_score, size_of
from waypost.matching.evidence import SCORE_WEIGHTS
from waypost.worlds.scene_fitting import fit, log_likelihood
from waypost.worlds.scene_values import QUIET, Kind


def made(weights, rows, seed=4):
    chance = np.random.default_rng(seed)
    signs = np.column_stack(
        [np.ones(rows), chance.normal(3.0, 2.0, rows), chance.gamma(2.0, 5.0, rows)]
    )
    true = chance.random(rows) < 1 / (1 + np.exp(-signs @ np.array(weights)))
    return signs, true


def test_weights_that_made_the_truth_are_found_within_their_errors():
    weights = (-4.0, 0.9, -0.2)
    fitted = fit(*made(weights, 60_000))
    assert np.all(np.abs(fitted.weights - weights) < 3 * fitted.errors)
    assert np.all(fitted.errors < 0.1)
    assert (fitted.rows, fitted.true) == (60_000, int(made(weights, 60_000)[1].sum()))


def test_no_other_weights_are_likelier():
    signs, true = made((-4.0, 0.9, -0.2), 5_000)
    fitted = fit(signs, true)
    assert fitted.log_likelihood == pytest.approx(log_likelihood(signs @ fitted.weights, true))
    for n in range(3):
        for by in (-0.05, 0.05):
            moved = fitted.weights.copy()
            moved[n] += by
            assert log_likelihood(signs @ moved, true) < fitted.log_likelihood


def test_what_is_stated_is_in_the_mean_what_is_true():
    """Of a fit with an offset, always: the score is calibrated in the large."""
    signs, true = made((-4.0, 0.9, -0.2), 5_000)
    stated = 1 / (1 + np.exp(-signs @ fit(signs, true).weights))
    assert stated.mean() == pytest.approx(true.mean())


@pytest.mark.parametrize("all_true", [True, False])
def test_where_all_are_true_or_none_nothing_is_fitted(all_true):
    signs, _ = made((-4.0, 0.9, -0.2), 50)
    with pytest.raises(ValueError, match="all rows are true, or none"):
        fit(signs, np.full(50, all_true))


def test_where_one_sign_gives_all_away_the_fit_says_that_it_does_not_settle():
    signs = np.column_stack([np.ones(40), np.linspace(-1, 1, 40)])
    with pytest.raises((ValueError, np.linalg.LinAlgError)):
        fit(signs, signs[:, 1] > 0)


def test_the_command_fits_on_tuning_worlds_and_shows_what_is_in_force(capsys, monkeypatch):
    kinds = []
    scenes = bench_evidence.scenes

    def remembered(kind, *rest):
        kinds.append(kind)
        return scenes(kind, *rest)

    monkeypatch.setattr(bench_evidence, "scenes", remembered)
    assert fit_score(noises=[QUIET], size=size_of(40, 4), worlds=2, seed=1) == 0
    lines = capsys.readouterr().out.splitlines()
    assert kinds == [Kind.TUNE, Kind.TUNE]
    assert lines[0].startswith("quiet 0:")
    [in_force] = [line for line in lines if line.startswith("in force")]
    assert [float(word) for word in in_force.split()[2:]] == pytest.approx(SCORE_WEIGHTS, abs=6e-4)
