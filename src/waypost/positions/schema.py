"""The shape of a fix and of an event, as Arrow: what the log, the lake and every reader share.

Places stand in WGS84 degrees as sent and in metres on EPSG:27700 (NaN outside Britain). Times are
UTC microseconds. `activation` is our activation number: neither log nor lake knows a name.
"""

from __future__ import annotations

from enum import IntEnum

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")


class SetAside(IntEnum):
    """Why a fix or event is kept but not judged (0: it is judged). Speed is decided in order, on
    reading (`quality.py`), since it depends on the fixes around it."""

    USABLE = 0
    FUTURE = 1  # measured after it was received, by more than clocks may differ
    BEFORE_FITTING = 2  # before the activation began, or after it ended
    NULL_ISLAND = 3  # at 0,0
    IMPOSSIBLE_SPEED = 4  # decided on reading
    INVALID = 5  # the tag itself says the fix is not valid
    ROLLOVER = 6  # whole rounds of 1,024 weeks in the past: the GPS week number started anew
    WRONG_HOUR = 7  # whole hours off: the tag states local time, or its zone is set wrong


# Marks of a wrong clock: such a row takes back every row that says the same (order.py).
TAKES_BACK = (SetAside.ROLLOVER, SetAside.WRONG_HOUR)
# The clock is wrong and nothing else: what happened, happened about when we received it.
CLOCK_WRONG = (SetAside.FUTURE, SetAside.ROLLOVER, SetAside.WRONG_HOUR)

SET_ASIDE_WORDS: dict[SetAside, str] = {
    SetAside.USABLE: "used",
    SetAside.FUTURE: "time in the future",
    SetAside.BEFORE_FITTING: "not within the time the tag was fitted",
    SetAside.NULL_ISLAND: "at 0,0: the tag had no place",
    SetAside.IMPOSSIBLE_SPEED: "would need an impossible speed",
    SetAside.INVALID: "the tag marked it invalid",
    SetAside.ROLLOVER: "the GPS week number started anew: 1,024 weeks in the past",
    SetAside.WRONG_HOUR: "the tag's clock is whole hours off",
}

FIXES = pa.schema(
    [
        pa.field("activation", pa.int64(), nullable=False),
        pa.field("measured_at", TIME, nullable=False),
        pa.field("received_at", TIME, nullable=False),
        pa.field("lat", pa.float64(), nullable=False),
        pa.field("lon", pa.float64(), nullable=False),
        pa.field("easting_m", pa.float64(), nullable=False),  # NaN outside Britain
        pa.field("northing_m", pa.float64(), nullable=False),
        pa.field("accuracy_m", pa.float32(), nullable=False),  # R95 as judged
        pa.field("accuracy_stated", pa.bool_(), nullable=False),
        pa.field("mechanism", pa.int8(), nullable=False),  # units.Mechanism
        pa.field("altitude_m", pa.float32()),
        pa.field("speed_mps", pa.float32()),
        pa.field("course_deg", pa.float32()),
        pa.field("set_aside", pa.int8(), nullable=False),  # SetAside
        pa.field("content_key", pa.int64(), nullable=False),  # quality.content_key
        pa.field("raw_id", pa.int64()),
    ]
)

EVENTS = pa.schema(
    [
        pa.field("activation", pa.int64(), nullable=False),
        pa.field("measured_at", TIME, nullable=False),
        pa.field("received_at", TIME, nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # values.EventKind
        pa.field("attributes", pa.string(), nullable=False),  # canonical JSON object
        pa.field("set_aside", pa.int8(), nullable=False),
        pa.field("content_key", pa.int64(), nullable=False),
        pa.field("raw_id", pa.int64()),
    ]
)

SORTED_BY = ("activation", "measured_at", "content_key")  # total order within a day
