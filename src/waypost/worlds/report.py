"""One thing that a simulated tag wants known, and what of it each protocol can carry.

    carried(report, protocol) -> the report as it must come out of the gateway, to the last digit

A protocol rounds places and times to its own units: GT06 counts 1/30,000 of a minute of arc and
whole seconds, Teltonika ten-millionths of a degree and milliseconds. The truth of a world is what
the wire carries, not what the tag knew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from waypost.clock import read_instant, to_us
from waypost.positions.values import EventKind

QUECLINK, TELTONIKA, GT06 = "queclink", "teltonika", "gt06"
QUECLINK_UDP, TELTONIKA_UDP = "queclink-udp", "teltonika-udp"
OSMAND, OWNTRACKS, MQTT, HUB = "osmand", "owntracks", "mqtt", "hub"
IMEI_PROTOCOLS = frozenset({QUECLINK, QUECLINK_UDP, TELTONIKA, TELTONIKA_UDP, GT06})


@dataclass(frozen=True, slots=True)
class Report:
    """A place, an event, or both at once.

    number      of this tag, from 0: what acknowledgements are kept by
    at_us       when, by the tag's own clock
    lat, lon    WGS84; None: an event without a place
    accuracy_m  R95; None: not stated
    """

    number: int
    at_us: int
    lat: float | None = None
    lon: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    accuracy_m: float | None = None
    event: EventKind | None = None


@dataclass(frozen=True, slots=True)
class Precision:
    """The units of a protocol: how many parts a degree has, how many microseconds a tick has."""

    parts_per_degree: float
    tick_us: int


_TEXT = Precision(1e6, 1_000_000)
PRECISIONS: dict[str, Precision] = {
    QUECLINK: _TEXT,
    QUECLINK_UDP: _TEXT,
    TELTONIKA: Precision(1e7, 1_000),
    TELTONIKA_UDP: Precision(1e7, 1_000),
    GT06: Precision(1_800_000, 1_000_000),  # 60 minutes of 30,000 parts
    OSMAND: _TEXT,
    OWNTRACKS: _TEXT,
    MQTT: _TEXT,
    HUB: Precision(1e7, 1_000),
}
_POWERED = frozenset({EventKind.SOS, EventKind.BATTERY_LOW, EventKind.JAMMING})
# What a protocol has words for besides places; the hub's batch has words for all.
EVENTS: dict[str, frozenset[EventKind]] = {
    QUECLINK: _POWERED,
    QUECLINK_UDP: _POWERED,
    TELTONIKA: frozenset({EventKind.SOS, EventKind.JAMMING}),
    TELTONIKA_UDP: frozenset({EventKind.SOS, EventKind.JAMMING}),
    GT06: frozenset({EventKind.SOS}),
    OSMAND: frozenset({EventKind.SOS}),
    OWNTRACKS: frozenset(),
    MQTT: frozenset(),
    HUB: frozenset(EventKind),
}


def carried(report: Report, protocol: str) -> Report:
    """The report with place and time as this protocol carries them; tags cut times, never round.

    An event in the hub's batch is a row of its own, which has no place.
    """
    precision = PRECISIONS[protocol]
    if protocol == HUB and report.event is not None:
        report = replace(report, lat=None, lon=None)
    at_us = report.at_us // precision.tick_us * precision.tick_us
    lat, lon = (_rounded(degrees, precision) for degrees in (report.lat, report.lon))
    return replace(report, at_us=at_us, lat=lat, lon=lon)


def _rounded(degrees: float | None, precision: Precision) -> float | None:
    if degrees is None:
        return None
    return round(degrees * precision.parts_per_degree) / precision.parts_per_degree


def report_of(row: Mapping[str, Any], number: int) -> Report:
    """A row of our JSON batch as a report."""
    kind = row.get("kind")
    return Report(
        number=number,
        at_us=to_us(read_instant(row["time"])),
        lat=row.get("lat"),
        lon=row.get("lon"),
        speed_mps=row.get("speed_mps"),
        course_deg=row.get("course_deg"),
        accuracy_m=row.get("accuracy_m"),
        event=None if kind is None else EventKind(kind),
    )


def imei(index: int, kind: int = 0) -> str:
    """The 15 digits of a made-up IMEI, the last a right check digit; another for each number.

    kind    0 to 9999, in the place of the model's digits
    source  3GPP TS 23.003, annex B: Luhn's check digit over the fourteen before
    """
    body = f"35{kind % 10_000:04d}{index % 100_000_000:08d}"
    total = 0
    for place, digit in enumerate(map(int, body)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return f"{body}{-total % 10}"
