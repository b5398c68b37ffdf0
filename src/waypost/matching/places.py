"""Offences as arrays: the cells of place and time they touch, and how far fixes are from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import to_us
from waypost.geo import BRITISH, in_britain, plane_for
from waypost.matching.compatible import PADDING, RADIUS_M
from waypost.offences.values import Offence

CELLS_PER_DEGREE = 250  # cells of 0.004 degrees: about 440 m by 280 m in Britain
CELLS_AROUND = 360 * CELLS_PER_DEGREE
MARGIN_M = RADIUS_M * 1.1  # a degree box that surely holds the circle
HOUR_US = 3_600_000_000
CELL_ROWS_MAX = 2_000_000
PADDING_US = PADDING // timedelta(microseconds=1)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Places:
    """The offences as arrays, and how far each fix is from its own."""

    def __init__(self, offences: Sequence[Offence]) -> None:
        self.lat = np.array([offence.lat for offence in offences], dtype=np.float64)
        self.lon = np.array([offence.lon for offence in offences], dtype=np.float64)
        self.from_us = np.array([to_us(each.from_at) for each in offences], dtype=np.int64)
        self.to_us = np.array([to_us(each.to_at) for each in offences], dtype=np.int64)
        self.british = in_britain(self.lat, self.lon)
        self.east, self.north = BRITISH.project(self.lat, self.lon)
        self.high = MARGIN_M / 110_500.0  # degrees; a degree of latitude is never shorter, metres
        self.bucket_us = _bucket_us(self.to_us - self.from_us + 2 * PADDING_US)
        self.wide = self.high / np.maximum(np.cos(np.radians(np.abs(self.lat) + 0.01)), 0.01)

    def cells(self) -> pa.Table:
        """Each cell of place and time that circle and window may touch, with its offence."""
        offence, lat_cell = _steps(_cell(self.lat - self.high), _cell(self.lat + self.high))
        at, lon_cell = _steps(
            _cell((self.lon - self.wide)[offence]), _cell((self.lon + self.wide)[offence])
        )
        offence, lat_cell = offence[at], lat_cell[at]
        at, bucket = _steps(
            (self.from_us[offence] - PADDING_US) // self.bucket_us,
            (self.to_us[offence] + PADDING_US) // self.bucket_us,
        )
        lons = (lon_cell[at] + CELLS_AROUND // 2) % (CELLS_AROUND)
        offence = offence[at]
        return pa.table(
            {
                "offence": offence,
                "cell": lat_cell[at] * (CELLS_AROUND) + lons,
                "bucket": bucket,
                "from_us": self.from_us[offence] - PADDING_US,
                "to_us": self.to_us[offence] + PADDING_US,
                "o_lat": self.lat[offence],
                "o_lon": self.lon[offence],
                "wide": self.wide[offence],
            }
        )

    def distances_m(self, offence: Integers, lat: Floats, lon: Floats) -> Floats:
        """From each offence to the fix in the same place of the arrays; NaN off its plane."""
        found = np.full(offence.size, np.inf)
        british = np.flatnonzero(self.british[offence])
        east, north = BRITISH.project(lat[british], lon[british])
        there = offence[british]
        found[british] = np.hypot(east - self.east[there], north - self.north[there])
        for place in np.unique(offence[~self.british[offence]]):
            rows = np.flatnonzero(offence == place)
            found[rows] = self._abroad_m(int(place), lat[rows], lon[rows])
        return found

    def _abroad_m(self, place: int, lat: Floats, lon: Floats) -> Floats:
        plane = plane_for(float(self.lat[place]), float(self.lon[place]))
        centre_east, centre_north = plane.project(self.lat[place], self.lon[place])
        east, north = plane.project(lat, lon)
        return np.asarray(np.hypot(east - centre_east, north - centre_north))

    def near(self, offence: Integers, lat: Floats, lon: Floats) -> npt.NDArray[np.bool_]:
        """Whether the fix lies in the offence's degree box."""
        apart = np.abs(lon - self.lon[offence])
        apart = np.minimum(apart, 360.0 - apart)
        close = np.abs(lat - self.lat[offence]) <= self.high
        return np.asarray(close & (apart <= self.wide[offence]), dtype=np.bool_)


def _cell(degrees: Floats) -> Integers:
    return np.floor(degrees * CELLS_PER_DEGREE).astype(np.int64)


def _steps(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """Each whole number from first to last of each row, with the row it is of."""
    counts = last - first + 1
    row = np.repeat(np.arange(first.size), counts)
    ends = np.cumsum(counts)
    return row, np.arange(row.size) - (ends - counts)[row] + first[row]


def _bucket_us(spans_us: Integers) -> int:
    """Width of a cell in time: an hour, or longer where long windows would make too many cells."""
    bucket_us = HOUR_US
    while 4 * int(spans_us.sum()) / bucket_us > CELL_ROWS_MAX:
        bucket_us *= 2
    return bucket_us
