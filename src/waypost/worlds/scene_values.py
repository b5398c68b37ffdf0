"""The words of scoring worlds: which town, how noisy, how big, and what comes out of one. Pure.

Two kinds of town: a method is tuned on one (TUNE) and scored on the other (SCORE), whose streets,
speeds, stays, windows and noise are different, so that nothing learnt by heart helps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.offences.values import Offence

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Spot = tuple[float, float]  # metres east and north on EPSG:27700

DAY_S = 86_400.0
RADIUS_M = 100.0  # the ministry's crime circle: who was within it was there
PADDING_S = 600.0  # the ministry's: a window is looked at so much before and after it
THERE_S = 120.0  # who was in the circle so shortly before or after the true instant was there
R95_USEFUL_M = 141.5  # a wider fix circle can never count by the compatible rule


class Kind(StrEnum):
    TUNE = "tune"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Layout:
    """One town and the habits of its people.

    centres         of shops, pubs and work, metres from the middle; homes lie about all of them
    spread_m        how far homes scatter about a centre (sigma)
    stops_every_m   lattice of bus stops
    changes         bus changes: so many hubs, where people wait
    stay_scale      stays at shops, friends and scenes, times so much
    window_scale    windows of offences, times so much
    stay_median_s   of a scene, 1 to 10 minutes
    """

    middle: Spot
    centres: tuple[Spot, ...]
    spread_m: float
    street_m: float
    stops_every_m: float
    changes: int
    walk_mps: float
    bus_mps: float
    car_mps: float
    stay_scale: float
    window_scale: float
    stay_median_s: float
    errands_per_day: float
    r95_scale: float


LAYOUTS: dict[Kind, Layout] = {
    # One old centre, all roads lead to it.
    Kind.TUNE: Layout(
        middle=(458_000.0, 305_000.0), centres=((0.0, 0.0),), spread_m=3_500.0, street_m=70.0,
        stops_every_m=380.0, changes=5, walk_mps=1.35, bus_mps=5.5, car_mps=8.5, stay_scale=1.0,
        window_scale=1.0, stay_median_s=240.0, errands_per_day=0.55, r95_scale=1.0,
    ),
    # Two centres and a retail park on a grid, wider streets, faster buses, shorter scenes.
    Kind.SCORE: Layout(
        middle=(430_000.0, 560_000.0),
        centres=((-1_900.0, 300.0), (1_700.0, -500.0), (300.0, 2_600.0)),
        spread_m=2_300.0, street_m=95.0, stops_every_m=450.0, changes=6, walk_mps=1.5,
        bus_mps=7.0, car_mps=10.0, stay_scale=0.8, window_scale=0.85, stay_median_s=190.0,
        errands_per_day=0.7, r95_scale=1.15,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noise:
    """What the tags of a world make of the truth. Shares are of fixes unless they say otherwise.

    outdoor_r95_m, indoor_r95_m   GNSS medians (NIJ Standard 1004.00 asks for 10 m and 30 m)
    cell_r95_m                    cell median; it runs from 150 m to 2,500 m
    indoor                        under a roof: GNSS, wifi, cell; the rest are not measured
    sky_cell, sky_lost            under the sky: cell instead of GNSS, or nothing
    cell_nights                   of nights of a wearer, with nothing but cell fixes
    silences_per_day              ten minutes to two hours without a fix
    deaths_per_day                battery dead for one to nine hours
    lies                          of GNSS fixes: claims 2 m, is 40 to 200 m wrong, up to 3 running
    unstated                      without stated accuracy (r95_m 0); truly 30 m GNSS, 1,000 m cell
    wander                        of the error's variance that drifts over ten minutes
    """

    name: str
    outdoor_r95_m: float
    indoor_r95_m: float
    cell_r95_m: float
    indoor: tuple[float, float, float]
    sky_cell: float
    sky_lost: float
    cell_nights: float
    silences_per_day: float
    deaths_per_day: float
    lies: float
    unstated: float
    wander: float


QUIET = Noise(
    "quiet", 7.0, 20.0, 400.0, (0.55, 0.25, 0.10), 0.005, 0.01, 0.02, 0.05, 0.003, 0.0001, 0.0, 0.2
)
USUAL = Noise(
    "usual", 10.0, 30.0, 700.0, (0.25, 0.20, 0.25), 0.02, 0.03, 0.10, 0.15, 0.01, 0.0005, 0.002, 0.4
)
HARD = Noise(
    "hard", 14.0, 38.0, 1000.0, (0.10, 0.15, 0.30), 0.08, 0.10, 0.25, 0.40, 0.03, 0.002, 0.01, 0.6
)
NOISES: dict[str, Noise] = {each.name: each for each in (QUIET, USUAL, HARD)}


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a world. `by_wearers` of the offences were committed by somebody tagged.

    The town grows with its wearers, so that a small world is as hard as a large one: chance
    matches go with offences and with wearers per square kilometre.
    """

    wearers: int = 300
    days: int = 7
    offences: int = 6_000
    by_wearers: int = 60  # 1 %


WEARERS_IN_LAYOUT = 300  # for so many are the distances of LAYOUTS


def layout_for(kind: Kind, wearers: int) -> Layout:
    """The town of that kind for so many wearers: the same crowd on each square kilometre."""
    layout = LAYOUTS[kind]
    times = float(np.sqrt(wearers / WEARERS_IN_LAYOUT))
    centres = tuple((east * times, north * times) for east, north in layout.centres)
    return replace(layout, centres=centres, spread_m=layout.spread_m * times)


@dataclass(frozen=True)
class Paths:
    """True ways of all wearers: corners in time order, straight between them.

    begins   wearer w's corners are [begins[w], begins[w + 1])
    at_s     seconds since 1970 UTC; east_m, north_m on EPSG:27700
    under    worlds.values.Under, of the stretch that starts at the corner
    """

    begins: Integers
    at_s: Floats
    east_m: Floats
    north_m: Floats
    under: npt.NDArray[np.int8]

    def of(self, wearer: int) -> slice:
        return slice(int(self.begins[wearer]), int(self.begins[wearer + 1]))


@dataclass(frozen=True)
class Scenes:
    """A finished world.

    fixes    person BIGINT, us BIGINT, lat, lon, r95_m DOUBLE (0: not stated), key BIGINT, mechanism
    truth    a row for each pair (offence, person) that was truly present; all others were not:
             was_there  within 100 m of the recorded place at the true instant +- 2 min
             did_it     committed it
             seconds    truly within 100 m in the padded window
             heard      fixes with R95 up to 141.5 m measured meanwhile: 0 means that no rule that
                        needs a fix can find the pair
             (present, within 100 m at any time of the padded window, is true in every row)
    """

    kind: Kind
    noise: Noise
    size: Size
    fixes: pa.Table
    offences: tuple[Offence, ...]
    truth: pa.Table
    paths: Paths


FIXES = pa.schema(
    [
        ("person", pa.int64()),
        ("us", pa.int64()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("r95_m", pa.float64()),
        ("key", pa.int64()),
        ("mechanism", pa.int64()),
    ]
)
TRUTH = pa.schema(
    [
        ("offence", pa.int64()),
        ("person", pa.int64()),
        ("present", pa.bool_()),
        ("was_there", pa.bool_()),
        ("did_it", pa.bool_()),
        ("seconds", pa.float64()),
        ("heard", pa.int64()),
    ]
)
