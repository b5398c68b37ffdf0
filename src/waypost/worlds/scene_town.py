"""Where things are in a scoring world: houses, shops, work, bus changes, and who lives by what.

A made-up town on the National Grid: houses stand along streets, shops and pubs about the centres.
Nothing of it is a real place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waypost.worlds.scene_values import Floats, Layout, Spot

HOUSES = 6_000
BUSINESSES = 500
PAIRS_IN_ONE_FLAT = 0.04  # of wearers who share their flat with another one
WORKING = 0.6
AT_NIGHT = 0.08  # of those who work


@dataclass(frozen=True)
class SceneTown:
    """Arrays of shape (n, 2), metres east and north."""

    houses: Floats
    businesses: Floats
    changes: Floats


@dataclass(frozen=True, slots=True)
class Habits:
    """Where one wearer goes, and how well a tag hears inside their home.

    flatmate   the wearer with whom they share a flat and half of their days, or None
    lively     outings, times so much
    """

    home: Spot
    work: Spot | None
    works_at_night: bool
    shop: Spot
    friends: tuple[Spot, ...]
    pub: Spot
    lively: float
    flatmate: int | None = None

    @property
    def haunts(self) -> tuple[Spot, ...]:
        return (self.home, self.shop, self.pub, *self.friends, *((self.work,) if self.work else ()))


def scene_town(layout: Layout, rng: np.random.Generator) -> SceneTown:
    centres = np.array(layout.centres) + np.array(layout.middle)
    houses = centres[rng.integers(len(centres), size=HOUSES)] + rng.normal(
        0, layout.spread_m, (HOUSES, 2)
    )
    # Every house stands on a street: one of its coordinates lies on the lattice, 8 m set back.
    lattice = np.round(houses / layout.street_m) * layout.street_m
    along = rng.integers(2, size=HOUSES)
    rows = np.arange(HOUSES)
    houses[rows, along] = lattice[rows, along] + rng.choice([-8.0, 8.0], HOUSES)
    tight = rng.random(BUSINESSES) < 0.7  # the others are corner shops and yards
    spread = np.where(tight, 0.2, 0.9) * layout.spread_m
    businesses = (
        centres[rng.integers(len(centres), size=BUSINESSES)]
        + rng.normal(size=(BUSINESSES, 2)) * spread[:, None]
    )
    hubs = centres[np.arange(layout.changes) % len(centres)] + rng.normal(
        0, 0.35 * layout.spread_m, (layout.changes, 2)
    )
    return SceneTown(houses, businesses, hubs)


def habits(town: SceneTown, count: int, rng: np.random.Generator) -> list[Habits]:
    """Who the wearers are; a flatmate is always the wearer before."""
    people: list[Habits] = []
    for number in range(count):
        home = _pick(town.houses, rng)
        friends = tuple(near(town.houses, home, 300, 4000, rng) for _ in range(3))
        shop, pub = (near(town.businesses, home, far, 2500, rng) for far in (80, 150))
        work = _pick(town.businesses, rng) if rng.random() < WORKING else None
        at_night = rng.random() < AT_NIGHT
        lively = float(rng.lognormal(0, 0.35))
        flatmate = None
        if number and rng.random() < PAIRS_IN_ONE_FLAT and people[-1].flatmate is None:
            other, flatmate = people[-1], number - 1
            home, shop, friends, pub = other.home, other.shop, other.friends, other.pub
        people.append(Habits(home, work, at_night, shop, friends, pub, lively, flatmate))
    return people


def near(
    places: Floats, spot: Spot, at_least_m: float, at_most_m: float, rng: np.random.Generator
) -> Spot:
    """One of the places between two distances; the ring widens until there is one."""
    away = np.hypot(places[:, 0] - spot[0], places[:, 1] - spot[1])
    while True:
        ring = np.flatnonzero((away >= at_least_m) & (away <= at_most_m))
        if ring.size:
            return _pick(places[ring], rng)
        at_most_m *= 1.5
        at_least_m *= 0.8


def beside(spot: Spot, at_most_m: float, rng: np.random.Generator) -> Spot:
    """Anywhere in the disc about a spot."""
    turn, away_m = rng.uniform(0, 2 * np.pi), at_most_m * float(np.sqrt(rng.random()))
    return spot[0] + away_m * float(np.cos(turn)), spot[1] + away_m * float(np.sin(turn))


def _pick(places: Floats, rng: np.random.Generator) -> Spot:
    east, north = places[int(rng.integers(len(places)))]
    return float(east), float(north)
