"""Which fixes of a long track a map shows at which zoom: places thin out, events never do.

Pure. Each fix gets a level, the widest zoom at which it is shown; closer zooms show it too, so that
more zoom never shows fewer. Places are thinned by a grid as fine as the signs on the screen, halved
with every zoom: of the fixes of one kind (mechanism, used or set aside) in one cell, one is shown,
drawn by lot, so that its circle is as wide or narrow as such fixes are there, and not the best of
them. At every zoom stand the ends of the track, the fixes beside each gap, the first and last fix
of each violation with others between, the outermost of all, and a sample even in time.

Between two shown fixes a line is drawn only where the track was there: no gap lies between and each
used fix that was left out lies within a pixel or two of the line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waypost.positions.order import Integers, integers
from waypost.positions.tracks import TrackTable

ZOOM_MIN, ZOOM_MAX = 4, 18  # as MapLibre counts: the world is 512 px wide at zoom 0
TILE_PX = 512
CELLS_A_TILE = 40  # 12.8 px each: a fix's sign has about 13
STRAY_PX = 2.0  # how far a fix left out may lie beside the line drawn past it
EVEN_MAX = 1_500  # fixes of the sample even in time
VIOLATION_MAX = 3_000  # fixes shown for violations, all together, beyond first and last of each
SHUFFLE = np.uint64(0x9E3779B97F4A7C15)  # Knuth's golden ratio: lots without chance
LAT_MAX = 85.0  # beyond, Mercator ends

Places = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class View:
    """What of the world a map shows, in degrees, and how near."""

    west: float
    south: float
    east: float
    north: float
    zoom: float

    @property
    def level(self) -> int:
        return min(max(round(self.zoom), ZOOM_MIN), ZOOM_MAX)

    def wider(self, share: float) -> View:
        """With so much more on each side: what is about to come into sight."""
        across, up = (self.east - self.west) * share, (self.north - self.south) * share
        return View(
            self.west - across, self.south - up, self.east + across, self.north + up, self.zoom
        )


@dataclass(frozen=True, slots=True)
class Thinned:
    """A track with what each zoom shows of it. `levels` as levels_of gives them."""

    table: TrackTable
    lat: Places
    lon: Places
    levels: Levels

    def shown(self, view: View) -> Integers:
        """Places of the fixes that a map of this view shows, in order."""
        return in_view(self.lat, self.lon, self.levels, view)

    def joined(self, shown: Integers, level: int) -> Mask:
        """Of each of these fixes, whether a line from the used one before it may be drawn."""
        after = self.table.gaps.after
        return joined(shown, self.lat, self.lon, self.table.used, after[after >= 0], level)

    def whole_view(self, width_px: int) -> View:
        """All used fixes on a map so wide; without any, the whole world."""
        judged = self.table.used
        if not judged.any():
            return View(-180.0, -LAT_MAX, 180.0, LAT_MAX, ZOOM_MIN)
        lat, lon = self.lat[judged], self.lon[judged]
        x, y = mercator(lat, lon)
        extent = max(float(np.ptp(x)), float(np.ptp(y)), 1e-7)
        zoom = math.log2(width_px / TILE_PX / extent)
        return View(-180.0, -90.0, 180.0, 90.0, min(max(zoom, ZOOM_MIN), ZOOM_MAX))


def thinned(table: TrackTable, violations: Sequence[tuple[int, int]]) -> Thinned:
    """The track thinned for maps; `violations` as first and last microsecond of each."""
    lat, lon = table.numbers("lat"), table.numbers("lon")
    beside = np.concatenate([table.gaps.before, table.gaps.after])
    always = always_shown(table.times, table.used, lat, lon, beside[beside >= 0], violations)
    kind = integers(table.fixes, "mechanism") * 2 + table.used
    return Thinned(table, lat, lon, levels_of(lat, lon, kind, always))


def levels_of(lat: Places, lon: Places, kind: Integers, always: Mask) -> Levels:
    """The widest zoom at which each fix is shown; ZOOM_MAX + 1: at none, the table has it.

    kind     fixes of different kinds do not stand for one another
    always   shown at every zoom
    """
    levels = np.full(len(lat), ZOOM_MAX + 1, dtype=np.int8)
    if not len(lat):
        return levels
    lots = lots_of(len(lat))
    cells = _interleaved(*cells_of(lat, lon, ZOOM_MAX))
    for one in np.unique(kind):
        mine = np.flatnonzero(kind == one)
        order = mine[np.argsort(cells[mine], kind="stable")]
        there, drawn = cells[order], lots[order]
        for zoom in range(ZOOM_MAX, ZOOM_MIN - 1, -1):
            there = there if zoom == ZOOM_MAX else there >> 2  # the cell twice as wide
            starts = np.flatnonzero(np.concatenate([[True], there[1:] != there[:-1]]))
            least = np.minimum.reduceat(drawn, starts)
            sizes = np.diff(np.concatenate([starts, [len(there)]]))
            levels[order[drawn == np.repeat(least, sizes)]] = zoom
    levels[always] = ZOOM_MIN
    return levels


def lots_of(count: int) -> npt.NDArray[np.uint64]:
    """A lot for each fix, all different, the same in every run."""
    with np.errstate(over="ignore"):
        return np.arange(1, count + 1, dtype=np.uint64) * SHUFFLE


def cells_of(lat: Places, lon: Places, zoom: int) -> tuple[Integers, Integers]:
    """Column and row of the cell that each place lies in at this zoom."""
    x, y = mercator(lat, lon)
    side = (1 << zoom) * CELLS_A_TILE
    return (
        np.clip(np.floor(x * side), 0, side - 1).astype(np.int64),
        np.clip(np.floor(y * side), 0, side - 1).astype(np.int64),
    )


def mercator(lat: Places, lon: Places) -> tuple[Places, Places]:
    """The world as maps on screens draw it, 0 to 1 east and south."""
    bounded = np.radians(np.clip(lat, -LAT_MAX, LAT_MAX))
    return lon / 360 + 0.5, 0.5 - np.arcsinh(np.tan(bounded)) / (2 * math.pi)


def always_shown(
    times: Integers,
    used: Mask,
    lat: Places,
    lon: Places,
    beside_gaps: Integers,
    violations: Sequence[tuple[int, int]],
) -> Mask:
    """Fixes that no zoom leaves out.

    beside_gaps   places of the fixes before and after each gap
    violations    first and last microsecond of each
    """
    shown = np.zeros(len(times), dtype=np.bool_)
    if not len(times):
        return shown
    shown[[0, -1]] = True
    shown[:: max(1, -(-len(times) // EVEN_MAX))] = True
    shown[beside_gaps] = True
    judged = np.flatnonzero(used)
    if len(judged):
        shown[judged[[0, -1]]] = True
        for far in (lat, lon):
            shown[judged[[int(np.argmin(far[judged])), int(np.argmax(far[judged]))]]] = True
    share = VIOLATION_MAX // max(1, len(violations))
    for from_us, to_us in violations:
        first, last = np.searchsorted(times[judged], [from_us, to_us + 1])
        inside = judged[first:last]
        if len(inside):
            shown[inside[[0, -1]]] = True
            shown[inside[:: max(1, -(-len(inside) // max(share, 1)))]] = True
    return shown


def in_view(lat: Places, lon: Places, levels: Levels, view: View) -> Integers:
    """Places of the fixes that a map of this view shows, in order."""
    inside = (lat >= view.south) & (lat <= view.north) & (lon >= view.west) & (lon <= view.east)
    return np.flatnonzero(inside & (levels <= view.level)).astype(np.int64)


def joined(
    shown: Integers, lat: Places, lon: Places, used: Mask, gap_after: Integers, level: int
) -> Mask:
    """Of each shown fix, whether a line from the used one shown before it may be drawn.

    shown       places of the fixes shown, in order
    gap_after   places of the used fixes that come right after a gap
    """
    line = np.zeros(len(shown), dtype=np.bool_)
    mine = np.flatnonzero(used[shown])
    ends = shown[mine]
    if len(ends) < 2:
        return line
    judged = np.flatnonzero(used)
    x, y = mercator(lat[judged], lon[judged])
    at = np.searchsorted(judged, ends)  # each end's place among the used
    stray = _strays(x, y, at) * (1 << level) * TILE_PX
    broken = np.zeros(len(used) + 1, dtype=np.int64)
    broken[gap_after] = 1
    gaps = np.cumsum(broken)[ends]
    line[mine[1:]] = (stray <= STRAY_PX) & (gaps[1:] == gaps[:-1])
    return line


def _strays(x: Places, y: Places, at: Integers) -> Places:
    """Of each stretch between ends, how far the farthest fix between lies from its line."""
    first, last = at[:-1], at[1:]
    inside = np.arange(at[0], at[-1])
    stretch = np.repeat(np.arange(len(first)), last - first)
    ax, ay = x[first][stretch], y[first][stretch]
    bx, by = x[last][stretch] - ax, y[last][stretch] - ay
    px, py = x[inside] - ax, y[inside] - ay
    squared = bx * bx + by * by
    along = np.clip((px * bx + py * by) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
    away = np.hypot(px - along * bx, py - along * by)
    return np.asarray(np.maximum.reduceat(away, first - at[0]), dtype=np.float64)


def _interleaved(column: Integers, row: Integers) -> Integers:
    """Column and row in turns of one bit: cells that share their first bits share a wider cell."""
    return _spread(column) | (_spread(row) << 1)


def _spread(number: Integers) -> Integers:
    """The bits of a number of 31 bits with a zero after each."""
    wide = number.astype(np.int64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333), (1, 0x5555555555555555),
    ):  # fmt: skip
        wide = (wide | (wide << shift)) & mask
    return wide
