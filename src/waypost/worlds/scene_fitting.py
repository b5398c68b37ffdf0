"""Fitting the score that orders reading: which share of such pairs was of whoever did it. Pure.

    listed pairs of tuning worlds -> their signs (matching.evidence) and the truth
    -> fit -> weights by maximum likelihood, with their errors

A logistic regression by Newton's method on scaled columns (Hosmer, Lemeshow and Sturdivant 2013,
section 1.2). It starts from the share of true rows and takes no chances: the same rows give the
same weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from waypost.matching.evidence_scan import signs_of
from waypost.worlds.scene_scoring import LISTED, About, true_rows

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
STEPS_MAX = 100
SMALL = 1e-9
STEP_MAX = 2.0  # in scaled columns: a longer one may leap over the best


@dataclass(frozen=True)
class Fitted:
    """Weights in the order of the signs, the first being the offset; errors are standard ones."""

    weights: Floats
    errors: Floats
    log_likelihood: float
    rows: int
    true: int


def signs_and_truth(rows: pa.Table, truth: pa.Table) -> tuple[Floats, Bools]:
    """Of the pairs that are listed: what the score is made of, and whether they did it."""
    listed = rows.filter(pc.is_in(rows["class"], pa.array(LISTED)))
    nearest_m = listed["nearest_m"].fill_null(np.inf).to_numpy()
    ratio, stay_s = (listed[name].to_numpy() for name in ("likelihood_ratio", "stay_s"))
    return signs_of(ratio, stay_s, nearest_m), true_rows(listed, truth, About.DID_IT)


def fit(signs: Floats, true: Bools) -> Fitted:
    """The weights under which the truth is likeliest.

    signs    a row each pair, the first column being 1
    raises   ValueError where all rows are true, or none: no weights are likeliest then
    """
    if not 0 < true.sum() < true.size:
        raise ValueError("no weights can be fitted where all rows are true, or none")
    middle, spread = signs.mean(axis=0), signs.std(axis=0)
    middle[0], spread[0] = 0.0, 1.0
    scaled = (signs - middle) / spread
    weights = np.zeros(signs.shape[1])
    weights[0] = np.log(true.mean() / (1 - true.mean()))
    for _ in range(STEPS_MAX):
        uphill = scaled.T @ (true - _chance(scaled @ weights))
        step = np.linalg.solve(_curvature(scaled, weights), uphill)
        weights += step / max(1.0, np.abs(step).max() / STEP_MAX)
        if np.abs(step).max() < SMALL:
            break
    else:
        raise ValueError(f"the fit did not settle within {STEPS_MAX} steps")
    back = _unscaling(middle, spread)
    errors = np.sqrt(np.diag(back @ np.linalg.inv(_curvature(scaled, weights)) @ back.T))
    return Fitted(
        back @ weights, errors, log_likelihood(scaled @ weights, true), true.size, int(true.sum())
    )


def log_likelihood(odds: Floats, true: Bools) -> float:
    """Of the truth, where these log odds are stated."""
    return float(-np.logaddexp(0.0, np.where(true, -odds, odds)).sum())


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)))


def _curvature(scaled: Floats, weights: Floats) -> Floats:
    chance = _chance(scaled @ weights)
    return np.asarray((scaled * (chance * (1 - chance))[:, None]).T @ scaled)


def _unscaling(middle: Floats, spread: Floats) -> Floats:
    """Takes weights of scaled columns to weights of the columns as they are."""
    back = np.diag(1 / spread)
    back[0, 1:] = -(middle / spread)[1:]
    return back
