"""The JSON Schema of the orders file, printed by `waypost schema orders`.

What it cannot say (a ring closes, a rule has a date, an id is sent once) the reader checks.
"""

from __future__ import annotations

from typing import Any

from waypost.orders.read_asked import LEVEL_G_PER_DL_MAX
from waypost.orders.read_hours import WEEKS_MAX
from waypost.orders.values import (
    WEEKDAYS,
    AlcoholMode,
    BankHolidayDivision,
    BankHolidays,
    OrderKind,
    RequirementKind,
)

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
_DATE: Schema = {"type": ["string", "null"], "format": "date"}
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
_END: Schema = {"anyOf": [_CLOCK, {"const": "24:00"}]}
_ROW = _object(
    "days start end",
    {
        "days": {"type": "array", "items": {"enum": list(WEEKDAYS)}, "minItems": 1},
        "start": _CLOCK,
        "end": _END,
        "bank_holidays": {
            "enum": [word.value for word in BankHolidays],
            "default": BankHolidays.AS_USUAL.value,
            "description": "not: starts on no bank holiday; only: starts on bank holidays alone",
        },
        "from_date": _DATE | {"description": "the first local date on which the row may start"},
        "to_date": _DATE | {"description": "the last local date on which the row may start"},
        "every_weeks": {
            "type": "integer",
            "minimum": 1,
            "maximum": WEEKS_MAX,
            "default": 1,
            "description": "binds in each n-th week, counted from the Monday of anchor_date",
        },
        "anchor_date": _DATE | {"description": "absent: from_date, else the order's first date"},
    },
    "Wall time; an end at or before the start is on the next day (equal: 24 hours).",
)
_EXCEPTION = _object(
    "from to",
    {"from": _INSTANT, "to": _INSTANT, "reason": {"type": "string"}},
    "Not required in [from, to).",
)
_RELEASE_DAY = _object(
    "date start end",
    {"date": {"type": "string", "format": "date"}, "start": _CLOCK, "end": _END},
    "On the local date of release these hours replace what the timetable asks from that date; "
    "nothing is asked before.",
)
_RRULE: Schema = {"type": "string", "description": "RFC 5545 lines DTSTART;TZID=… and RRULE:…"}
_STAY = _DURATION | {"description": "how long of an appointment must be stayed; absent: all of it"}
_APPOINTMENTS = _object(
    "rrule duration",
    {
        "rrule": _RRULE,
        "duration": _DURATION,
        "grace": _DURATION,
        "minimum_stay": _STAY,
        "bank_holidays": {
            "enum": [BankHolidays.AS_USUAL.value, BankHolidays.NOT.value],
            "default": BankHolidays.AS_USUAL.value,
        },
    },
)
_ALCOHOL = _object(
    "",
    {
        "mode": {
            "enum": [mode.value for mode in AlcoholMode],
            "default": AlcoholMode.ABSTINENCE.value,
        },
        "level_g_per_dl": {
            "type": ["number", "null"],
            "minimum": 0,
            "maximum": LEVEL_G_PER_DL_MAX,
            "description": "of mode level: transdermal alcohol, grams per decilitre; what a tag "
            "prints as 0.020 % is 0.02",
        },
    },
    "Absent: abstinence.",
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
        "warning_m": _METRES
        | {
            "description": "exclusion: the width of the ring around the zone whose entry is a "
            "warning"
        },
        "minimum_stay": _STAY,
        "atv_limit": _DURATION
        | {
            "description": "curfew: how much unreasonable absence adds up to a breach; absent: two "
            "hours on an HDC order, else it is not added up"
        },
        "release_day": {"anyOf": [_RELEASE_DAY, {"type": "null"}]},
        "bank_holiday_division": {
            "enum": [division.value for division in BankHolidayDivision],
            "default": BankHolidayDivision.ENGLAND_AND_WALES.value,
        },
        "alcohol": {"anyOf": [_ALCOHOL, {"type": "null"}]},
        "around": {
            "type": ["string", "integer", "null"],
            "description": "exclusion: the reference of a protected person, whose own device is "
            "the centre of a zone that moves; then there is no zone",
        },
        "around_radius_m": _METRES,
        "excepted": {
            "type": "string",
            "maxLength": 300,
            "description": "what the order excepts in words, like: to attend court. Nothing is "
            "judged by it; whoever acts on a violation reads it",
        },
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
        "convicted_on": {"type": ["string", "null"], "format": "date",
                         "description": "the day of conviction, on which legal limits turn"},
        "imposed_on": {"type": ["string", "null"], "format": "date",
                       "description": "the day on which the order was made"},
        "court": {"type": "string", "maxLength": 120, "description": "by whom, in words"},
        "programme": {"type": "string", "maxLength": 120,
                      "description": "under which programme it was made"},
        "requirements": _list(_REQUIREMENT),
    },
)  # fmt: skip
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
        "programmes": _list({"type": "string", "minLength": 1, "maxLength": 120})
        | {"description": "the programmes and cohorts the person belongs to, all of them"},
        "withheld_addresses": _list(_geometry("Point", _POSITION))
        | {
            "description": "addresses the wearer must not learn: a zone centred on one is refused; "
            "they are checked and never kept"
        },
    },
)
ORDERS_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Waypost orders file",
    **_object("persons", {"persons": _list(_PERSON)}),
}
