"""Rows of the log, or of history, as what is heard of each tag: `Heard` by activation.

Vectorised where rows are many (contacts, fixes); words that tell are few. A word whose clock is
wrong happened about when we received it, but for a reading of alcohol, which waits until the clock
is mended.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from waypost.clock import to_us
from waypost.devices.pairing import HOME_UNIT
from waypost.positions.order import integers
from waypost.positions.schema import CLOCK_WRONG, SetAside
from waypost.positions.values import EventKind
from waypost.rules.runs import NONE, Runs, Times, runs_of
from waypost.rules.tag_journal import (
    ALCOHOL,
    FACTS,
    FIX_APART_US,
    MOTION_GRAIN_US,
    TELLING,
    Heard,
    Said,
    contacts_of,
    motion_of,
)

_TELLING = pa.array([kind.value for kind in TELLING])
_MOTION = '"motion":'  # as canonical JSON writes the attribute


@dataclass
class _Parts:
    contacts: Runs = NONE
    fixes: Runs = NONE
    still: list[int] = field(default_factory=list)
    moving: list[int] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def heard(self) -> Heard:
        return Heard(
            self.contacts, self.fixes, motion_of(self.still), motion_of(self.moving),
            tuple(sorted(set(self.said))),
        )  # fmt: skip


def heard_of(fixes: pa.Table, events: pa.Table) -> dict[int, Heard]:
    """By activation. What a home unit says is no contact with the tag."""
    parts: dict[int, _Parts] = defaultdict(_Parts)
    own = events.filter(pc.invert(pc.match_substring(events["attributes"], f'"{HOME_UNIT}"')))
    received = pa.concat_tables([table.select(["activation", "received_at"])
                                 for table in (fixes, own)])  # fmt: skip
    for number, times in _times(received, "received_at"):
        parts[number].contacts = contacts_of(times)
    usable = fixes.filter(pc.equal(fixes["set_aside"], int(SetAside.USABLE)))
    for number, times in _times(usable, "measured_at"):
        parts[number].fixes = runs_of(times, FIX_APART_US)
    for row in _motion_rows(own):
        at_us = _happened_us(row)
        if at_us is not None:
            part = parts[row["activation"]]
            felt = json.loads(row["attributes"]).get("motion")
            (part.moving if felt is True else part.still if felt is False else []).append(at_us)
    told = events.filter(pc.is_in(events["kind"], value_set=_TELLING))
    for row in _rows(told):
        said = _said(row)
        if said is not None:
            parts[row["activation"]].said.append(said)
    return {number: part.heard() for number, part in parts.items()}


def receipts(fixes: pa.Table, events: pa.Table, apart_us: int) -> Runs:
    """When anything at all was received, of whichever tag."""
    times = [integers(table, "received_at") for table in (fixes, events)]
    return runs_of(np.concatenate(times), apart_us)


def _times(table: pa.Table, column: str) -> Iterator[tuple[int, Times]]:
    """(activation, its instants) of the column."""
    if not table.num_rows:
        return
    numbers, times = integers(table, "activation"), integers(table, column)
    order = np.argsort(numbers, kind="stable")
    ids, starts = np.unique(numbers[order], return_index=True)
    yield from zip(ids.tolist(), np.split(times[order], starts[1:]), strict=True)


def _motion_rows(events: pa.Table) -> list[dict[str, Any]]:
    """Words on motion whose time is known, one of each tag, quarter of an hour and answer: many
    tags say it with every message."""
    rows = events.filter(pc.match_substring(events["attributes"], _MOTION))
    if not rows.num_rows:
        return []
    mark = integers(rows, "set_aside")
    by_receipt = np.isin(mark, [int(one) for one in CLOCK_WRONG])
    at = np.where(by_receipt, integers(rows, "received_at"), integers(rows, "measured_at"))
    felt = np.asarray(pc.match_substring(rows["attributes"], _MOTION + "true"))
    known = np.flatnonzero(by_receipt | (mark == SetAside.USABLE))
    keys = np.stack(
        [integers(rows, "activation"), at // MOTION_GRAIN_US, felt.astype(np.int64)]
    )[:, known]  # fmt: skip
    _, places = np.unique(keys, axis=1, return_index=True)
    return _rows(rows.take(pa.array(known[places])))


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = table.drop_columns(["raw_id"]).to_pylist()
    return kept


def _said(row: dict[str, Any]) -> Said | None:
    kind = EventKind(row["kind"])
    if kind in ALCOHOL and row["set_aside"] != SetAside.USABLE:
        return None
    at_us = _happened_us(row)
    if at_us is None:
        return None
    said = json.loads(row["attributes"])
    facts = tuple((name, said[name]) for name in FACTS.get(kind, ()) if _is_plain(said.get(name)))
    return Said(at_us, int(row["content_key"]), kind, facts)


def _happened_us(row: dict[str, Any]) -> int | None:
    mark = SetAside(row["set_aside"])
    if mark is SetAside.USABLE:
        return to_us(row["measured_at"])
    if mark in CLOCK_WRONG:
        return to_us(row["received_at"])
    return None


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool) and (
        not isinstance(value, str) or len(value) <= 80
    )
