"""The JSON Schema of our own batch (`POST /intake/batch`), printed by `waypost schema batch`."""

from __future__ import annotations

from typing import Any

from waypost.positions.values import EventKind
from waypost.protocols.event_attributes import schemas
from waypost.units import MECHANISM_WORDS

_WHO = [{"required": ["device_id"]}, {"required": ["activation_id"]}]
_SENDER: dict[str, Any] = {
    "device_id": {"type": "string", "minLength": 1, "maxLength": 80},
    "activation_id": {"type": "string", "minLength": 1, "maxLength": 80},
    "time": {
        "type": "string",
        "format": "date-time",
        "description": "when it was measured: ISO 8601 with offset",
    },
    "attributes": {"type": "object", "description": "whatever else the tag says"},
}
FIX: dict[str, Any] = {
    "title": "A fix",
    "type": "object",
    "additionalProperties": False,
    "required": ["time", "lat", "lon"],
    "oneOf": _WHO,
    "properties": {
        **_SENDER,
        "lat": {"type": "number", "minimum": -90, "maximum": 90, "description": "WGS84"},
        "lon": {"type": "number", "minimum": -180, "maximum": 180},
        "accuracy_m": {
            "type": ["number", "null"],
            "minimum": 0,
            "description": "radius that holds the true place 95 % of the time; null: not stated",
        },
        "mechanism": {"enum": [*sorted(MECHANISM_WORDS), None]},
        "altitude_m": {"type": ["number", "null"]},
        "speed_mps": {"type": ["number", "null"], "minimum": 0},
        "course_deg": {"type": ["number", "null"], "minimum": 0, "maximum": 360},
        "valid": {"type": ["boolean", "null"]},
    },
}
EVENT: dict[str, Any] = {
    "title": "An event",
    "type": "object",
    "additionalProperties": False,
    "required": ["time", "kind"],
    "oneOf": _WHO,
    "properties": {**_SENDER, "kind": {"enum": [kind.value for kind in EventKind]}},
    "allOf": schemas(),
}
BATCH_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Waypost batch",
    "description": "POST /intake/batch with header Idempotency-Key; each row is answered alone.",
    "type": "object",
    "required": ["rows"],
    "properties": {"rows": {"type": "array", "items": {"anyOf": [FIX, EVENT]}}},
}
