"""Decoded messages into the two Arrow batches of a log entry: projected, judged for quality, keyed.

Pure: the shell has found out whose each message is. Rows keep the order in which they were given.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from waypost.clock import FOREVER_US, to_us
from waypost.geo import BRITISH
from waypost.positions import quality
from waypost.positions.schema import EVENTS, FIXES, TIME
from waypost.positions.values import DecodedEvent, DecodedFix
from waypost.units import ActivationNumber


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """One message, or part of one, of one activation.

    from_at, to_at   the activation's span, half-open: outside it fixes are set aside
    raw_place        place of the raw message among the commit's raw rows; `log.append` makes the
                     id of it; None: none is kept
    """

    activation: ActivationNumber
    from_at: datetime
    to_at: datetime | None
    received_at: datetime
    fixes: Sequence[DecodedFix] = ()
    events: Sequence[DecodedEvent] = ()
    raw_place: int | None = None


def build(rows: Sequence[IntakeRow]) -> tuple[pa.Table, pa.Table]:
    """(fixes as schema.FIXES, events as schema.EVENTS); `raw_id` holds the raw place for now.

    A message without a time was measured when it was received. A place that is not on Earth is
    kept at the nearest that is, marked INVALID. A negative accuracy is one not stated.
    """
    return _fixes([(row, fix) for row in rows for fix in row.fixes]), _events(
        [(row, event) for row in rows for event in row.events]
    )


def canonical(attributes: Mapping[str, Any]) -> str:
    """Attributes as one text for one meaning: sorted keys, no spaces, no NaN."""
    return json.dumps(
        _plain(attributes), sort_keys=True, separators=(",", ":"), ensure_ascii=False,
        allow_nan=False, default=str,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _fixes(pairs: Sequence[tuple[IntakeRow, DecodedFix]]) -> pa.Table:
    if not pairs:
        return FIXES.empty_table()
    fixes = [fix for _, fix in pairs]
    times = _times(pairs)
    sent_lat, sent_lon = _floats([f.lat for f in fixes]), _floats([f.lon for f in fixes])
    lat = np.clip(np.nan_to_num(sent_lat), -90, 90)
    lon = np.clip(np.nan_to_num(sent_lon), -180, 180)
    valid = np.array([f.valid for f in fixes]) & (lat == sent_lat) & (lon == sent_lon)
    mechanism = np.array([f.mechanism for f in fixes], dtype=np.int8)
    accuracy = _floats([_stated(f.accuracy_m) for f in fixes])
    r95 = quality.r95s_m(accuracy, np.array([f.accuracy_is_r68 for f in fixes]), mechanism)
    r95_32 = np.minimum(r95, 1e9).astype(np.float32)
    easting, northing = BRITISH.project(lat, lon)
    return pa.table(
        {
            **_keys(pairs, times),
            "lat": lat,
            "lon": lon,
            "easting_m": easting,
            "northing_m": northing,
            "accuracy_m": r95_32,
            "accuracy_stated": ~np.isnan(accuracy),
            "mechanism": mechanism,
            "altitude_m": _optional([f.altitude_m for f in fixes]),
            "speed_mps": _optional([f.speed_mps for f in fixes]),
            "course_deg": _optional([f.course_deg for f in fixes]),
            "set_aside": quality.set_aside_at_intake(
                times[0], times[1], lat, lon, valid, times[2], times[3]
            ),
            "content_key": quality.content_keys(lat, lon, r95_32, mechanism, valid),
            "raw_id": pa.array([row.raw_place for row, _ in pairs], pa.int64()),
        },
        schema=FIXES,
    )


def _events(pairs: Sequence[tuple[IntakeRow, DecodedEvent]]) -> pa.Table:
    if not pairs:
        return EVENTS.empty_table()
    times = _times(pairs)
    kinds = [event.kind.value for _, event in pairs]
    attributes = [canonical(event.attributes) for _, event in pairs]
    placed = np.ones(len(pairs))  # events have no place: never at 0,0
    marks = quality.set_aside_at_intake(
        times[0], times[1], placed, placed, True, times[2], times[3]
    )
    return pa.table(
        {
            **_keys(pairs, times),
            "kind": kinds,
            "attributes": attributes,
            "set_aside": marks,
            "content_key": quality.event_keys(kinds, attributes),
            "raw_id": pa.array([row.raw_place for row, _ in pairs], pa.int64()),
        },
        schema=EVENTS,
    )


def _times(pairs: Sequence[tuple[IntakeRow, Any]]) -> Any:
    """Rows: measured, received, span start, span end; microseconds."""
    return np.array(
        [
            (
                to_us(seen.measured_at or row.received_at),
                to_us(row.received_at),
                to_us(row.from_at),
                FOREVER_US if row.to_at is None else to_us(row.to_at),
            )
            for row, seen in pairs
        ],
        dtype=np.int64,
    ).T


def _keys(pairs: Sequence[tuple[IntakeRow, Any]], times: Any) -> dict[str, Any]:
    return {
        "activation": np.array([row.activation for row, _ in pairs], dtype=np.int64),
        "measured_at": pa.array(np.ascontiguousarray(times[0])).cast(TIME),
        "received_at": pa.array(np.ascontiguousarray(times[1])).cast(TIME),
    }


def _stated(accuracy_m: float | None) -> float | None:
    usable = accuracy_m is not None and math.isfinite(accuracy_m) and accuracy_m >= 0
    return accuracy_m if usable else None


def _floats(values: Sequence[float | None]) -> quality.Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _optional(values: Sequence[float | None]) -> Any:
    numbers = _floats(values)
    return pa.array(
        np.clip(np.nan_to_num(numbers), -1e9, 1e9).astype(np.float32), mask=~np.isfinite(numbers)
    )
