"""The least data that answers a request. Pure.

    least(rows, what, window, place)   what is released, and counts of what is not

Of a track only the window; of a place only fixes whose circle reaches it, with a margin, and of
those the six columns. What was set aside is not judged and so answers nothing: it is counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from waypost.clock import to_us, write_instant
from waypost.disclosure.presence import Spot, reaches
from waypost.disclosure.values import OF_A_PLACE, Place, What, Window
from waypost.geo import plane_for
from waypost.positions.tracks import TrackRow

MARGIN_M = 50.0  # beyond a circle that touches the place: an edge on a map is no wall
LAT_LON_DECIMALS = 6  # 0.1 m


@dataclass(frozen=True, slots=True)
class Released:
    """One fix as it is released: R95 in metres, how it was measured."""

    at: datetime
    lat: float
    lon: float
    accuracy_m: float
    mechanism: str


@dataclass(frozen=True, slots=True)
class Least:
    """elsewhere: usable fixes of the window that do not reach the place and stay here."""

    rows: tuple[Released, ...]
    elsewhere: int
    set_aside: int


def least(rows: Iterable[TrackRow], what: What, window: Window, place: Place | None) -> Least:
    """What of one person's fixes answers the request. rows: of any time, by time"""
    inside = [one for one in rows if window.from_at <= one.measured_at < window.to_at]
    used = [one for one in inside if one.used]
    kept = used
    if what in OF_A_PLACE:
        if place is None:
            raise ValueError("a question about a place needs a place")
        spots = spots_of(used, place)
        kept = [
            row for row, spot in zip(used, spots, strict=True)
            if reaches(spot, place.radius_m, MARGIN_M)
        ]  # fmt: skip
    return Least(
        tuple(_released(one) for one in kept), len(used) - len(kept), len(inside) - len(used)
    )


def spots_of(rows: Sequence[TrackRow], place: Place) -> list[Spot]:
    """The fixes as distances from the place's centre, on its plane."""
    distances = distances_m([one.lat for one in rows], [one.lon for one in rows], place)
    return [
        Spot(to_us(row.measured_at), float(metres), row.accuracy_m)
        for row, metres in zip(rows, distances, strict=True)
    ]


def distances_m(lat: Sequence[float], lon: Sequence[float], place: Place) -> Sequence[float]:
    plane = plane_for(place.lat, place.lon)
    centre_x, centre_y = plane.project(place.lat, place.lon)
    x, y = plane.project(lat, lon)
    found: Sequence[float] = np.hypot(x - centre_x[0], y - centre_y[0]).tolist()
    return found


def digest_of(least: Least, said: Sequence[str] = ()) -> str:
    """SHA-256 of what would be released: what was previewed is what is granted, or it is not."""
    told = hashlib.sha256()
    for row in least.rows:
        told.update(
            f"{write_instant(row.at)} {row.lat!r} {row.lon!r} {row.accuracy_m!r} "
            f"{row.mechanism}\n".encode()
        )
    told.update("\n".join(said).encode())
    return told.hexdigest()


def _released(row: TrackRow) -> Released:
    return Released(
        row.measured_at, round(row.lat, LAT_LON_DECIMALS), round(row.lon, LAT_LON_DECIMALS),
        round(row.accuracy_m, 1), row.mechanism.name,
    )  # fmt: skip
