"""Who drinks, how much and when; and what of it stands in the blood and comes out at the skin.

    body_of(rng) -> Body                 occasions_of(body, ...) -> Occasion per time of drinking
    alcohol(body, occasions, span)       -> blood and skin, g/dl, every `STEP_S` seconds

Truth by itself: nothing here knows of readings, or of what is judged by them. People drink far more
often than those of whom sobriety is asked do, so that there is enough to count. Whatever has no
source beside it is our assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from waypost.worlds.hours import Seconds, Window, dates, wall_s

Floats = npt.NDArray[np.float64]
HOUR_S = 3600.0
STEP_S = 300.0
BEER_G = 12.9  # a bottle of 12 oz, 0.92 US drinks of 14 g (Roache et al. 2015)
# Share of the body's weight in which alcohol spreads (Widmark 1932), and kg.
MEN, WOMEN = (0.68, 80.0), (0.55, 67.0)
WOMEN_SHARE = 0.4
WEIGHT_SPREAD = 0.15
BURN_G_PER_DL_PER_H = (0.010, 0.025)  # Jones 2010, Forensic Sci Int 200:1; most near 0.015
EMPTIES_PER_H = (2.5, 6.0)  # of what is in the gut: full to empty stomachs
# Peaks of transdermal curves are lower than those of the breath and come an hour or two later, more
# of both the less is drunk (Karns-Wright et al. 2017, Alcohol Alcohol 52:35).
SKIN_LAG_H = (0.7, 1.5)
SKIN_GAIN = (0.4, 1.0)  # each person's own; most of them high, or the lab would have missed more
# Beers of an occasion, and how often: over half are of one to three. Hours for each.
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14)
SIZE_SHARES = (0.15, 0.22, 0.18, 0.11, 0.08, 0.07, 0.05, 0.05, 0.04, 0.03, 0.02)
HOURS_EACH = (0.2, 0.5)
# Local hours at which it begins, as (from, to, share): evenings, afternoons, late.
BEGINS = ((17.0, 21.5, 0.65), (12.0, 16.0, 0.2), (21.5, 24.5, 0.15))
APART_H = 12.0  # between two occasions of one person
DAYS_BETWEEN = 6.0  # the mean over people; some drink much more often than others
STOPS_G_PER_DL = 0.3  # whoever has so much in them, none of it burnt yet, drinks no more
GONE_G_PER_DL = 0.001  # under it nothing is left


@dataclass(frozen=True, slots=True)
class Body:
    """How one person takes up, burns and sweats alcohol.

    water            share of weight_kg in which it spreads
    burn             g/dl an hour
    empties_per_h    of what is left in the gut
    lag_h, gain      of the skin behind the blood: first order
    days_between     occasions of drinking, on average
    """

    weight_kg: float
    water: float
    burn: float
    empties_per_h: float
    lag_h: float
    gain: float
    days_between: float

    def rise(self, alcohol_g: float) -> float:
        """What so much adds to the blood, g/dl, were none burnt (Widmark 1932)."""
        return alcohol_g / (self.weight_kg * 10 * self.water)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time of drinking. [from_s, to_s) while it was drunk; gone_s: nothing is left at the skin.

    blood, skin   the highest of either until then, g/dl
    """

    from_s: Seconds
    to_s: Seconds
    beers: int
    gone_s: Seconds = 0.0
    blood: float = 0.0
    skin: float = 0.0


@dataclass(frozen=True, slots=True)
class Alcohol:
    """In the blood and at the skin, g/dl, at from_s, from_s + STEP_S, ..."""

    from_s: Seconds
    blood: Floats
    skin: Floats

    def skin_at(self, at_s: Floats) -> Floats:
        return np.interp(at_s, self.from_s + STEP_S * np.arange(len(self.skin)), self.skin)


def body_of(rng: np.random.Generator) -> Body:
    water, weight_kg = WOMEN if rng.random() < WOMEN_SHARE else MEN
    return Body(
        weight_kg=float(weight_kg * np.clip(rng.normal(1, WEIGHT_SPREAD), 0.65, 1.5)),
        water=water,
        burn=_between(BURN_G_PER_DL_PER_H, float(rng.beta(2, 3.5))),
        empties_per_h=float(rng.uniform(*EMPTIES_PER_H)),
        lag_h=float(rng.uniform(*SKIN_LAG_H)),
        gain=_between(SKIN_GAIN, float(rng.beta(5, 0.8))),
        days_between=float(DAYS_BETWEEN * rng.lognormal(-0.18, 0.6)),
    )


