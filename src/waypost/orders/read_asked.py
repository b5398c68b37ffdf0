"""Reading what a requirement asks beside its place and hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from waypost.orders.fields import Desk, Fields
from waypost.orders.values import AlcoholMode, AlcoholRule, RequirementKind

SPAN_MAX = timedelta(days=31)
# Above this nobody lives: 0.4 to 0.5 g/dl of blood is the lethal range, and a tag that is asked to
# watch for more was given another unit (20 for mg per 100 ml, 0.2 for g per litre).
LEVEL_G_PER_DL_MAX = 0.5


def read_span(fields: Fields, name: str) -> timedelta | None:
    """An optional length of time, above nothing and at most a month."""
    if not fields.has(name):
        return None
    mark = len(fields.desk.problems)
    span = fields.duration(name)
    if span is not None and not timedelta(0) < span <= SPAN_MAX:
        fields.bad(name, "INVALID_DURATION", f"{name} is above nothing and at most a month",
                   "send like PT30M")  # fmt: skip
    return span if fields.desk.clean_since(mark) else None


def read_alcohol(desk: Desk, path: str, data: Any) -> AlcoholRule | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    mode = fields.choice("mode", AlcoholMode.ABSTINENCE)
    level = fields.data.get("level_g_per_dl")
    if mode is AlcoholMode.ABSTINENCE:
        if level not in (None, 0):
            fields.bad("level_g_per_dl", "LEVEL_OF_ABSTINENCE", "abstinence has no level",
                       "leave the level out, or send mode level")  # fmt: skip
        return AlcoholRule(mode)
    number = isinstance(level, int | float) and not isinstance(level, bool)
    if number and level is not None and 0 < level <= LEVEL_G_PER_DL_MAX:
        return AlcoholRule(mode, float(level))
    fields.bad("level_g_per_dl", "INVALID_LEVEL", "this is no level of transdermal alcohol",
               "send grams per decilitre: 0.02 for what a tag prints as 0.020 %")  # fmt: skip
    return None


def read_around(fields: Fields, kind: RequirementKind) -> tuple[str, float] | None:
    """Whose own device is the centre of a moving exclusion, and how far; None: it does not move.

    A zone beside it would be a second place to stay out of, perhaps the very address that the
    moving zone is there to keep secret: it is refused.
    """
    if not fields.has("around"):
        if fields.has("around_radius_m"):
            fields.bad("around_radius_m", "MISSING_AROUND", "a radius around nobody",
                       "send around, the protected person's reference")  # fmt: skip
        return None
    if kind is not RequirementKind.EXCLUSION:
        fields.bad("around", "AROUND_NOT_EXCLUSION", "only an exclusion moves with a person",
                   "send kind exclusion, or a zone")  # fmt: skip
    for name in ("zone", "addresses"):
        if fields.data.get(name):
            fields.bad(name, "ZONE_BESIDE_AROUND", "a moving exclusion has no fixed place",
                       "leave it out, or send it as a requirement of its own")  # fmt: skip
    reference, radius_m = fields.identity("around"), fields.metres("around_radius_m")
    return (reference or "", radius_m or 0.0)
