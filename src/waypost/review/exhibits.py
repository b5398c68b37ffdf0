"""What the exhibits hold: fixes as observed, maps of them, their table, what the tag said. Pure.

Nothing is drawn that was not observed; no score, base rate or likelihood ratio stands here. Times
are to the second, local and UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from waypost.documents.map_drawing import Dot, Place, draw_map
from waypost.documents.values import Block, Exhibit, Facts, Paragraph, Table
from waypost.offences.shapes import ShapeKind, write_shape
from waypost.offences.values import Offence
from waypost.orders.values import Zone
from waypost.positions.tracks import Gap, TrackEvent, TrackRow
from waypost.units import Mechanism

TABLE_MAX = 2_000  # rows of the table in the paper; the files have all
SIGNS: dict[Mechanism, str] = {
    Mechanism.UNKNOWN: "not stated", Mechanism.GNSS: "GNSS", Mechanism.WIFI: "Wi-Fi",
    Mechanism.CELL: "mobile cell", Mechanism.BEACON: "home beacon",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observed:
    """What was received of a tag about an offence.

    rows     fixes by time      gaps     longer than five minutes      events   a day on either side
    labels   of the fixes that count: time of the fix -> A1, A2, B1
    nearest  of all fixes of the padded window, as the run found it; with how far it may be off
    """

    offence: Offence
    from_at: datetime
    to_at: datetime
    rows: tuple[TrackRow, ...]
    gaps: tuple[Gap, ...]
    events: tuple[TrackEvent, ...]
    labels: Mapping[datetime, str]
    coverage: float | None
    nearest_m: float | None = None
    nearest_spread_m: float | None = None


def both_times(at: datetime, zone: str) -> tuple[str, str]:
    """Local with its zone's word, and UTC, to the second."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S %Z}", f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def window_words(offence: Offence, zone: str) -> str:
    begin, end = both_times(offence.from_at, zone), both_times(offence.to_at, zone)
    return f"{begin[0]} to {end[0]} ({begin[1]} to {end[1]} UTC)"


def place_words(offence: Offence) -> str:
    middle = f"{offence.lat:.6f}, {offence.lon:.6f}"
    if offence.shape is None:
        return f"{middle}, and {offence.radius_m:.0f} m around it"
    kind = "a line" if offence.shape.kind is ShapeKind.LINE else "an area"
    corners = len(offence.shape.corners)
    return f"{kind} of {corners} corners about {middle}, and {offence.radius_m:.0f} m around it"


def tracks(seen: Observed, reference: str, zone: str) -> list[Block]:
    """/01: every fix about the time."""
    begin, end = both_times(seen.from_at, zone)[0], both_times(seen.to_at, zone)[0]
    return _map(
        f"{reference}/01, the fixes about the time",
        [Dot(n, row.lat, row.lon, row.accuracy_m, row.used) for n, row in _numbered(seen)],
        seen.offence, f"Every fix received from {begin} to {end}",
    )  # fmt: skip


def detail(seen: Observed, reference: str) -> list[Block]:
    """/02: those that count, near enough to read."""
    counted = [
        Dot(n, row.lat, row.lon, row.accuracy_m, row.used)
        for n, row in _numbered(seen)
        if row.measured_at in seen.labels
    ]
    if not counted:
        return []
    return _map(f"{reference}/02, the place", counted, seen.offence, "The fixes that count")


def key(reference: str) -> list[Block]:
    """/03."""
    rows = (
        ("Filled dot with a number", "A fix; its row in the table has the same number."),
        ("Empty dot", "A fix that was set aside; the table says why."),
        ("Circle about a dot", "The fix is right within it in 95 of 100 cases (R95)."),
        ("Hatched circle", "The place of the offence, as the police recorded it."),
        ("No line", "Nothing is drawn between fixes, nor before the first or after the last."),
        ("Sequences A1, A2, B1", "Fixes that count, run by run: a new letter begins after a fix "
                                 "outside."),
    )  # fmt: skip
    return [Exhibit(f"{reference}/03, key of the maps", (Facts(rows),))]


def table(seen: Observed, reference: str, zone: str) -> list[Block]:
    """/04: each fix to the second."""
    if not seen.rows:
        return []
    heads = (
        "Fix",
        "Local time",
        "UTC",
        "Latitude, longitude",
        "Right within",
        "By",
        "Received, UTC",
    )
    rows = tuple(
        (
            f"{n} ({seen.labels[row.measured_at]})" if row.measured_at in seen.labels else str(n),
            *both_times(row.measured_at, zone), f"{row.lat:.6f}, {row.lon:.6f}",
            f"{row.accuracy_m:.0f} m{'' if row.accuracy_stated else ', assumed'}",
            SIGNS[row.mechanism] if row.used else f"{SIGNS[row.mechanism]}; set aside: {row.words}",
            both_times(row.received_at, zone)[1],
        )
        for n, row in _numbered(seen)
    )  # fmt: skip
    blocks: list[Block] = [Table("Fixes about the time", heads, rows[:TABLE_MAX])]
    if len(rows) > TABLE_MAX:
        blocks.append(
            Paragraph(f"The first {TABLE_MAX} of {len(rows)} are shown; the file has all.")
        )
    return [Exhibit(f"{reference}/04, table of the fixes", tuple(blocks))]