def _between(bounds: Window, share: float) -> float:
    return bounds[0] + share * (bounds[1] - bounds[0])


def occasions_of(
    body: Body, span: Window, hidden: Sequence[Window], rng: np.random.Generator
) -> list[Occasion]:
    """At most one a day; hidden: hours in which it is drunk besides, in the hope that none sees."""
    hidden_ones = [
        _occasion(body, start + float(rng.uniform(0.5, 3)) * HOUR_S, rng) for start, _ in hidden
    ]
    shares = [share for _, _, share in BEGINS]
    usual = []
    for day in dates(*span):
        if rng.random() * body.days_between < 1:
            low, high, _ = BEGINS[int(rng.choice(len(BEGINS), p=shares))]
            start = wall_s(day, 0) + float(rng.uniform(low, high)) * HOUR_S
            usual.append(_occasion(body, start, rng))
    kept: list[Occasion] = []
    for one in (*hidden_ones, *usual):
        inside = span[0] <= one.from_s and one.to_s + 24 * HOUR_S < span[1]
        if inside and all(_apart(one, other) for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.from_s)


def _apart(one: Occasion, other: Occasion) -> bool:
    first, second = sorted((one, other), key=lambda occasion: occasion.from_s)
    return second.from_s - first.to_s > APART_H * HOUR_S


def _occasion(body: Body, start_s: Seconds, rng: np.random.Generator) -> Occasion:
    most = int(STOPS_G_PER_DL / body.rise(BEER_G))
    beers = min(int(rng.choice(SIZES, p=SIZE_SHARES)), most)
    length_s = beers * float(rng.uniform(*HOURS_EACH)) * HOUR_S
    return Occasion(start_s, start_s + length_s, beers)


def alcohol(body: Body, occasions: Sequence[Occasion], span: Window) -> Alcohol:
    """Through the gut into the blood, where it is burnt at one rate, and out at the skin."""
    steps = int((span[1] - span[0]) / STEP_S) + 1
    drunk_g = np.zeros(steps)
    for one in occasions:
        first = int((one.from_s - span[0]) / STEP_S)
        last = max(int((one.to_s - span[0]) / STEP_S), first + 1)
        drunk_g[first:last] += one.beers * BEER_G / (last - first)
    step_h = STEP_S / HOUR_S
    leaves = 1 - np.exp(-step_h * body.empties_per_h)
    follows = 1 - np.exp(-step_h / body.lag_h)
    blood, skin = np.zeros(steps), np.zeros(steps)
    gut_g = in_blood = at_skin = 0.0
    for place, poured_g in enumerate(drunk_g.tolist()):
        if poured_g or gut_g > 1e-6 or at_skin > 1e-6:
            gut_g += poured_g
            taken_g, gut_g = gut_g * leaves, gut_g * (1 - leaves)
            in_blood = max(0.0, in_blood + body.rise(taken_g) - body.burn * step_h)
            at_skin += (body.gain * in_blood - at_skin) * follows
            blood[place], skin[place] = in_blood, at_skin
    return Alcohol(span[0], blood, skin)


def followed(occasions: Sequence[Occasion], told: Alcohol) -> list[Occasion]:
    """The same occasions, each with what became of it until it was gone or the next began."""
    found = []
    for place, one in enumerate(occasions):
        first = int((one.from_s - told.from_s) / STEP_S)
        most = len(told.skin)
        if place + 1 < len(occasions):
            most = int((occasions[place + 1].from_s - told.from_s) / STEP_S)
        skin, blood = told.skin[first:most], told.blood[first:most]
        left = np.flatnonzero((skin > GONE_G_PER_DL) | (blood > 0))
        last = int(left[-1]) + 1 if len(left) else 1
        found.append(
            replace(
                one, gone_s=max(told.from_s + (first + last) * STEP_S, one.to_s),
                blood=float(blood.max()), skin=float(skin.max()),
            )
        )  # fmt: skip
    return found
