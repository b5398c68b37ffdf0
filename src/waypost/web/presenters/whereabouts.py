"""A track as its page shows it: the same facts for the map, the slider and the table.

A short track is in the page whole. Of a long one the page holds what a map of all of it shows, and
a page of the table; the map asks for more where it is looked at closer (`part_of`), the table for
its other pages. Fixes go to the browser as columns: ten thousand of them are one short list each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from waypost.clock import from_us
from waypost.monitoring.queries import Standing
from waypost.positions.order import Integers, integers
from waypost.positions.schema import SET_ASIDE_WORDS
from waypost.positions.thinning import ZOOM_MAX, Thinned, View
from waypost.positions.tracks import TrackTable
from waypost.units import Mechanism
from waypost.web.presenters.track_rows import MECHANISM_SIGNS as MECHANISM_SIGNS
from waypost.web.presenters.track_rows import TrackRows
from waypost.web.templatetags.waypost import length

DRAWN_MAX = 10_000  # more fixes than this are thinned for the map; the table keeps all
A_PAGE = 500  # rows the server writes; a page of static/waypost/whereabouts.js
ROWS_MAX = 3_000  # more rows than this come by the page
MAP_PX = 900  # how wide a map is thought to be, before its browser says
MARGIN = 0.25  # of the map's width: what is about to come into sight comes along
BINS = 160  # of the density under the slider
EVERYTHING = frozenset(
    {sign for sign, _ in MECHANISM_SIGNS.values()}
    | {"aside", "gap", "accuracy", "zone-out", "zone-in", "zone-scene"}
)  # all that a map's key can explain


def track_page(
    track: Thinned,
    rows: TrackRows,
    zones: Sequence[dict[str, Any]],
    violations: Sequence[Standing],
    look: str,
) -> dict[str, Any]:
    """What the page's scripts read (JSON): fixes and gaps for the map, rows for the table.

    look   the name by which more of it is asked for
    """
    table = track.table
    whole = len(table) <= DRAWN_MAX
    return {
        **(_all_of(track) if whole else part_of(track, track.whole_view(MAP_PX))),
        "whole": whole,
        "total": len(table),
        "look": look,
        "signs": [list(MECHANISM_SIGNS[one]) for one in sorted(Mechanism)],
        "asides": {str(one.value): words for one, words in SET_ASIDE_WORDS.items()},
        "zones": list(zones),
        "rows": rows.page(0, len(rows) if len(rows) <= ROWS_MAX else A_PAGE),
        "row_count": len(rows),
        "density": _density(table),
        "from_s": table.from_at.timestamp(),
        "to_s": table.to_at.timestamp(),
        "violations": _violations(violations, table.to_at),
    }


def part_of(track: Thinned, view: View) -> dict[str, Any]:
    """What a map of this view shows, a little beyond its edges: fixes, gaps, how many of them."""
    wider = view.wider(MARGIN)
    shown = track.shown(wider)
    return {
        "fixes": _columns(track, shown, view.level),
        "gaps": _gaps(track, wider),
        "level": view.level,
        "shown": len(track.shown(view)),
        "inside": len(_inside(track, view)),
    }


def summary(table: TrackTable) -> dict[str, Any]:
    """The figures above the map, each with what it is a share of."""
    gap_time = table.gaps.silence
    used = int(np.count_nonzero(table.used))
    return {
        "fixes": len(table),
        "used": used,
        "set_aside": len(table) - used,
        "gaps": table.gaps.silent,
        "gap_time": gap_time,
        "held_back": table.held_back,
        "known_percent": 100 * (1 - gap_time / (table.to_at - table.from_at)),
    }


def key_of(table: TrackTable, zones: Sequence[dict[str, Any]]) -> frozenset[str]:
    """What the map of this track shows, so that its key explains that and nothing else."""
    mechanisms = np.unique(integers(table.fixes, "mechanism")).tolist()
    shown = {MECHANISM_SIGNS[Mechanism(one)][0] for one in mechanisms}
    shown |= {"aside"} if not bool(table.used.all()) else set()
    shown |= {"gap"} if table.gaps.silent and len(table) else set()
    shown |= {"accuracy"} if len(table) else set()
    return frozenset(shown | {f"zone-{zone['meaning']}" for zone in zones})


def windows_of(violations: Sequence[Standing], to_at: datetime) -> list[tuple[int, int]]:
    """First and last microsecond of each violation that stands."""
    return [
        (round(one["from_s"] * 1e6), round(one["to_s"] * 1e6))
        for one in _violations(violations, to_at)
    ]


def _violations(violations: Sequence[Standing], to_at: datetime) -> list[dict[str, float]]:
    return [
        {
            "from_s": one.row.from_at.timestamp(),
            "to_s": (one.row.to_at or to_at).timestamp(),
        }
        for one in violations
        if not one.row.withdrawn
    ]


def _all_of(track: Thinned) -> dict[str, Any]:
    every = np.arange(len(track.table), dtype=np.int64)
    world = View(-180.0, -90.0, 180.0, 90.0, ZOOM_MAX)
    return {
        "fixes": _columns(track, every, ZOOM_MAX),
        "gaps": _gaps(track, world),
        "level": ZOOM_MAX,
        "shown": len(every),
        "inside": len(every),
    }


def _columns(track: Thinned, shown: Integers, level: int) -> dict[str, Any]:
    """The fixes at these places, column by column.

    joined   1 where a line from the used fix before it, of those shown, may be drawn
    """
    table = track.table
    return {
        "n": shown.tolist(),
        "t": (table.times[shown] / 1e6).round(3).tolist(),
        "lat": track.lat[shown].round(6).tolist(),
        "lon": track.lon[shown].round(6).tolist(),
        "r95_m": table.numbers("accuracy_m")[shown].round(1).tolist(),
        "mechanism": integers(table.fixes, "mechanism")[shown].tolist(),
        "aside": integers(table.fixes, "set_aside")[shown].tolist(),
        "joined": track.joined(shown, level).astype(int).tolist(),
    }


def _gaps(track: Thinned, view: View) -> list[dict[str, Any]]:
    """Gaps with a fix at both ends, one of them in sight; the window's edges have nothing to draw
    a line to."""
    gaps = track.table.gaps
    both = np.flatnonzero((gaps.before >= 0) & (gaps.after >= 0) & ~gaps.held_back)
    near = np.zeros(len(both), dtype=np.bool_)
    for ends in (gaps.before[both], gaps.after[both]):
        near |= _is_inside(track.lat[ends], track.lon[ends], view)
    return [
        {
            "from": _end(track, int(gaps.before[n])),
            "to": _end(track, int(gaps.after[n])),
            "words": length(from_us(gaps.to_us[n]) - from_us(gaps.from_us[n])),
        }
        for n in both[near].tolist()
    ]


def _end(track: Thinned, n: int) -> dict[str, float]:
    return {
        "lat": round(float(track.lat[n]), 6),
        "lon": round(float(track.lon[n]), 6),
        "t": float(track.table.times[n]) / 1e6,
    }


def _inside(track: Thinned, view: View) -> Integers:
    return np.flatnonzero(_is_inside(track.lat, track.lon, view)).astype(np.int64)


def _is_inside(lat: Any, lon: Any, view: View) -> Any:
    return (lat >= view.south) & (lat <= view.north) & (lon >= view.west) & (lon <= view.east)


def _density(table: TrackTable) -> list[int]:
    """How many fixes each part of the window has."""
    edges = (table.from_at.timestamp() * 1e6, table.to_at.timestamp() * 1e6)
    counts, _ = np.histogram(table.times, bins=BINS, range=edges)
    return [int(one) for one in counts]
