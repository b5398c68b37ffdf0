"""The JSON Schema of the orders file, printed by `waypost schema orders`.

What it cannot say (a ring closes, a rule has a date, an id is sent once) the reader checks.
"""

from __future__ import annotations

from typing import Any

from waypost.orders.values import WEEKDAYS, OrderKind, RequirementKind

Schema = dict[str, Any]

_ID: Schema = {"type": ["string", "integer"], "maxLength": 80, "minLength": 1}
_INSTANT: Schema = {
    "type": "string",
    "format": "date-time",
    "description": "ISO 8601 with offset, like 2026-03-01T09:00:00Z",
}
_OPTIONAL_INSTANT: Schema = _INSTANT | {"type": ["string", "null"]}
_CLOCK: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_DURATION: Schema = {"type": "string", "pattern": "^P", "examples": ["PT1H", "PT10M"]}
_POSITION: Schema = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "description": "[lon, lat], WGS84 degrees",
}
_RING: Schema = {"type": "array", "items": _POSITION, "minItems": 4}
_POLYGON: Schema = {"type": "array", "items": _RING, "minItems": 1}


def _object(required: str, properties: dict[str, Schema], description: str = "") -> Schema:
    """An object with these properties; keys we do not know are allowed and left behind."""
    schema: Schema = {"type": "object", "properties": properties, "required": required.split()}
    return schema | ({"description": description} if description else {})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _geometry(kind: str, coordinates: Schema, **more: Schema) -> Schema:
    required = " ".join(["type", "coordinates", *more])
    return _object(required, {"type": {"const": kind}, "coordinates": coordinates} | more)


_METRES: Schema = {"type": "number", "exclusiveMinimum": 0}
ZONE_SCHEMA: Schema = {
    "oneOf": [
        _geometry("Point", _POSITION, radius_m=_METRES),
        _geometry("LineString", _RING | {"minItems": 2}, width_m=_METRES),
        _geometry("Polygon", _POLYGON),
        _geometry("MultiPolygon", {"type": "array", "items": _POLYGON, "minItems": 1}),
    ]
}
_ROW = _object(
    "days start end",
    {
        "days": {"type": "array", "items": {"enum": list(WEEKDAYS)}, "minItems": 1},
        "start": _CLOCK,
        "end": {"anyOf": [_CLOCK, {"const": "24:00"}]},
    },
    "Wall time; an end at or before the start is on the next day (equal: 24 hours).",
)
_EXCEPTION = _object(
    "from to",
    {"from": _INSTANT, "to": _INSTANT, "reason": {"type": "string"}},
    "Not required in [from, to).",
)
_RRULE: Schema = {"type": "string", "description": "RFC 5545 lines DTSTART;TZID=… and RRULE:…"}
_APPOINTMENTS = _object(
    "rrule duration", {"rrule": _RRULE, "duration": _DURATION, "grace": _DURATION}
)
_REQUIREMENT = _object(
    "requirement_id kind",
    {
        "requirement_id": _ID,
        "kind": {
            "enum": [kind.value for kind in RequirementKind],
            "description": "fitting: be at the zone in these hours, until `to`, to have a tag put "
            "on; it plans visits and is judged by no rule",
        },
        "zone": {"anyOf": [ZONE_SCHEMA, {"type": "null"}]},
        "addresses": _list(ZONE_SCHEMA) | {"description": "any one of them satisfies a curfew"},
        "timetable": {
            "anyOf": [_list(_ROW) | {"minItems": 1}, {"type": "null"}],
            "description": "null or absent: always",
        },
        "timezone": {"type": "string", "default": "Europe/London"},
        "exceptions": _list(_EXCEPTION),
        "appointments": _list(_APPOINTMENTS),
        "from": _OPTIONAL_INSTANT,
        "to": _OPTIONAL_INSTANT,
        "valid_from": _OPTIONAL_INSTANT
        | {"description": "from when a change binds; absent: from its import"},
    },
)
_ORDER = _object(
    "order_id kind from",
    {
        "order_id": _ID,
        "kind": {
            "type": "string",
            "examples": [kind.value for kind in OrderKind if kind is not OrderKind.PROTECTION],
            "description": "a kind we do not know is kept as other",
        },
        "from": _INSTANT,
        "to": _OPTIONAL_INSTANT,
        "requirements": _list(_REQUIREMENT),
    },
)
_ACTIVATION = _object(
    "activation_id device_id from",
    {"activation_id": _ID, "device_id": _ID, "from": _INSTANT, "to": _OPTIONAL_INSTANT},
    "This device on this person, from-to.",
)
_PERSON = _object(
    "person_id",
    {
        "person_id": _ID,
        "activations": _list(_ACTIVATION),
        "orders": _list(_ORDER),
        "name": {"type": "string"},
        "born": {"type": "string", "format": "date"},
        "area": {"type": "string"},
        "limited": {"type": "boolean", "description": "known to named staff only"},
        "officers": _list({"type": "string"}) | {"description": "user names, all of them"},
        "team": {"type": "string"},
    },
)
ORDERS_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Waypost orders file",
    **_object("persons", {"persons": _list(_PERSON)}),
}
