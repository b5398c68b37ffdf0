"""A short track, fix by fix, for a page about one thing in it: what its map draws, and its figures.

The whereabouts page thins long tracks and sends columns (whereabouts.py); what explains one
violation has a few hundred fixes, each of which counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from waypost.positions.tracks import GAP, Track, TrackRow
from waypost.web.presenters.track_rows import MECHANISM_SIGNS
from waypost.web.templatetags.waypost import length, local, metres


def map_data(track: Track, zones: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What static/waypost/track.js draws (JSON)."""
    return {
        "fixes": [_fix(n, row) for n, row in enumerate(track.rows)],
        "gaps": _gaps(track),
        "zones": list(zones),
        "joined_s": GAP.total_seconds(),
    }


def summary(track: Track) -> dict[str, Any]:
    """The figures above the map, each with what it is a share of."""
    silent = [gap for gap in track.gaps if not gap.held_back]
    gap_time = sum((gap.length for gap in silent), start=timedelta(0))
    used = sum(row.used for row in track.rows)
    return {
        "fixes": len(track.rows),
        "used": used,
        "set_aside": len(track.rows) - used,
        "gaps": len(silent),
        "gap_time": gap_time,
        "held_back": track.held_back,
        "known_percent": 100 * (1 - gap_time / (track.to_at - track.from_at)),
    }


def key_of(track: Track, zones: Sequence[dict[str, Any]]) -> frozenset[str]:
    """What the map of this track shows, so that its key explains that and nothing else."""
    shown = {MECHANISM_SIGNS[row.mechanism][0] for row in track.rows}
    shown |= {"aside"} if any(not row.used for row in track.rows) else set()
    shown |= {"gap"} if any(not gap.held_back for gap in track.gaps) and track.rows else set()
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


def _gaps(track: Track) -> list[dict[str, Any]]:
    """Gaps with a fix at both ends; the window's edges have nothing to draw a line to."""
    used = {row.measured_at: n for n, row in enumerate(track.rows) if row.used}
    return [
        {"from": used[gap.from_at], "to": used[gap.to_at], "words": length(gap.length)}
        for gap in track.gaps
        if not gap.held_back and gap.from_at in used and gap.to_at in used
    ]
