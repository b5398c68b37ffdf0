"""What the tags of a scoring world report of the true ways: one Arrow table for all of them.

    ticks a minute apart -> what is overhead -> mechanism, or nothing -> R95 and an error to match
    -> gaps (cellars, dead batteries), cell-only nights, lies -> fixes

R95 means what it says: the error is a circular Gaussian with R95 = 2.4477 sigma, part of it fresh
and part of it drifting; a cell's error stays while the tag stays with the cell. Only lies break it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.geo import BRITISH
from waypost.units import R95_UNSTATED_M, SIGMA_PER_R95, Mechanism
from waypost.worlds.scene_values import DAY_S, FIXES, Floats, Integers, Layout, Noise, Paths
from waypost.worlds.values import Under

TICK_S = 60.0
INDOOR_THINNED = 2  # under a roof every second tick is measured at best
CELL_HOP_S = 1_500.0  # so long a tag stays with a cell
WIFI_R95_M = 40.0
NIGHT_S = (21.5 * 3600, 31 * 3600)  # what "cell only the whole night" covers
LIE_M = (40.0, 200.0)
Bools = npt.NDArray[np.bool_]


def fixes_of(
    paths: Paths,
    layout: Layout,
    noise: Noise,
    from_s: float,
    days: int,
    rng: np.random.Generator,
) -> pa.Table:
    """scene_values.FIXES by person and time."""
    parts = [
        _one(paths, wearer, layout, noise, from_s, days, rng)
        for wearer in range(len(paths.begins) - 1)
    ]
    person = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    at_s, east, north, r95, mechanism = (
        np.concatenate([part[column] for part in parts]) for column in range(5)
    )
    lat, lon = BRITISH.unproject(east, north)
    columns = {
        "person": person,
        "us": (np.round(at_s) * 1e6).astype(np.int64),
        "lat": np.round(lat, 6),
        "lon": np.round(lon, 6),
        "r95_m": np.round(r95, 1),
        "key": rng.integers(0, 2**62, len(at_s)),
        "mechanism": mechanism.astype(np.int64),
    }
    return pa.table(columns, schema=FIXES)


def _one(
    paths: Paths,
    wearer: int,
    layout: Layout,
    noise: Noise,
    from_s: float,
    days: int,
    rng: np.random.Generator,
) -> tuple[Floats, ...]:
    """Times, places, R95 and mechanism of one tag."""
    own = paths.of(wearer)
    ticks = np.arange(from_s, from_s + days * DAY_S, TICK_S)
    ticks = np.round(ticks + rng.uniform(-4, 4, len(ticks)))  # tags report whole seconds
    stretch = np.clip(np.searchsorted(paths.at_s[own], ticks, side="right") - 1, 0, None)
    under = paths.under[own][stretch]
    mechanism = _mechanisms(under, noise, rng)
    mechanism[_cell_nights(ticks, from_s, days, noise, rng) & (mechanism > 0)] = Mechanism.CELL
    for per_day, least_s, most_s in (
        (noise.silences_per_day, 600.0, 7_200.0),
        (noise.deaths_per_day, 3_600.0, 32_400.0),
    ):
        for _ in range(rng.poisson(per_day * days)):
            start = from_s + rng.random() * days * DAY_S
            length = np.exp(rng.uniform(np.log(least_s), np.log(most_s)))
            mechanism[(ticks >= start) & (ticks < start + length)] = 0
    heard = mechanism > 0
    ticks, under, mechanism = ticks[heard], under[heard], mechanism[heard]
    r95 = _r95(under, mechanism, layout, noise, rng)
    stated = r95.copy()
    for unstated in np.flatnonzero(rng.random(len(r95)) < noise.unstated):
        stated[unstated], r95[unstated] = 0.0, R95_UNSTATED_M[Mechanism(int(mechanism[unstated]))]
    error = _errors(ticks, mechanism, r95, noise, rng)
    _lie(mechanism, stated, error, noise, rng)
    east = np.interp(ticks, paths.at_s[own], paths.east_m[own]) + error[0]
    north = np.interp(ticks, paths.at_s[own], paths.north_m[own]) + error[1]
    return ticks, east, north, stated, mechanism.astype(np.float64)


def _mechanisms(
    under: npt.NDArray[np.int8], noise: Noise, rng: np.random.Generator
) -> npt.NDArray[np.int8]:
    """How each tick is measured; 0: not at all."""
    count, chance = len(under), rng.random(len(under))
    found = np.zeros(count, dtype=np.int8)
    sky = under == Under.SKY
    found[sky] = Mechanism.GNSS
    found[sky & (chance < noise.sky_cell + noise.sky_lost)] = Mechanism.CELL
    found[sky & (chance < noise.sky_lost)] = 0
    roof = under == Under.ROOF
    edges = np.cumsum(noise.indoor)
    for low, high, kind in zip(
        [0.0, *edges[:-1]], edges, (Mechanism.GNSS, Mechanism.WIFI, Mechanism.CELL), strict=True
    ):
        found[roof & (chance >= low) & (chance < high)] = kind
    found[roof & (np.arange(count) % INDOOR_THINNED != 0)] = 0
    return found


def _cell_nights(
    ticks: Floats, from_s: float, days: int, noise: Noise, rng: np.random.Generator
) -> Bools:
    found = np.zeros(len(ticks), dtype=np.bool_)
    for night in np.flatnonzero(rng.random(days + 1) < noise.cell_nights) - 1:
        midnight = from_s + night * DAY_S
        found |= (ticks >= midnight + NIGHT_S[0]) & (ticks < midnight + NIGHT_S[1])
    return found


def _r95(
    under: npt.NDArray[np.int8],
    mechanism: npt.NDArray[np.int8],
    layout: Layout,
    noise: Noise,
    rng: np.random.Generator,
) -> Floats:
    """What each fix states, metres, log-normal about the medians of the noise."""
    count, scale = len(under), layout.r95_scale
    gnss_m = np.where(under == Under.ROOF, noise.indoor_r95_m, noise.outdoor_r95_m) * scale
    found = np.clip(rng.lognormal(np.log(gnss_m), 0.45), 2.5, 90.0)
    wifi = mechanism == Mechanism.WIFI
    found[wifi] = np.clip(rng.lognormal(np.log(WIFI_R95_M * scale), 0.4, wifi.sum()), 15, 150)
    cell = mechanism == Mechanism.CELL
    found[cell] = np.clip(rng.lognormal(np.log(noise.cell_r95_m), 0.5, cell.sum()), 150, 2500)
    assert len(found) == count
    return found


def _errors(
    ticks: Floats,
    mechanism: npt.NDArray[np.int8],
    r95: Floats,
    noise: Noise,
    rng: np.random.Generator,
) -> Floats:
    """East and north, metres, shape (2, n): variance sigma squared whatever part of it drifts."""
    count = len(ticks)
    fresh = rng.normal(size=(2, count))
    if not count:
        return fresh
    slow = np.stack([_drift(ticks, rng) for _ in range(2)])
    unit = np.sqrt(1 - noise.wander) * fresh + np.sqrt(noise.wander) * slow
    cell = mechanism == Mechanism.CELL
    hop: Integers = ((ticks - ticks[0]) // CELL_HOP_S).astype(np.int64)
    held = rng.normal(size=(2, int(hop[-1]) + 1))[:, hop]
    unit[:, cell] = 0.995 * held[:, cell] + 0.0999 * fresh[:, cell]
    return np.asarray(unit * r95 * SIGMA_PER_R95)


def _drift(ticks: Floats, rng: np.random.Generator) -> Floats:
    """A slow standard normal: knots every ten minutes, between them a mix that keeps variance 1."""
    place = (ticks - ticks[0]) / 600.0
    knot = place.astype(np.int64)
    share = place - knot
    knots = rng.normal(size=int(knot[-1]) + 2)
    mixed = (1 - share) * knots[knot] + share * knots[knot + 1]
    return np.asarray(mixed / np.hypot(1 - share, share))


def _lie(
    mechanism: npt.NDArray[np.int8],
    stated: Floats,
    error: Floats,
    noise: Noise,
    rng: np.random.Generator,
) -> None:
    """Some GNSS fixes claim 2 m and are far off; up to three running agree with each other."""
    gnss = np.flatnonzero(mechanism == Mechanism.GNSS)
    for start in np.flatnonzero(rng.random(len(gnss)) < noise.lies / 2):
        lies = gnss[start : start + int(rng.integers(1, 4))]
        turn, away_m = rng.uniform(0, 2 * np.pi), rng.uniform(*LIE_M)
        error[0, lies] = away_m * np.cos(turn) + rng.normal(0, 3, len(lies))
        error[1, lies] = away_m * np.sin(turn) + rng.normal(0, 3, len(lies))
        stated[lies] = 2.0
