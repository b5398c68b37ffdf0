"""A track as its page shows it: the same facts for the map, the slider and the table."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from waypost.clock import write_instant
from waypost.monitoring.queries import Standing
from waypost.positions.tracks import GAP, Gap, Track, TrackEvent, TrackRow
from waypost.units import Mechanism
from waypost.web.templatetags.waypost import length, local, metres

DRAWN_MAX = 10_000  # more fixes than this are thinned for the map; the table keeps all
FIRST_ROWS = 500  # rows the server writes; a page of static/waypost/whereabouts.js
MECHANISM_SIGNS: dict[Mechanism, tuple[str, str]] = {
    Mechanism.UNKNOWN: ("unknown", "Not stated"),
    Mechanism.GNSS: ("gnss", "GNSS"),
    Mechanism.WIFI: ("wifi", "Wi-Fi"),
    Mechanism.CELL: ("cell", "Mobile cell"),
    Mechanism.BEACON: ("beacon", "Home beacon"),
}
EVERYTHING = frozenset(
    {sign for sign, _ in MECHANISM_SIGNS.values()}
    | {"aside", "gap", "accuracy", "zone-out", "zone-in", "zone-scene"}
)  # all that a map's key can explain


def track_page(
    track: Track, zones: Sequence[dict[str, Any]], violations: Sequence[Standing]
) -> dict[str, Any]:
    """What the page's scripts read (JSON): fixes and gaps for the map, rows for the table."""
    drawn = _thinned(track.rows)
    return {
        "fixes": [_fix(n, track.rows[n]) for n in drawn],
        "gaps": _gaps(track, drawn),
        "zones": list(zones),
        "rows": rows_of(track),
        "joined_s": GAP.total_seconds(),
        "from_s": track.from_at.timestamp(),
        "to_s": track.to_at.timestamp(),
        "violations": [
            {
                "from_s": one.row.from_at.timestamp(),
                "to_s": (one.row.to_at or track.to_at).timestamp(),
            }
            for one in violations
            if not one.row.withdrawn
        ],
    }


def summary(track: Track) -> dict[str, Any]:
    """The figures above the map, each with what it is a share of."""
    gap_time = sum((gap.length for gap in track.gaps), start=track.to_at - track.to_at)
    window = track.to_at - track.from_at
    used = sum(row.used for row in track.rows)
    return {
        "fixes": len(track.rows),
        "used": used,
        "set_aside": len(track.rows) - used,
        "gaps": len(track.gaps),
        "gap_time": gap_time,
        "known_percent": 100 * (1 - gap_time / window),
        "drawn": len(_thinned(track.rows)),
    }


def rows_of(track: Track) -> list[dict[str, Any]]:
    """The table's rows in order of time: fixes, events, and the gaps between."""
    rows = [(row.measured_at, 1, _fix_row(n, row)) for n, row in enumerate(track.rows)]
    rows += [(event.measured_at, 2, _event_row(event)) for event in track.events]
    rows += [(gap.from_at, 3, _gap_row(gap)) for gap in track.gaps]
    rows.sort(key=lambda row: row[:2])
    return [row for _, _, row in rows]


def _fix_row(n: int, row: TrackRow) -> dict[str, Any]:
    stated = "" if row.accuracy_stated else " (assumed)"
    return _row(
        row.measured_at,
        "fix" if row.used else "aside",
        [
            MECHANISM_SIGNS[row.mechanism][1],
            f"{metres(row.accuracy_m)}{stated}",
            f"{row.lat:.5f}, {row.lon:.5f}",
            row.words.capitalize(),
        ],
        n=n,
    )


def _event_row(event: TrackEvent) -> dict[str, Any]:
    said = ", ".join(f"{name} {value}" for name, value in sorted(event.attributes.items()))
    kind = event.kind.replace("_", " ").capitalize()
    return _row(event.measured_at, "event", ["Tag", f"{kind}{f': {said}' if said else ''}"])


def _gap_row(gap: Gap) -> dict[str, Any]:
    until = f"{local(gap.to_at):%H:%M:%S}"
    if _day(gap.to_at) != _day(gap.from_at):
        until = f"{_day(gap.to_at)}, {until}"
    return _row(gap.from_at, "gap", ["Gap", f"Nothing known for {length(gap.length)}, to {until}"])


def _row(at: datetime, look: str, cells: list[str], n: int | None = None) -> dict[str, Any]:
    return {
        "n": n,
        "look": look,
        "last_spans": 5 - len(cells),  # of five columns, the last cell takes what is left
        "utc": write_instant(at.replace(microsecond=0)),
        "day": _day(at),
        "cells": [f"{local(at):%H:%M:%S}", *cells],
    }


def _day(at: datetime) -> str:
    """The heading that rows stand under: the night the clocks change has two of the same date."""
    there = local(at)
    return f"{there:%A} {there.day} {there:%B %Y}, {there:%Z}"


def key_of(track: Track, zones: Sequence[dict[str, Any]]) -> frozenset[str]:
    """What the map of this track shows, so that its key explains that and nothing else."""
    shown = {MECHANISM_SIGNS[row.mechanism][0] for row in track.rows}
    shown |= {"aside"} if any(not row.used for row in track.rows) else set()
    shown |= {"gap"} if track.gaps and track.rows else set()
    shown |= {"accuracy"} if track.rows else set()
    return frozenset(shown | {f"zone-{zone['meaning']}" for zone in zones})


def _fix(n: int, row: TrackRow) -> dict[str, Any]:
    sign, word = MECHANISM_SIGNS[row.mechanism]
    there = local(row.measured_at)
    words = f"{there:%a %d %b %H:%M:%S %Z}, {word}, within {metres(row.accuracy_m)}"
    return {
        "n": n,
        "t": row.measured_at.timestamp(),
        "lat": round(row.lat, 6),
        "lon": round(row.lon, 6),
        "r95_m": round(row.accuracy_m, 1),
        "mechanism": sign,
        "used": row.used,
        "words": words if row.used else f"{words}, set aside: {row.words}",
    }


def _gaps(track: Track, drawn: Sequence[int]) -> list[dict[str, Any]]:
    """Gaps with a fix at both ends; the window's edges have nothing to draw a line to."""
    used = {track.rows[n].measured_at: n for n in drawn if track.rows[n].used}
    return [
        {"from": used[gap.from_at], "to": used[gap.to_at], "words": length(gap.length)}
        for gap in track.gaps
        if gap.from_at in used and gap.to_at in used
    ]


def _thinned(rows: Sequence[TrackRow]) -> list[int]:
    """Numbers of the fixes to draw: all, or evenly many with those beside a gap kept."""
    if len(rows) <= DRAWN_MAX:
        return list(range(len(rows)))
    every = -(-len(rows) // (DRAWN_MAX // 2))
    keep = set(range(0, len(rows), every)) | {len(rows) - 1}
    used = [n for n, row in enumerate(rows) if row.used]
    for one, other in itertools.pairwise(used):
        if rows[other].measured_at - rows[one].measured_at > GAP:
            keep |= {one, other}
    return sorted(keep)
