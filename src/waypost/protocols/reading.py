"""How text and JSON numbers of phones become measures: shared by the decoders of this room.

Two rules everywhere. Not stated is None, never 0: a negative speed, course or accuracy is how
phones say "I do not know". A bad ornament (speed, battery) is not stated; a bad place or a bad
time is `Unreadable`, since guessing either would put somebody where or when they were not.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from waypost.clock import EPOCH, MICROSECOND
from waypost.positions.values import EventKind
from waypost.protocols.values import Unreadable

MILLISECONDS_FROM = 10**11  # a whole number above it counts milliseconds: as seconds, year 5138
TEXT_LENGTH_MAX = 500  # of an attribute
DEVICE_ID_LENGTH_MAX = 80  # of models.Device.reference
_PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

# What trackers and their apps call alarms -> our kinds; the others are kept as OTHER by name.
ALARMS: dict[str, EventKind] = {
    "sos": EventKind.SOS,
    "panic": EventKind.SOS,
    "tampering": EventKind.CASE_TAMPER,
    "case_tamper": EventKind.CASE_TAMPER,
    "removing": EventKind.STRAP_TAMPER,
    "strap_tamper": EventKind.STRAP_TAMPER,
    "lowbattery": EventKind.BATTERY_LOW,
    "battery_low": EventKind.BATTERY_LOW,
    "battery_critical": EventKind.BATTERY_CRITICAL,
    "jamming": EventKind.JAMMING,
}


def read_json(text: bytes | str, *, called: str = "the body") -> Any:
    """Strict JSON: NaN and Infinity, which Python would take, are refused. Unreadable if not."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Unreadable(f"{called} is not JSON") from None


def read_object(text: bytes | str, *, called: str = "the body") -> dict[str, Any]:
    """A JSON object; Unreadable when it is anything else."""
    value = read_json(text, called=called)
    if not isinstance(value, dict):
        raise Unreadable(f"{called} is not a JSON object")
    return value


def number(value: object) -> float | None:
    """A finite number from JSON or from text; None for anything else (bool, hex, "nan", "1_0")."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        value = value.strip()  # of more kinds of space than float() knows
        if not _NUMBER.fullmatch(value):
            return None
    elif not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def not_negative(value: object) -> float | None:
    """A measure that phones send as -1 when they do not know it."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def positive(value: object) -> float | None:
    """An accuracy: phones that have none send 0 as well as -1, and no phone is a point."""
    found = number(value)
    return found if found is not None and found > 0 else None


def course_deg(value: object) -> float | None:
    """Degrees from north in [0, 360]; anything else is not stated."""
    found = number(value)
    return found if found is not None and 0 <= found <= 360 else None


def flag(value: object) -> bool | None:
    """Yes or no, however spelt; None when it is neither."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return words.get(str(value).strip().lower())


def place(lat: object, lon: object) -> tuple[float, float]:
    """Degrees WGS84. Unreadable when either is not a number in range."""
    north, east = number(lat), number(lon)
    if north is None or not -90 <= north <= 90:
        raise Unreadable("latitude is not a number from -90 to 90")
    if east is None or not -180 <= east <= 180:
        raise Unreadable("longitude is not a number from -180 to 180")
    return north, east


def instant(value: object) -> datetime:
    """The time a tag states: seconds or milliseconds since 1970, or ISO 8601 (no offset: UTC,
    as trackers mean it). Unreadable when it is none of these."""
    seconds = number(value)
    try:
        if seconds is not None:
            unit = 1e3 if abs(seconds) >= MILLISECONDS_FROM else 1e6
            return EPOCH + round(seconds * unit) * MICROSECOND
        if isinstance(value, str) and _PLAIN_TIME.fullmatch(value.strip()):
            return datetime.fromisoformat(value.strip()).replace(tzinfo=UTC)
        found = datetime.fromisoformat(str(value).strip())
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unreadable("the time is neither seconds since 1970 nor ISO 8601")


def device_id(value: object) -> str:
    """The id a tag reports, as text. Unreadable when absent, too long or not printable."""
    text = str(value).strip() if isinstance(value, str | int) and value is not None else ""
    if not text or isinstance(value, bool):
        raise Unreadable("the message names no device")
    if len(text) > DEVICE_ID_LENGTH_MAX or not text.isprintable():
        raise Unreadable(f"the device id is not {DEVICE_ID_LENGTH_MAX} printable characters")
    return text


def battery_percent(value: object, *, is_share: bool = False) -> float | None:
    """Per cent from per cent, or from a share of 1; out of range is not stated."""
    found = not_negative(value)
    if found is None:
        return None
    percent = round(found * 100, 3) if is_share or 0 < found < 1 else found
    return percent if percent <= 100 else None


def alarm_kinds(value: object) -> list[tuple[EventKind, str]]:
    """The alarms of a comma-separated word list, each once, with the word it was."""
    words = [str(word).strip() for word in str(value).split(",")] if value else []
    return [
        (ALARMS.get(word.lower().replace("-", "_"), EventKind.OTHER), word)
        for word in dict.fromkeys(words)
        if word and word.lower() not in {"none", "null", "false", "0"}
    ]


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that were stated: plain values only, texts cut, 1e999 left out."""
    return {
        name: value[:TEXT_LENGTH_MAX] if isinstance(value, str) else value
        for name, value in values.items()
        if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    }


def _refuse_constant(word: str) -> float:
    raise ValueError(word)
