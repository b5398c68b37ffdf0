"""Planes: metres east and north, never degrees.

In Britain EPSG:27700 by OSTN15 (convertbng; PROJ without its grids is 1.7 m off). Elsewhere a
transverse Mercator through the place asked about, on the WGS84 ellipsoid, true to 1 mm per km
within 30 km. One judgement uses one plane.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

import numpy as np
import numpy.typing as npt
from convertbng import cutil
from pyproj import Transformer

Metres = npt.NDArray[np.float64]
Degrees = npt.NDArray[np.float64]

# The extent of OSTN15 that we use, degrees; outside it convertbng answers NaN.
BRITAIN_LAT = (49.5, 61.5)
BRITAIN_LON = (-8.5, 2.6)
SEMI_MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257223563  # WGS84


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat world in metres; `centre` is (lat, lon) degrees, None the British National Grid."""

    centre: tuple[float, float] | None = None

    def project(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> tuple[Metres, Metres]:
        """Easting and northing in metres; NaN where the plane does not reach."""
        lats = np.atleast_1d(np.asarray(lat, dtype=np.float64))
        lons = np.atleast_1d(np.asarray(lon, dtype=np.float64))
        if lats.size == 0:
            return np.empty(0), np.empty(0)
        if self.centre is None:
            return cutil.convert_to_osgb36(lons, lats)
        east, north = _local(self.centre, inverse=False).transform(lons, lats)
        return np.asarray(east), np.asarray(north)

    def unproject(self, east: npt.ArrayLike, north: npt.ArrayLike) -> tuple[Degrees, Degrees]:
        """(lat, lon) in WGS84 degrees."""
        easts = np.atleast_1d(np.asarray(east, dtype=np.float64))
        norths = np.atleast_1d(np.asarray(north, dtype=np.float64))
        if easts.size == 0:
            return np.empty(0), np.empty(0)
        if self.centre is None:
            lons, lats = cutil.convert_osgb36_to_ll(easts, norths)
            return lats, lons
        lon, lat = _local(self.centre, inverse=True).transform(easts, norths)
        return np.asarray(lat), np.asarray(lon)


BRITISH = Plane()


def metres_a_degree(lat: float) -> tuple[float, float]:
    """East and north, by the two radii of the WGS84 ellipsoid at this latitude, degrees."""
    squared = FLATTENING * (2 - FLATTENING)
    bend = 1 - squared * sin(radians(lat)) ** 2
    across_m = SEMI_MAJOR_M / sqrt(bend) * cos(radians(lat))
    along_m = SEMI_MAJOR_M * (1 - squared) / bend**1.5
    return radians(across_m), radians(along_m)


def local_m(lat: float, lon: float, of_lat: float, of_lon: float) -> tuple[float, float]:
    """Metres east and north of a place: true to 0.1 % within some 20 km, which is farther than any
    reach."""
    across_m, along_m = metres_a_degree(of_lat)
    turn = (lon - of_lon + 540.0) % 360.0 - 180.0
    return turn * across_m, (lat - of_lat) * along_m


def in_britain(lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether OSTN15 covers each point: the grid itself is asked, since its edge is not a box."""
    east, _ = BRITISH.project(lat, lon)
    return np.asarray(~np.isnan(east), dtype=np.bool_)


def plane_for(lat: float, lon: float) -> Plane:
    """The plane to judge a place on: the National Grid where it reaches, else one through it."""
    return BRITISH if bool(in_britain(lat, lon)[0]) else Plane((round(lat, 3), round(lon, 3)))


def _local(centre: tuple[float, float], *, inverse: bool) -> Transformer:
    lat, lon = centre
    local = f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +ellps=WGS84 +units=m +no_defs"
    pair = (local, "EPSG:4326") if inverse else ("EPSG:4326", local)
    return Transformer.from_crs(*pair, always_xy=True)
