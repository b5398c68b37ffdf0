"""How phones and a vendor's hub speak over HTTP: OsmAnd queries, OwnTracks objects, our JSON batch.

One request each; 2xx is what takes the reports off the phone's queue. Facts from the public pages
of OsmAnd's live tracking and of OwnTracks: the radius stated is one of 68 %, OsmAnd's speed is in
knots, OwnTracks' in km/h.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from waypost.clock import from_us, write_instant
from waypost.positions.values import EventKind
from waypost.units import MPS_PER_KMH, MPS_PER_KNOT, R95_PER_R68
from waypost.worlds.report import Report

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def osmand_said(report: Report, device_id: str) -> Request:
    """A report as a query; it always has a place."""
    said = {
        "id": device_id,
        "timestamp": str(report.at_us // 1_000_000),
        "lat": f"{report.lat:.6f}",
        "lon": f"{report.lon:.6f}",
    }
    if report.accuracy_m is not None:
        said["accuracy"] = f"{report.accuracy_m / R95_PER_R68:.2f}"
    if report.speed_mps is not None:
        said["speed"] = f"{report.speed_mps / MPS_PER_KNOT:.2f}"
    if report.course_deg is not None:
        said["bearing"] = f"{report.course_deg:.0f}"
    if report.event is EventKind.SOS:
        said["alarm"] = "sos"
    return Request("GET", f"/intake/osmand?{urlencode(said)}")


def owntracks_said(report: Report, device_id: str) -> Request:
    """A report as the phone posts it; the device is its topic, owntracks/USER/DEVICE."""
    body = owntracks_object(report) | {"topic": device_id}
    return Request(
        "POST", "/intake/owntracks", {"Content-Type": JSON_TYPE}, json.dumps(body).encode()
    )


def owntracks_object(report: Report) -> dict[str, Any]:
    """The object that stands in the request, or in the message of a broker."""
    said: dict[str, Any] = {
        "_type": "location",
        "tst": report.at_us // 1_000_000,
        "lat": None if report.lat is None else round(report.lat, 6),
        "lon": None if report.lon is None else round(report.lon, 6),
    }
    if report.accuracy_m is not None:
        said["acc"] = round(report.accuracy_m / R95_PER_R68)
    if report.speed_mps is not None:
        said["vel"] = round(report.speed_mps / MPS_PER_KMH)
    if report.course_deg is not None:
        said["cog"] = round(report.course_deg)
    return said


def batch_said(reports: Sequence[Report], device_id: str) -> Request:
    """Reports of one tag as a batch of its vendor's hub. The key is made of the rows themselves:
    the same rows again are the same delivery."""
    return batch_of([_row(report, device_id) for report in reports])


def batch_of(rows: Sequence[Mapping[str, Any]], key: str | None = None) -> Request:
    """Rows of any tags in one batch; the key makes sending it again harmless."""
    body = json.dumps({"rows": rows}).encode()
    key = key or hashlib.sha256(body).hexdigest()
    return Request(
        "POST", "/intake/batch", {"Idempotency-Key": key, "Content-Type": JSON_TYPE}, body
    )


def _row(report: Report, device_id: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "device_id": device_id, "time": write_instant(from_us(report.at_us)),
    }  # fmt: skip
    if report.event is not None:
        return row | {"kind": report.event.value, "attributes": {}}
    row |= {"lat": report.lat, "lon": report.lon, "mechanism": "GNSS"}
    measures = {"accuracy_m": report.accuracy_m, "speed_mps": report.speed_mps,
                "course_deg": report.course_deg}  # fmt: skip
    return row | {name: value for name, value in measures.items() if value is not None}