def coverage(seen: Observed, zone: str) -> list[Block]:
    counted = len(seen.labels)
    known = (
        "How much of the window could be monitored is not known."
        if seen.coverage is None
        else f"A usable fix stands within five minutes of {100 * seen.coverage:.0f} % of the "
        "window."
    )
    return [
        Paragraph(known),
        Paragraph(f"Fixes about the time: {len(seen.rows)}. Fixes that count: {counted}."),
        Paragraph(nearest_words(seen)),
        *gaps(seen, zone),
    ]


def nearest_words(seen: Observed) -> str:
    """How near the tag was observed, with the spread: an observation, and no weight of one."""
    if seen.nearest_m is None:
        return "Nearest fix: not known; none lies in the window or the ten minutes beside it."
    scene = seen.offence
    of = "the middle of the place" if scene.shape is None else "the nearest spot of the place"
    said = f"Nearest fix: {seen.nearest_m:.0f} m from {of}, as the police recorded it"
    if seen.nearest_spread_m is None:
        return f"{said}. How far that may be off was not kept by the run."
    return (
        f"{said}, give or take {seen.nearest_spread_m:.0f} m in 95 of 100 cases: the fix’s own "
        "error and what is usual of recorded places, together."
    )


def nearest_cell(nearest_m: float | None, spread_m: float | None) -> str:
    if nearest_m is None:
        return "not known"
    return f"{nearest_m:.0f} m" + ("" if spread_m is None else f" ± {spread_m:.0f} m")


def gaps(seen: Observed, zone: str) -> list[Block]:
    silent = [one for one in seen.gaps if not one.held_back]
    if not silent:
        return []
    rows = tuple(
        (
            *both_times(one.from_at, zone),
            *both_times(one.to_at, zone),
            f"{one.length.seconds // 60}",
        )
        for one in silent
    )
    heads = ("From, local", "From, UTC", "To, local", "To, UTC", "Minutes")
    return [Table("Times without a usable fix", heads, rows)]


def tampers(seen: Observed, zone: str) -> list[Block]:
    """What the tag reported of itself, whatever it was: nobody chooses what may matter."""
    if not seen.events:
        return []
    rows = tuple((*both_times(one.measured_at, zone), one.words) for one in seen.events)
    return [Table("Reports of the tag, a day on either side", ("Local time", "UTC", "What"), rows)]


def csv_rows(seen: Observed, zone: str) -> list[list[str]]:
    """The fixes as a file has them, its heads first."""
    heads = ["fix", "sequence", "time_utc", "time_local", "lat", "lon", "accuracy_r95_m",
             "accuracy_stated", "mechanism", "used", "received_utc"]  # fmt: skip
    return [
        heads,
        *(
            [
                str(n), seen.labels.get(row.measured_at, ""), both_times(row.measured_at, zone)[1],
                both_times(row.measured_at, zone)[0], f"{row.lat:.6f}", f"{row.lon:.6f}",
                f"{row.accuracy_m:.1f}", "yes" if row.accuracy_stated else "no",
                SIGNS[row.mechanism], "yes" if row.used else row.words,
                both_times(row.received_at, zone)[1],
            ]
            for n, row in _numbered(seen)
        ),
    ]  # fmt: skip


def geojson(seen: Observed, zone: str) -> dict[str, Any]:
    """Points alone, and the place of the offence (RFC 7946)."""
    heads, *rows = csv_rows(seen, zone)
    scene = seen.offence
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": (
                    json.loads(write_shape(scene.shape))
                    if scene.shape is not None
                    else {"type": "Point", "coordinates": [scene.lon, scene.lat]}
                ),
                "properties": {"what": "place of the offence", "radius_m": scene.radius_m},
            },
            *(
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [fix.lon, fix.lat]},
                    "properties": dict(zip(heads, row, strict=True)),
                }
                for fix, row in zip(seen.rows, rows, strict=True)
            ),
        ],
    }


def _map(title: str, dots: Sequence[Dot], offence: Offence, caption: str) -> list[Block]:
    scene = scene_of(offence)
    drawn = draw_map(dots, [Place(scene, keep_out=False)], caption=caption) if dots else None
    return [Exhibit(title, (drawn,))] if drawn is not None else []


def scene_of(offence: Offence) -> Zone:
    """The place as maps take it: a circle, the ground about a line, or an area."""
    if offence.shape is None:
        point = {"type": "Point", "coordinates": [offence.lon, offence.lat]}
        return Zone(point, radius_m=offence.radius_m)
    geometry = json.loads(write_shape(offence.shape))
    is_line = offence.shape.kind is ShapeKind.LINE
    return Zone(geometry, width_m=2 * offence.radius_m if is_line else None)


def _numbered(seen: Observed) -> list[tuple[int, TrackRow]]:
    return list(enumerate(seen.rows, 1))
