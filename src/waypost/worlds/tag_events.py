"""What a tag reports besides places: charging two hours a day, batteries that die, straps cut."""

from __future__ import annotations

from typing import Any

import numpy as np

from waypost.positions.values import EventKind
from waypost.worlds.hours import Seconds, Window, dates, wall_s
from waypost.worlds.sentences import instant_text
from waypost.worlds.values import Tag

STRAP_CUTS_PER_DAY = 0.002
JAMMINGS_PER_DAY = 0.003


def events_of(
    tag: Tag, dead: list[Window], from_s: Seconds, to_s: Seconds, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Rows of our JSON batch measured in [from_s, to_s), in time order."""
    rows = [*_charging(from_s, to_s, rng), *_batteries(dead)]
    for _ in range(int(rng.poisson(STRAP_CUTS_PER_DAY * (to_s - from_s) / 86_400))):
        rows.append((float(rng.uniform(from_s, to_s)), EventKind.STRAP_TAMPER, {}))
    for _ in range(int(rng.poisson(JAMMINGS_PER_DAY * (to_s - from_s) / 86_400))):
        start = float(rng.uniform(from_s, to_s))
        rows.append((start, EventKind.JAMMING, {}))
        rows.append((start + float(rng.uniform(120, 2400)), EventKind.JAMMING_ENDED, {}))
    return [
        {
            "device_id": tag.device_id,
            "time": instant_text(at_s),
            "kind": kind.value,
            "attributes": attributes,
            "received_at": instant_text(at_s + 4),
        }
        for at_s, kind, attributes in sorted(rows, key=lambda row: (row[0], row[1]))
        if from_s <= at_s < to_s
    ]


Row = tuple[Seconds, EventKind, dict[str, Any]]


def _charging(from_s: Seconds, to_s: Seconds, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for day in dates(from_s, to_s):
        start = wall_s(day, 1260) + float(rng.normal(0, 2400))
        level = int(rng.uniform(18, 60))
        rows.append((start, EventKind.CHARGING_STARTED, {"percent": level}))
        rows.append(
            (start + float(rng.normal(7200, 900)), EventKind.CHARGING_ENDED, {"percent": 100})
        )
    return rows


def _batteries(dead: list[Window]) -> list[Row]:
    rows: list[Row] = []
    for start, _ in dead:
        rows.append((start - 5400, EventKind.BATTERY_LOW, {"percent": 15}))
        rows.append((start - 1500, EventKind.BATTERY_CRITICAL, {"percent": 5}))
        rows.append((start - 5, EventKind.BATTERY_DEAD, {"percent": 0}))
    return rows
