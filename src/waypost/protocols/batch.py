"""Our own JSON batch, row by row: a bad row is a problem of its own and the others go on.

    {"rows": [{"device_id" | "activation_id", "time", "lat", "lon", "accuracy_m", "mechanism", ...},
              {"device_id" | "activation_id", "time", "kind": "strap_tamper", "attributes": {}}]}

`accuracy_m` here is an R95. A field we do not know refuses its row: a misspelt accuracy that was
passed over in silence would make us surer of a place than the sender is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from waypost.clock import read_instant
from waypost.errors import Problem, Read
from waypost.positions.values import DecodedEvent, DecodedFix, EventKind
from waypost.protocols.batch_schema import EVENT, FIX
from waypost.protocols.event_attributes import first_trouble
from waypost.protocols.reading import DEVICE_ID_LENGTH_MAX, number
from waypost.protocols.values import BatchRow, Sender, Unreadable
from waypost.units import MECHANISM_WORDS, Mechanism

VALUE_LENGTH_MAX = 80  # of a value repeated in a problem
DEPTH_MAX = 8  # of attributes
_KINDS = {kind.value: kind for kind in EventKind}


class BadField(Exception):
    """One field of one row: which, what type of trouble, and what to do."""

    def __init__(self, type_: str, field: str | None, message: str, action: str) -> None:
        super().__init__(message)
        self.type, self.field, self.message, self.action = type_, field, message, action


def read_batch(body: bytes) -> Read[BatchRow]:
    """Rows and problems; together as many as were sent. Unreadable when it is no batch at all.

    NaN and Infinity, which are not JSON, spoil only the row they stand in.
    """
    try:
        root = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("the body is not JSON") from None
    rows = root.get("rows") if isinstance(root, dict) else None
    if not isinstance(rows, list):
        raise Unreadable('the body is not an object with a list "rows"')
    read: Read[BatchRow] = Read()
    for place, row in enumerate(rows, start=1):
        try:
            read.rows.append(read_row(row, number=place))
        except BadField as bad:
            read.problems.append(_problem(place, row, bad))
    return read


def read_row(row: object, *, number: int) -> BatchRow:
    """One row. BadField when it is not one we can take."""
    if not isinstance(row, dict):
        raise BadField("NOT_AN_OBJECT", None, "the row is not an object", "send an object")
    is_event = "kind" in row
    _check_names(row, EVENT if is_event else FIX)
    sender, measured_at = _sender(row), _time(row)
    sent = _as_text(row)
    attributes = _attributes(row)
    if is_event:
        event = DecodedEvent(measured_at, _kind(row), attributes)
        _check_attributes(event)
        return BatchRow(number, sender, sent, event=event)
    return BatchRow(number, sender, sent, fix=_fix(row, measured_at, attributes))


def _fix(
    row: Mapping[str, Any], measured_at: datetime, attributes: Mapping[str, Any]
) -> DecodedFix:
    lat, lon = _measure(row, "lat", -90, 90), _measure(row, "lon", -180, 180)
    if lat is None or lon is None:
        name = "lat" if lat is None else "lon"
        raise BadField("MISSING_PLACE", name, f"{name} is missing", "send lat and lon, or a kind")
    valid = row.get("valid")
    if valid is not None and not isinstance(valid, bool):
        raise BadField("INVALID_FLAG", "valid", "valid is not true or false", "send true or false")
    return DecodedFix(
        measured_at=measured_at,
        lat=lat,
        lon=lon,
        altitude_m=_measure(row, "altitude_m", -1e6, 1e6),
        speed_mps=_measure(row, "speed_mps", 0, 1e6),
        course_deg=_measure(row, "course_deg", 0, 360),
        accuracy_m=_measure(row, "accuracy_m", 0, 1e7),
        valid=valid is not False,
        mechanism=_mechanism(row),
        attributes=attributes,
    )


def _check_names(row: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    unknown = sorted(name for name in row if name not in schema["properties"])
    if unknown:
        title = str(schema["title"]).lower()
        raise BadField(
            "UNKNOWN_FIELD",
            unknown[0][:VALUE_LENGTH_MAX],
            f"{title} has no such field",
            "check its spelling, or put it under attributes",
        )


def _sender(row: Mapping[str, Any]) -> Sender:
    named = [name for name in ("device_id", "activation_id") if row.get(name) is not None]
    if len(named) != 1:
        raise BadField(
            "NO_SENDER" if not named else "TWO_SENDERS",
            named[0] if named else "device_id",
            "the row must name either its device or its activation",
            "send device_id or activation_id, one of them",
        )
    text = row[named[0]]
    if not isinstance(text, str) or not text.strip() or not text.isprintable():
        raise BadField("INVALID_SENDER", named[0], "the id is not a text", "send the id as text")
    if len(text.strip()) > DEVICE_ID_LENGTH_MAX:
        raise BadField("INVALID_SENDER", named[0], "the id is too long",
                       f"send at most {DEVICE_ID_LENGTH_MAX} characters")  # fmt: skip
    return Sender(**{named[0]: text.strip()})


def _time(row: Mapping[str, Any]) -> datetime:
    stated = row.get("time")
    if not isinstance(stated, str):
        raise BadField("INVALID_TIME", "time", "time is missing or not a text",
                       "send ISO 8601 with offset, like 2026-03-01T09:00:00Z")  # fmt: skip
    try:
        return read_instant(stated)
    except (ValueError, OverflowError):
        raise BadField(
            "INVALID_TIME", "time", "time is not ISO 8601 with an offset",
            "send ISO 8601 with offset, like 2026-03-01T09:00:00Z",
        ) from None  # fmt: skip


def _kind(row: Mapping[str, Any]) -> EventKind:
    kind = row["kind"]
    if not isinstance(kind, str) or kind not in _KINDS:
        raise BadField("INVALID_KIND", "kind", "there is no such kind of event",
                       "send a kind of `waypost schema batch`")  # fmt: skip
    return _KINDS[kind]


def _mechanism(row: Mapping[str, Any]) -> Mechanism:
    word = row.get("mechanism")
    if word is None:
        return Mechanism.UNKNOWN
    if not isinstance(word, str) or word.strip().upper() not in MECHANISM_WORDS:
        raise BadField("INVALID_MECHANISM", "mechanism", "there is no such mechanism",
                       "send GNSS, WIFI, CELL or RF, or leave it out")  # fmt: skip
    return MECHANISM_WORDS[word.strip().upper()]


def _measure(row: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    found = None if isinstance(value, str) else number(value)
    if found is None or not low <= found <= high:
        raise BadField(
            "INVALID_NUMBER",
            name,
            f"{name} is not a number from {low:g} to {high:g}",
            "send a number in that range" + ("" if name in {"lat", "lon"} else ", or null"),
        )
    return found


def _attributes(row: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes = row.get("attributes")
    if attributes is None:
        return {}
    if not isinstance(attributes, dict):
        raise BadField("INVALID_ATTRIBUTES", "attributes", "attributes is not an object",
                       "send an object")  # fmt: skip
    if _depth(attributes) > DEPTH_MAX:
        raise BadField("INVALID_ATTRIBUTES", "attributes", "attributes is nested too deep",
                       f"nest at most {DEPTH_MAX} deep")  # fmt: skip
    return attributes


def _check_attributes(event: DecodedEvent) -> None:
    """A reading without its value would be a drink that nobody sees."""
    trouble = first_trouble(event.kind, event.attributes)
    if trouble is None:
        return
    name, hoped = trouble
    missing = event.attributes.get(name) is None
    raise BadField(
        "MISSING_ATTRIBUTE" if missing else "INVALID_ATTRIBUTE", "attributes",
        f"{event.kind.value} {'says no' if missing else 'has an unusable'} {name}",
        f"send attributes.{name}: {hoped}",
    )  # fmt: skip


def _depth(value: object) -> int:
    """Levels of nesting, counted without recursion: the sender chooses how many there are."""
    depth, level = 0, [value]
    while level and depth <= DEPTH_MAX:
        inner = [one for one in level if isinstance(one, dict | list)]
        level = [x for one in inner for x in (one.values() if isinstance(one, dict) else one)]
        depth += bool(inner)
    return depth


def _problem(place: int, row: object, bad: BadField) -> Problem:
    has = isinstance(row, dict) and bad.field in row
    value = _as_text(row[bad.field]) if has and isinstance(row, dict) and bad.field else None
    return Problem(place, bad.type, bad.field, value and value[:VALUE_LENGTH_MAX], bad.message,
                   bad.action)  # fmt: skip


def _as_text(value: object) -> str:
    """As JSON in ASCII: what is odd in it (NUL, half a surrogate) becomes visible and harmless."""
    try:
        return json.dumps(value)
    except RecursionError:
        return '"nested too deep"'
