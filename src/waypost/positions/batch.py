"""Decoded messages into the two Arrow batches of a log entry: projected, judged for quality, keyed.

Pure: the shell has found out whose each message is. Rows keep the order in which they were given.
This is on the gateway's hot path: a field of all rows is taken at once, texts of events that recur
(a battery's level, a contact) are made once. Its plain twin, row by row, stands in the tests.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from waypost.clock import EPOCH, FOREVER_US, MICROSECOND, to_us
from waypost.geo import BRITISH
from waypost.positions import quality
from waypost.positions.schema import CLOCK_WRONG, EVENTS, FIXES, TIME
from waypost.positions.values import DecodedEvent, DecodedFix
from waypost.units import ActivationNumber

TEXTS_KEPT = 8_192  # short texts of events that recur, with their keys: under 4 MB
_APART = np.int64(0x01_7C_C1_B7_27_22_0A_95)  # times a mark it still fits 64 bits
_SHORT = 64  # characters of a text worth keeping
_FIELDS = attrgetter(
    "lat", "lon", "altitude_m", "speed_mps", "course_deg", "accuracy_m", "accuracy_is_r68",
    "valid", "mechanism", "measured_at",
)  # fmt: skip
_OF_SENDER = attrgetter("activation", "received_at", "from_at", "to_at", "raw_place")


class IntakeRow(NamedTuple):
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
    fixes = _fixes([(row, fix) for row in rows for fix in row.fixes])
    events = _events([(row, event) for row in rows for event in row.events])
    return told_apart(fixes), told_apart(events)


def told_apart(table: pa.Table) -> pa.Table:
    """Keys of rows whose clock was wrong made others than those of rows that were measured then:
    a tag at rest says the same of its place an hour later. Done twice, it is undone."""
    marks = np.asarray(table["set_aside"], dtype=np.int64)
    wrong = np.isin(marks, CLOCK_WRONG)
    if not wrong.any():
        return table
    keys = np.asarray(table["content_key"], dtype=np.int64)
    at = table.schema.get_field_index("content_key")
    changed = np.where(wrong, keys ^ (marks * _APART), keys)
    return table.set_column(at, table.schema.field(at), pa.array(changed))


def canonical(attributes: Mapping[str, Any]) -> str:
    """Attributes as one text for one meaning: sorted keys, no spaces, no NaN; half a character
    (a lone surrogate, which JSON can say and UTF-8 cannot) becomes "?"."""
    text = json.dumps(
        _plain(attributes), sort_keys=True, separators=(",", ":"), ensure_ascii=False,
        allow_nan=False, default=str,
    )  # fmt: skip
    return text if text.isascii() else text.encode(errors="replace").decode()


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
    fields = zip(*map(_FIELDS, [fix for _, fix in pairs]), strict=True)
    sent_lat, sent_lon, altitude, speed, course, accuracy = (
        _floats(next(fields)) for _ in range(6)
    )
    is_r68, says_valid = (np.array(next(fields), dtype=np.bool_) for _ in range(2))
    mechanism = np.array(next(fields), dtype=np.int8)
    keys, times = _keys([row for row, _ in pairs], next(fields))
    lat = np.clip(np.nan_to_num(sent_lat), -90, 90)
    lon = np.clip(np.nan_to_num(sent_lon), -180, 180)
    valid = says_valid & (lat == sent_lat) & (lon == sent_lon)
    accuracy[~(np.isfinite(accuracy) & (accuracy >= 0))] = np.nan
    r95_32 = np.minimum(quality.r95s_m(accuracy, is_r68, mechanism), 1e9).astype(np.float32)
    easting, northing = BRITISH.project(lat, lon)
    return pa.table(
        {
            **keys,
            "lat": lat,
            "lon": lon,
            "easting_m": easting,
            "northing_m": northing,
            "accuracy_m": r95_32,
            "accuracy_stated": ~np.isnan(accuracy),
            "mechanism": mechanism,
            "altitude_m": _optional(altitude),
            "speed_mps": _optional(speed),
            "course_deg": _optional(course),
            "set_aside": quality.set_aside_at_intake(
                times[0], times[1], lat, lon, valid, times[2], times[3]
            ),
            "content_key": quality.content_keys(lat, lon, r95_32, mechanism, valid),
        },
        schema=FIXES,
    )


def _events(pairs: Sequence[tuple[IntakeRow, DecodedEvent]]) -> pa.Table:
    if not pairs:
        return EVENTS.empty_table()
    keys, times = _keys([row for row, _ in pairs], [event.measured_at for _, event in pairs])
    kinds = [event.kind.value for _, event in pairs]
    attributes = [_text(event.attributes) for _, event in pairs]
    placed = np.ones(len(pairs))  # events have no place: never at 0,0
    return pa.table(
        {
            **keys,
            "kind": kinds,
            "attributes": attributes,
            "set_aside": quality.set_aside_at_intake(
                times[0], times[1], placed, placed, True, times[2], times[3]
            ),
            "content_key": [*map(_event_key, kinds, attributes)],
        },
        schema=EVENTS,
    )


def _keys(
    rows: Sequence[IntakeRow], measured_at: Sequence[datetime | None]
) -> tuple[dict[str, Any], Any]:
    """The columns that fixes and events share, and (measured, received, span start, span end) of
    each row in microseconds. ValueError on a naive time."""
    numbers, received, starts, ends, raw_places = zip(*map(_OF_SENDER, rows), strict=True)
    times = np.array(
        [
            _microseconds([m or r for m, r in zip(measured_at, received, strict=True)]),
            _microseconds(received),
            _microseconds(starts),
            [FOREVER_US if end is None else to_us(end) for end in ends],
        ],
        dtype=np.int64,
    )
    columns = {
        "activation": np.array(numbers, dtype=np.int64),
        "measured_at": pa.array(times[0]).cast(TIME),
        "received_at": pa.array(times[1]).cast(TIME),
        "raw_id": pa.array(raw_places, pa.int64()),
    }
    return columns, times


def _microseconds(instants: Sequence[datetime]) -> list[int]:
    try:
        return [(instant - EPOCH) // MICROSECOND for instant in instants]
    except TypeError:
        raise ValueError("an instant needs a time zone") from None


def _text(attributes: Mapping[str, Any]) -> str:
    """`canonical`, remembered where that is cheaper. Types are part of what is looked up: True and
    1 are equal and written differently; so are 0.0 and -0.0, hence no floats."""
    if not attributes:
        return "{}"
    marks = []
    for name, value in attributes.items():
        if value.__class__ is str:
            if len(value) > _SHORT:
                return canonical(attributes)
        elif value.__class__ is not int and value.__class__ is not bool and value is not None:
            return canonical(attributes)
        marks.append((name, value.__class__, value))
    return _known_text(tuple(marks)) if len(marks) <= 4 else canonical(attributes)


@lru_cache(maxsize=TEXTS_KEPT)
def _known_text(marks: tuple[tuple[str, type, Any], ...]) -> str:
    return canonical({name: value for name, _, value in marks})


def _event_key(kind: str, attributes: str) -> int:
    return _known_key(kind, attributes) if len(attributes) <= _SHORT else _key(kind, attributes)


def _key(kind: str, attributes: str) -> int:
    return quality.event_keys([kind], [attributes])[0]


_known_key = lru_cache(maxsize=TEXTS_KEPT)(_key)


def _floats(values: Sequence[float | None]) -> quality.Floats:
    """None is NaN."""
    return np.array(values, dtype=np.float64)


def _optional(numbers: quality.Floats) -> Any:
    return pa.array(
        np.clip(np.nan_to_num(numbers), -1e9, 1e9).astype(np.float32), mask=~np.isfinite(numbers)
    )
