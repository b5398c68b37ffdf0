"""The table beside the map: fixes, events and gaps of a track in one order, any page of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from waypost.clock import to_us, write_instant
from waypost.positions.order import Integers
from waypost.positions.tracks import Gap, TrackEvent, TrackRow, TrackTable
from waypost.units import Mechanism
from waypost.web.templatetags.waypost import length, local, metres

MECHANISM_SIGNS: dict[Mechanism, tuple[str, str]] = {
    Mechanism.UNKNOWN: ("unknown", "Not stated"),
    Mechanism.GNSS: ("gnss", "GNSS"),
    Mechanism.WIFI: ("wifi", "Wi-Fi"),
    Mechanism.CELL: ("cell", "Mobile cell"),
    Mechanism.BEACON: ("beacon", "Home beacon"),
}
FIX, EVENT, GAP_ROW = 1, 2, 3  # at one instant they stand in this order
COLUMNS = 5


@dataclass(frozen=True, slots=True)
class TrackRows:
    """Every row's kind and its place among those of its kind, in the table's order."""

    table: TrackTable
    kinds: Integers
    places: Integers

    def __len__(self) -> int:
        return len(self.kinds)

    def row_of_fix(self, n: int) -> int:
        """At which row a fix stands."""
        return int(np.flatnonzero((self.kinds == FIX) & (self.places == n))[0])

    def page(self, first: int, count: int) -> list[dict[str, Any]]:
        """So many rows from `first` on."""
        kinds, places = (column[first : first + count] for column in (self.kinds, self.places))
        fixes = places[kinds == FIX].tolist()
        made = dict(zip(fixes, self.table.rows(fixes), strict=True))
        gaps = self.table.gaps
        rows = []
        for kind, place in zip(kinds.tolist(), places.tolist(), strict=True):
            if kind == FIX:
                rows.append(_fix_row(place, made[place]))
            elif kind == EVENT:
                rows.append(_event_row(self.table.events[place]))
            else:
                rows.append(_gap_row(gaps.listed([place])[0]))
        return rows


def rows_of(table: TrackTable) -> TrackRows:
    """The table's rows in order of time: few events and gaps are put among many fixes in order."""
    events = np.array([to_us(one.measured_at) for one in table.events], dtype=np.int64)
    times = np.concatenate([events, table.gaps.from_us])
    kinds = np.repeat(np.array([EVENT, GAP_ROW], dtype=np.int64), [len(events), len(table.gaps)])
    places = np.concatenate([np.arange(len(events)), np.arange(len(table.gaps))])
    order = np.lexsort((places, kinds, times))
    # After every fix of the same instant, and after what was put in before it.
    rows = np.searchsorted(table.times, times[order], side="right") + np.arange(len(order))
    all_kinds = np.full(len(table) + len(order), FIX, dtype=np.int64)
    all_kinds[rows] = kinds[order]
    all_places = np.empty(len(all_kinds), dtype=np.int64)
    all_places[rows] = places[order]
    all_places[all_kinds == FIX] = np.arange(len(table))
    return TrackRows(table, all_kinds, all_places)


def day_words(at: datetime) -> str:
    """The heading that rows stand under: the night the clocks change has two of the same date."""
    there = local(at)
    return f"{there:%A} {there.day} {there:%B %Y}, {there:%Z}"


def _fix_row(n: int, row: TrackRow) -> dict[str, Any]:
    stated = "" if row.accuracy_stated else " (assumed)"
    cells = [
        MECHANISM_SIGNS[row.mechanism][1],
        f"{metres(row.accuracy_m)}{stated}",
        f"{row.lat:.5f}, {row.lon:.5f}",
        row.words.capitalize(),
    ]
    said = _row(row.measured_at, "fix" if row.used else "aside", cells, n)
    said["fix"] = [
        row.measured_at.timestamp(), round(row.lat, 6), round(row.lon, 6),
        round(row.accuracy_m, 1), row.mechanism.value, row.set_aside.value,
    ]  # fmt: skip
    return said


def _event_row(event: TrackEvent) -> dict[str, Any]:
    said = ", ".join(f"{name} {value}" for name, value in sorted(event.attributes.items()))
    kind = event.kind.replace("_", " ").capitalize()
    return _row(event.measured_at, "event", ["Tag", f"{kind}{f': {said}' if said else ''}"])


def _gap_row(gap: Gap) -> dict[str, Any]:
    until = f"{local(gap.to_at):%H:%M:%S}"
    if day_words(gap.to_at) != day_words(gap.from_at):
        until = f"{day_words(gap.to_at)}, {until}"
    what, words = ("Gap", "Nothing known for")
    if gap.held_back:
        what, words = ("Not shown", "Bears on nothing the order asks:")
    return _row(gap.from_at, "gap", [what, f"{words} {length(gap.length)}, to {until}"])


def _row(at: datetime, look: str, cells: list[str], n: int | None = None) -> dict[str, Any]:
    return {
        "n": n,
        "look": look,
        "last_spans": COLUMNS - len(cells),  # of five columns, the last cell takes what is left
        "utc": write_instant(at.replace(microsecond=0)),
        "day": day_words(at),
        "cells": [f"{local(at):%H:%M:%S}", *cells],
    }
