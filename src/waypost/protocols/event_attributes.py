"""What an event must and may say besides its kind, where we judge by it: checked in a hub's batch.

A tag's own protocol gives what it gives; a hub is told at once what is wrong with a row of the
kinds in `CHECKED`, which say nothing without their attributes. A strap tamper is never refused for
a word beside it. Attributes that are not listed here are kept and judged by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waypost.clock import read_instant
from waypost.positions.values import EventKind

REMOVAL_REASONS = ("scan", "swelling", "birth", "other")
CHECKED = frozenset(
    {EventKind.CLINICAL_REMOVAL, EventKind.ALCOHOL_READING, EventKind.ALCOHOL_EVENT}
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its JSON type ("number", "instant", "word", "flag") and what it means.

    low, high   of a number; words: the closed set of a word, empty where any will do
    """

    name: str
    type: str
    meaning: str
    required: bool = False
    low: float = 0.0
    high: float = 0.0
    words: tuple[str, ...] = ()

    @property
    def hoped(self) -> str:
        """What would have been taken."""
        if self.type == "number":
            return f"a number from {self.low:g} to {self.high:g}"
        if self.type == "instant":
            return "ISO 8601 with offset, like 2026-03-01T09:00:00Z"
        if self.type == "flag":
            return "true or false"
        return f"one of {', '.join(self.words)}" if self.words else "a text"

    def takes(self, value: object) -> bool:
        if self.type == "number":
            plain = isinstance(value, int | float) and not isinstance(value, bool)
            return plain and self.low <= float(value) <= self.high  # type: ignore[arg-type]
        if self.type == "flag":
            return isinstance(value, bool)
        if not isinstance(value, str):
            return False
        if self.type == "instant":
            return _is_instant(value)
        return not self.words or value in self.words

    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = {"description": self.meaning}
        if self.words:
            return found | {"enum": [*self.words]}
        json_type = {"number": "number", "flag": "boolean"}.get(self.type, "string")
        found["type"] = json_type if self.required else [json_type, "null"]
        if self.type == "number":
            found |= {"minimum": self.low, "maximum": self.high}
        return found | ({"format": "date-time"} if self.type == "instant" else {})


_PERCENT = Attribute("percent", "number", "charge of the battery", high=100)
_UNIT = Attribute("home_unit", "word", "which home unit said it")
SAID: dict[EventKind, tuple[Attribute, ...]] = {
    EventKind.BATTERY_LEVEL: (_PERCENT,),
    EventKind.BATTERY_LOW: (_PERCENT,),
    EventKind.BATTERY_CRITICAL: (_PERCENT,),
    EventKind.BATTERY_DEAD: (_PERCENT,),
    EventKind.CHARGING_STARTED: (_PERCENT,),
    EventKind.CHARGING_ENDED: (_PERCENT,),
    EventKind.CONTACT: (
        Attribute("motion", "flag", "whether the tag felt motion since it last said so"),
    ),
    EventKind.HOME_UNIT_MOVED: (_UNIT,),
    EventKind.HOME_UNIT_POWER_LOST: (_UNIT,),
    EventKind.HOME_UNIT_POWER_RESTORED: (_UNIT,),
    EventKind.CLINICAL_REMOVAL: (
        Attribute("reason", "word", "why the tag comes off", required=True, words=REMOVAL_REASONS),
        Attribute("until", "instant", "when it is expected to be on again", required=True),
    ),
    EventKind.ALCOHOL_READING: (
        Attribute(
            "tac_percent", "number", "transdermal alcohol concentration, grams per 100 ml",
            required=True, high=1.0,
        ),
        Attribute("temperature_c", "number", "of the skin under the tag", low=-40, high=85),
        Attribute(
            "infrared", "number", "light sent back by the skin; 1 is what it was when fitted",
            high=100,
        ),
    ),
    EventKind.ALCOHOL_EVENT: (
        Attribute("from", "instant", "when it began", required=True),
        Attribute("to", "instant", "when it ended; left out: it lasts"),
        Attribute("peak_percent", "number", "highest concentration of it", high=1.0),
        Attribute("confirmed", "flag", "whether the maker's review confirmed it", required=True),
    ),
    EventKind.ALCOHOL_TAMPER: (
        Attribute("what", "word", "what the tag says was done to it: obstruction, removal, ..."),
        Attribute("to", "instant", "when it ended; left out: it is not known"),
    ),
}  # fmt: skip


def first_trouble(kind: EventKind, attributes: Mapping[str, Any]) -> tuple[str, str] | None:
    """(name, what was hoped for) of the first attribute that is missing or cannot be; else None."""
    for one in SAID[kind] if kind in CHECKED else ():
        value = attributes.get(one.name)
        if value is None and not one.required:
            continue
        if not one.takes(value):
            return one.name, one.hoped
    return None


def schemas() -> list[dict[str, Any]]:
    """For each kind that is judged by its attributes: what it may and must say, as JSON Schema."""
    return [
        {
            "if": {"properties": {"kind": {"const": kind.value}}, "required": ["kind"]},
            "then": _says(listed) if kind in CHECKED else _may_say(listed),
        }
        for kind, listed in SAID.items()
    ]


def _says(listed: tuple[Attribute, ...]) -> dict[str, Any]:
    required = [one.name for one in listed if one.required]
    attributes = {"required": required, "properties": {one.name: one.schema() for one in listed}}
    return {"required": ["attributes"], "properties": {"attributes": attributes}}


def _may_say(listed: tuple[Attribute, ...]) -> dict[str, Any]:
    """Told, not asked for: only the descriptions."""
    told = {one.name: {"description": f"{one.meaning}: {one.hoped}"} for one in listed}
    return {"properties": {"attributes": {"properties": told}}}


def _is_instant(text: str) -> bool:
    try:
        read_instant(text)
    except (ValueError, OverflowError):
        return False
    return True
