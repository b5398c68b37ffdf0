"""What is released as files: CSV, GeoJSON and GPX of the same fixes, each with its watermark. Pure.

Whatever a requester or anybody else typed stays text: a CSV cell that a spreadsheet would run is
defused (documents/cells.py), JSON is made by the library, and XML holds no character it cannot.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from waypost.clock import write_instant
from waypost.disclosure.minimum import Released
from waypost.documents.cells import safe_cell
from waypost.documents.values import plain
from waypost.positions.tracks import GAP

COLUMNS = ("person", "time_utc", "time_local", "lat", "lon", "accuracy_r95_m", "mechanism")
GPX = "http://www.topografix.com/GPX/1/1"
OURS = "urn:waypost:disclosure:1"
Rows = Sequence[tuple[str, Released]]  # reference of the person, fix


def watermark(number: int, requester: str, body: str, at: datetime, zone: str) -> str:
    """Request number, requester and time, in one line of text."""
    who = plain(", ".join(part for part in (requester, body) if part))
    return f"Request R-{number}, released to {who} on {local_time(at, zone)}"


def files_of(rows: Rows, mark: str, zone: str) -> dict[str, bytes]:
    return {
        "fixes.csv": csv_of(rows, mark, zone),
        "fixes.geojson": geojson_of(rows, mark, zone),
        "fixes.gpx": gpx_of(rows, mark),
    }


def csv_of(rows: Rows, mark: str, zone: str) -> bytes:
    """The watermark in the first line, the columns in the second."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(mark)])
    writer.writerow(COLUMNS)
    for reference, one in rows:
        writer.writerow([safe_cell(plain(reference)), *_cells(one, zone)])
    return out.getvalue().encode()


def geojson_of(rows: Rows, mark: str, zone: str) -> bytes:
    """A FeatureCollection of points, with the watermark as a member (RFC 7946, 6.1)."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
            "properties": dict(
                zip(COLUMNS, (plain(reference), *_cells(one, zone)), strict=True)
            ) | {"lat": one.lat, "lon": one.lon, "accuracy_r95_m": one.accuracy_m},
        }
        for reference, one in rows
    ]  # fmt: skip
    found: dict[str, Any] = {"type": "FeatureCollection", "watermark": mark, "features": features}
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def gpx_of(rows: Rows, mark: str) -> bytes:
    """A track for each person; a gap of over five minutes begins a new segment, so that no program
    draws a line where nothing was observed."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<gpx version="1.1" creator="Waypost" xmlns="{GPX}" xmlns:w="{OURS}">',
        f"<metadata><desc>{escape(plain(mark))}</desc></metadata>",
    ]
    for reference in dict.fromkeys(reference for reference, _ in rows):
        mine = [one for whose, one in rows if whose == reference]
        parts.append(f"<trk><name>{escape(plain(reference))}</name>")
        parts += [
            f"<trkseg>{''.join(_point(one) for one in segment)}</trkseg>"
            for segment in segments(mine, GAP)
        ]
        parts.append("</trk>")
    return "\n".join([*parts, "</gpx>\n"]).encode()


def segments(rows: Iterable[Released], gap: timedelta) -> list[list[Released]]:
    found: list[list[Released]] = []
    for one in rows:
        if not found or one.at - found[-1][-1].at > gap:
            found.append([])
        found[-1].append(one)
    return found


def local_time(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def _cells(one: Released, zone: str) -> tuple[str, ...]:
    return (
        write_instant(one.at), local_time(one.at, zone), f"{one.lat:.6f}", f"{one.lon:.6f}",
        f"{one.accuracy_m:.1f}", one.mechanism,
    )  # fmt: skip


def _point(one: Released) -> str:
    return (
        f'<trkpt lat="{one.lat:.6f}" lon="{one.lon:.6f}"><time>{write_instant(one.at)}</time>'
        f"<src>{escape(one.mechanism)}</src><extensions><w:accuracy_r95_m>{one.accuracy_m:.1f}"
        "</w:accuracy_r95_m></extensions></trkpt>"
    )
