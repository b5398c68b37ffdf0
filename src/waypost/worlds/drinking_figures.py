"""Whether the drinking world is as hard as the field: its figures against bounds, with sources.

A tag that read every beer would make any rule look good. `hardness` has the same for places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from waypost.worlds.ankle import READ_EVERY_S, Ankle
from waypost.worlds.drinking import HOUR_S, Occasion, alcohol
from waypost.worlds.hardness import Figure
from waypost.worlds.scoring import ENOUGH

MONTH_S = 30.4 * 86_400
REACHES_G_PER_DL = 0.02  # the standard criterion, in both studies
LAB = "of 1-3 beers 45.9 % stay under it, only 5 are reliably found (Roache et al. 2015)"
LAB_ONE = "nearly 40 % of those who drank one beer (Roache et al. 2015)"
FIELD = (
    "57 % in a field study (Marques and McKnight 2007, DOT HS 810 875), whose tags took in water; "
    "the lab found more"
)
FIELD_DRUNK = "88 % in the same field study"
LATER = "peaks at the skin come 1-2 h after those in the blood"
OURS = "our assumption"


def drinking_figures(ankles: Sequence[Ankle]) -> list[Figure]:
    """Of all wearers together. NaN, which fits nothing, where too few drank to say."""
    drunk = [(ankle, one) for ankle in ankles for one in ankle.occasions]
    return [*_at_the_skin(drunk), *_as_read(drunk), *_around(ankles)]


def _at_the_skin(drunk: Sequence[tuple[Ankle, Occasion]]) -> Iterator[Figure]:
    """What the true curve does: no tag could read more."""
    few, five = ([one.skin for _, one in drunk if low <= one.beers <= high]
                 for low, high in ((1, 3), (5, 99)))  # fmt: skip
    yield Figure("occasions of 1-3 beers that reach 0.02 g/dl at the skin", _share(few),
                 0.44, 0.64, LAB)  # fmt: skip
    yield Figure("occasions of 5 beers and more that reach it", _share(five), 0.9, 1.0, LAB)
    lags = [_lag_h(ankle, one) for ankle, one in drunk]
    yield Figure("hours from the blood's peak to the skin's, median",
                 float(np.median(lags)) if len(lags) >= ENOUGH else float("nan"),
                 0.7, 2.0, LATER)  # fmt: skip


def _as_read(drunk: Sequence[tuple[Ankle, Occasion]]) -> Iterator[Figure]:
    """The highest reading of each occasion, whatever lay over the sensor."""
    read = [(one, _highest(ankle, one)) for ankle, one in drunk]
    for least, low, high, why in ((0.02, 0.51, 0.76, FIELD), (0.08, 0.80, 0.97, FIELD_DRUNK)):
        yield Figure(
            f"occasions of {least:.2f} g/dl of blood and more with a reading of 0.02",
            _share([level for one, level in read if one.blood >= least]), low, high, why,
        )  # fmt: skip
    single = [level for one, level in read if one.beers == 1]
    yield Figure("occasions of one beer without any reading above 0",
                 1 - _share(single, least=1e-6), 0.2, 0.55, LAB_ONE)  # fmt: skip


def _around(ankles: Sequence[Ankle]) -> Iterator[Figure]:
    months = sum(one.span[1] - one.span[0] for one in ankles) / MONTH_S
    due = sum(one.span[1] - one.span[0] for one in ankles) / READ_EVERY_S
    wait_h = np.concatenate([one.received_s - one.at_s for one in ankles]) / HOUR_S
    long = [cover for one in ankles for cover in one.covers if cover.meant]
    yield Figure("sprays a person-month", sum(len(one.sprays) for one in ankles) / months,
                 1.0, 6.0, OURS)  # fmt: skip
    yield Figure("shifts beside alcohol a person-month",
                 sum(len(one.air) for one in ankles) / months, 0.02, 1.0, OURS)  # fmt: skip
    yield Figure("times covered for 8 hours and more a person-month", len(long) / months,
                 0.4, 2.0, OURS)  # fmt: skip
    yield Figure("share of readings that were never taken",
                 1 - sum(len(one.at_s) for one in ankles) / due, 0.01, 0.08, OURS)  # fmt: skip
    yield Figure("hours until a reading reached us, median", float(np.median(wait_h)), 8, 20,
                 "tags upload once a day")  # fmt: skip


def _share(levels: Sequence[float], least: float = REACHES_G_PER_DL) -> float:
    if len(levels) < ENOUGH:
        return float("nan")
    return float(np.mean(np.asarray(levels) >= least))


def _highest(ankle: Ankle, one: Occasion) -> float:
    first, last = np.searchsorted(ankle.at_s, [one.from_s, one.gone_s])
    return float(ankle.g_per_dl[first:last].max(initial=0.0))


def _lag_h(ankle: Ankle, one: Occasion) -> float:
    """By itself, as in a laboratory: without what was drunk before or after."""
    told = alcohol(ankle.body, [one], (one.from_s, one.gone_s + 12 * HOUR_S))
    return float(np.argmax(told.skin) - np.argmax(told.blood)) * 300.0 / HOUR_S
